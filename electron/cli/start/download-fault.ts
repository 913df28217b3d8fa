/** Why Electron's installer ended without a runtime, as one clause for a person. Its own report is a stack trace. */

/** What the installer process said of itself, and what was seen of it. */
export interface DownloadEnd {
  /** Everything on its standard error. */
  readonly stderr: string;
  /** What `download-observer.ts` told of a request that got no answer: the code of its cause. */
  readonly requestFault?: { readonly host: string; readonly code: string };
  /** Set when this side stopped it since nothing came for so many seconds. */
  readonly silentSeconds?: number;
}

const unreachable: Readonly<Record<string, string>> = {
  ENOTFOUND: 'cannot be found: there is no network, or no name server answers',
  EAI_AGAIN: 'cannot be found: there is no network, or no name server answers',
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached: there is no network',
  ETIMEDOUT: 'does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'does not answer',
  UND_ERR_SOCKET: 'closed the connection',
};

const disk: readonly (readonly [RegExp, string])[] = [
  [/\bENOSPC\b|\bEDQUOT\b/, 'the disk is full'],
  [/\b(?:EACCES|EPERM|EROFS)\b/, 'its folder cannot be written'],
];

/** A clause that can follow "since": "the download server 127.0.0.1:80 refuses connections". */
export function downloadFault({ stderr, requestFault, silentSeconds }: DownloadEnd): string {
  if (silentSeconds !== undefined) return `nothing came from the download server for ${silentSeconds} s`;
  if (requestFault !== undefined) {
    const { host, code } = requestFault;
    return `the download server ${host} ${unreachable[code] ?? `cannot be reached (${code})`}`;
  }
  const status = /Response code (\d{3})[^\n]* for (\S+)/.exec(stderr);
  if (status !== null) return `the download server answers ${status[1]} for ${status[2]}`;
  if (/checksum|sumchecker/i.test(stderr)) {
    return 'what was downloaded is damaged: its checksum is not the one that Electron published';
  }
  if (/\bterminated\b|other side closed|\bECONNRESET\b|aborted/i.test(stderr)) {
    return 'the connection to the download server broke off';
  }
  for (const [pattern, words] of disk) if (pattern.test(stderr)) return words;
  const first = /^(?:\w*Error: )?(.*\S)\s*$/m.exec(stderr)?.[1];
  return first === undefined
    ? "Electron's installer ended without a word"
    : `Electron's installer says: ${first}`;
}
