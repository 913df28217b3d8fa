/** What every answer tells the browser about how little it may do. */

const common: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  // Our own pages tell each other; `no-referrer` would also hide the Origin of the password's form.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Origin-Agent-Cluster': '?1',
  'X-Frame-Options': 'DENY',
  'X-DNS-Prefetch-Control': 'off',
  'X-Robots-Tag': 'noindex',
  'Permissions-Policy': [
    'accelerometer=()',
    'autoplay=()',
    'camera=()',
    'display-capture=()',
    'encrypted-media=()',
    'geolocation=()',
    'gyroscope=()',
    'hid=()',
    'idle-detection=()',
    'local-fonts=()',
    'magnetometer=()',
    'microphone=()',
    'midi=()',
    'payment=()',
    'publickey-credentials-get=()',
    'serial=()',
    'usb=()',
    'xr-spatial-tracking=()',
  ].join(', '),
};

// No Strict-Transport-Security: browsers keep it for all ports of a host, and others' programs are on this one too.

const policy = (directives: Readonly<Record<string, string>>): string =>
  Object.entries({
    'default-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    // WebRTC is no request: nothing else here speaks of it.
    webrtc: "'block'",
    ...directives,
  })
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

/** The fields of the program's own page: it has files from here, pictures that it makes itself, and one WebSocket. */
export const pageHeaders = (origin: string): Readonly<Record<string, string>> => ({
  ...common,
  'Content-Security-Policy': policy({
    'script-src': "'self'",
    'style-src': "'self'",
    'font-src': "'self'",
    'img-src': "'self' blob:",
    'connect-src': origin.replace(/^http/, 'ws'),
  }),
});

/** The fields of everything before that: the entrance, refusals. */
export const entranceHeaders = (): Readonly<Record<string, string>> => ({
  ...common,
  'Cache-Control': 'no-store',
  'Content-Security-Policy': policy({
    'script-src': "'self'",
    'style-src': "'self'",
    'connect-src': "'self'",
    'form-action': "'self'",
  }),
});
