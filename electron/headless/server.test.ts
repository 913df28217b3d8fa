import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { Rig } from './testing/ui-server.ts';

let rig: Rig;

afterEach(() => rig.close());

const start = async (...options: Parameters<typeof Rig.start>): Promise<Rig> => {
  rig = await Rig.start(...options);
  return rig;
};

describe('a browser that was let in', () => {
  it('gets the page with a strict policy, and nothing that is kept', async () => {
    await start();
    const { path, cookie } = await rig.enter();
    const { status, headers, text } = await rig.ask(path, { headers: { Cookie: cookie } });
    expect(status).toBe(200);
    expect(text).toContain('the page');
    const policy = String(headers['content-security-policy']);
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        `connect-src ws://${rig.host}`,
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
      ]),
    );
    expect(policy).not.toMatch(/unsafe|\*|data:/);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()') as string,
    });
  });

  it('keeps files whose name tells their content, and asks again for others', async () => {
    await start();
    const { path, cookie } = await rig.enter();
    const headers = { Cookie: cookie };
    const script = await rig.ask(`${path}assets/index-3f2a99c1.js`, { headers });
    expect(script.headers['cache-control']).toBe('private, max-age=31536000, immutable');
    const icon = await rig.ask(`${path}icon.svg`, { headers });
    expect(icon.headers['cache-control']).toBe('private, no-cache');
    const again = await rig.ask(`${path}icon.svg`, {
      headers: { ...headers, 'If-None-Match': icon.headers.etag },
    });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  it('opens a window again after a reload', async () => {
    await start();
    const letIn = await rig.enter();
    const first = (await rig.openWindow(letIn)) as WebSocket;
    first.close();
    await once(first, 'close');
    expect((await rig.ask(letIn.path, { headers: { Cookie: letIn.cookie } })).status).toBe(200);
    expect(await rig.openWindow(letIn)).toBeInstanceOf(WebSocket);
    expect(rig.windows).toHaveLength(2);
    expect(rig.windows[0]?.abilities).toEqual({
      kind: 'browser',
      systemDialogs: false,
      droppedPaths: false,
      isRemote: false,
    });
  });

  it('has a cookie that no script reads, no other site sends, and no other port is given', async () => {
    await start();
    const { setCookie, path } = await rig.enter();
    expect(path).toMatch(/^\/w\/[\w-]{22}\/$/);
    expect(setCookie).toMatch(/^hexdrop-window=[\w-]{43}; Path=\/w\/[\w-]{22}\/; HttpOnly; SameSite=Strict$/);
  });
});

describe('a key', () => {
  it('opens once', async () => {
    await start();
    const key = rig.server.keys.issue();
    await rig.enter(key);
    await expect(rig.enter(key)).rejects.toThrow('401');
  });

  it('that is wrong, empty or too long opens nothing', async () => {
    await start();
    const key = rig.server.keys.issue();
    for (const wrong of ['', key.slice(1), `${key}x`, key.toUpperCase()]) {
      expect((await rig.post('/enter', wrong)).status).toBe(401);
    }
    expect((await rig.post('/enter', 'x'.repeat(100_000))).status).toBe(413);
  });

  it('is not taken from another page, or from one that hides which it is', async () => {
    await start();
    for (const origin of [
      'http://evil.example',
      `https://${rig.host}`,
      'null',
      'http://127.0.0.1',
      undefined,
    ]) {
      const key = rig.server.keys.issue();
      expect((await rig.post('/enter', key, { Origin: origin })).status).toBe(403);
      // Nor is it used up.
      await rig.enter(key);
    }
  });

  it('for a browser that this program opened is taken from programs of this user alone', async () => {
    await start();
    const key = rig.server.keys.issue({ ownUserOnly: true });
    if (process.platform === 'linux') await expect(rig.enter(key)).resolves.toBeDefined();
    else await expect(rig.enter(key)).rejects.toThrow('401');
  });
});

describe('without the cookie', () => {
  it('nothing of the page is served, and no window opens', async () => {
    await start();
    const { path, cookie } = await rig.enter();
    const other = await rig.enter();
    const wrong = `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`;
    for (const Cookie of [undefined, '', wrong, other.cookie, cookie.replace('hexdrop-window', 'other')]) {
      for (const name of ['', 'assets/index-3f2a99c1.js', 'no-such-file']) {
        const answered = await rig.ask(`${path}${name}`, { headers: { Cookie } });
        expect(answered.status).toBe(401);
        expect(answered.text).not.toContain('the page');
      }
      expect(await rig.openWindow({ path, cookie: '' }, { Cookie })).toBe(401);
    }
    expect(rig.windows).toHaveLength(0);
  });

  it('the path of another window is of no use', async () => {
    await start();
    const one = await rig.enter();
    const other = await rig.enter();
    expect(await rig.openWindow({ path: other.path, cookie: one.cookie })).toBe(401);
    expect(await rig.openWindow({ path: '/', cookie: one.cookie })).toBe(404);
  });
});

describe('a name that is not ours', () => {
  const names = [
    'evil.example',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.2:PORT',
    'evil.example:PORT',
    '[::2]:PORT',
    '',
  ];

  it.each(names)('in Host gets nothing: "%s"', async (name) => {
    await start();
    const letIn = await rig.enter();
    const Host = name.replace('PORT', String(rig.server.port));
    const headers = { Host, Origin: `http://${Host}`, Cookie: letIn.cookie };
    for (const path of ['/', '/entrance.js', letIn.path]) {
      expect([400, 421]).toContain((await rig.ask(path, { headers })).status);
    }
    expect((await rig.post('/enter', rig.server.keys.issue(), headers)).status).not.toBe(200);
    expect(await rig.openWindow(letIn, { Host, Origin: `http://${Host}` })).not.toBeInstanceOf(WebSocket);
  });

  it('is one of ours when --allow-host gave it', async () => {
    await start({ allowedHosts: ['localhost:9000', 'nas.example'] });
    expect((await rig.ask('/', { headers: { Host: 'LOCALHOST:9000' } })).status).toBe(200);
    expect((await rig.ask('/', { headers: { Host: `nas.example:${rig.server.port}` } })).status).toBe(200);
    expect((await rig.ask('/', { headers: { Host: 'nas.example:9000' } })).status).toBe(421);
  });

  it('twice is refused, and none at all', async () => {
    await start();
    const twice = `GET / HTTP/1.1\r\nHost: ${rig.host}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
    expect(await rig.raw(twice)).toMatch(/^HTTP\/1.1 400/);
    expect(await rig.raw('GET / HTTP/1.0\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
  });
});

describe('a page of another origin', () => {
  it.each([
    ['of another site', 'http://evil.example'],
    ['of another port', 'http://127.0.0.1:1'],
    ['of another scheme', 'https://HOST'],
    ['without an origin', 'null'],
    ['that is hidden', undefined],
  ])('opens no WebSocket, though the cookie comes along: %s', async (_kind, origin) => {
    await start();
    const letIn = await rig.enter();
    expect(await rig.openWindow(letIn, { Origin: origin?.replace('HOST', rig.host) })).toBe(403);
    expect(rig.windows).toHaveLength(0);
  });

  it('loads nothing, and may lead to the entrance alone', async () => {
    await start();
    const { path, cookie } = await rig.enter();
    const link = {
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
    };
    expect((await rig.ask('/', { headers: link })).status).toBe(200);
    expect((await rig.ask(path, { headers: { ...link, Cookie: cookie } })).status).toBe(403);
    expect((await rig.ask('/entrance.js', { headers: { 'Sec-Fetch-Site': 'same-site' } })).status).toBe(403);
    expect((await rig.ask('/', { headers: { ...link, 'Sec-Fetch-Dest': 'iframe' } })).status).toBe(403);
  });
});

describe('a path', () => {
  it.each([
    '../index.html',
    '../../../../etc/passwd',
    '%2e%2e/%2e%2e/etc/passwd',
    '..%2fserver.ts',
    '..\\..\\etc\\passwd',
    'assets/',
    'assets//index-3f2a99c1.js',
    './index.html',
    'index.html%00.js',
    'index.html?x=1',
    '__proto__',
    'constructor',
  ])('leads nowhere but to files of the page: %s', async (name) => {
    await start();
    const { path, cookie } = await rig.enter();
    expect((await rig.ask(`${path}${name}`, { headers: { Cookie: cookie } })).status).toBe(404);
  });

  it('is not taken in a form for proxies, nor a method that is not used', async () => {
    await start();
    expect((await rig.ask(`http://${rig.host}/`)).status).toBe(404);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH']) {
      const answered = await rig.ask('/', { method, headers: { Origin: rig.origin } });
      expect(answered.status).toBe(405);
      expect(answered.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect((await rig.post('/', '')).status).toBe(405);
    expect((await rig.ask('/enter')).status).toBe(405);
    expect(await rig.raw(`CONNECT evil.example:443 HTTP/1.1\r\nHost: ${rig.host}\r\n\r\n`)).not.toMatch(
      / 200 /,
    );
  });

  it('for the password is not there on loopback', async () => {
    await start();
    expect((await rig.post('/login', 'password=')).status).toBe(405);
  });
});

describe('the entrance', () => {
  it('is served to everybody, runs no foreign script, and speaks the language of the browser', async () => {
    await start();
    const english = await rig.ask('/');
    expect(english.status).toBe(200);
    expect(english.headers['content-security-policy']).toContain("script-src 'self'");
    expect(english.text).not.toMatch(/<script>|style=|onclick|<form/);
    expect(english.text).toContain('Open the address');
    const chinese = await rig.ask('/', { headers: { 'Accept-Language': 'zh-CN,zh;q=0.9' } });
    expect(chinese.text).toContain('lang="zh-CN"');
    expect((await rig.ask('/entrance.js')).headers['content-type']).toMatch(/^text\/javascript/);
    expect((await rig.ask('/', { method: 'HEAD' })).text).toBe('');
  });
});

describe('limits', () => {
  it('end a request whose fields do not come in time', async () => {
    await start({ limits: { headersMs: 80, checkMs: 20 } });
    expect(await rig.raw(`GET / HTTP/1.1\r\nHost: ${rig.host}\r\nX-Slow:`)).toMatch(/^HTTP\/1.1 408/);
  });

  it('end a connection on which nothing is said', async () => {
    await start({ limits: { headersMs: 80, checkMs: 20 } });
    await expect(rig.raw('')).resolves.not.toContain(' 200 ');
  });

  it('end a request whose body does not come in time', async () => {
    await start({ limits: { headersMs: 80, requestMs: 100, checkMs: 20 } });
    const head = `POST /enter HTTP/1.1\r\nHost: ${rig.host}\r\nOrigin: ${rig.origin}\r\nContent-Length: 10\r\n\r\nx`;
    expect(await rig.raw(head)).not.toContain(' 200 ');
  });

  it('refuse fields that are too large', async () => {
    await start();
    const answered = await rig.raw(`GET / HTTP/1.1\r\nHost: ${rig.host}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answered).toMatch(/^HTTP\/1.1 431/);
  });

  it('refuse what is no HTTP', async () => {
    await start();
    expect(await rig.raw('\u0016\u0003\u0001 hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
  });

  it('turn connections away that are too many for one address', async () => {
    await start({ limits: { connectionsPerAddress: 3 } });
    const held = Array.from({ length: 3 }, () => connect(rig.server.port, '127.0.0.1'));
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    await expect(rig.ask('/')).rejects.toThrow(/socket hang up|ECONNRESET/);
    for (const socket of held) socket.destroy();
    await Promise.all(held.map((socket) => once(socket, 'close')));
  });

  it('turn windows away that are too many, and take one when another has gone', async () => {
    await start({ limits: { windows: 2 } });
    const letIn = await rig.enter();
    const first = (await rig.openWindow(letIn)) as WebSocket;
    await rig.openWindow(letIn);
    expect(await rig.openWindow(letIn)).toBe(503);
    const isGone = new Promise((resolve) => rig.windows[0]?.link.onClose(resolve));
    first.close();
    await isGone;
    expect(await rig.openWindow(letIn)).toBeInstanceOf(WebSocket);
  });

  it('refuse an upgrade to anything but a WebSocket of a window', async () => {
    await start();
    const { path, cookie } = await rig.enter();
    const upgrade = (to: string, at: string): string =>
      `GET ${at} HTTP/1.1\r\nHost: ${rig.host}\r\nOrigin: ${rig.origin}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: ${to}\r\n\r\n`;
    expect(await rig.raw(upgrade('h2c', `${path}link`))).toMatch(/^HTTP\/1.1 400/);
    expect(await rig.raw(upgrade('websocket', `${path}link`))).toMatch(/^HTTP\/1.1 400/);
    expect(await rig.raw(upgrade('websocket', `${path}index.html`))).toMatch(/^HTTP\/1.1 404/);
    expect((await rig.ask(`${path}link`, { headers: { Cookie: cookie } })).status).toBe(426);
    expect(rig.windows).toHaveLength(0);
  });
});

describe('on loopback', () => {
  it('other addresses do not answer, not even of this machine', async () => {
    await start();
    const socket = connect(rig.server.port, '127.0.0.2');
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
  });

  it('the next port is taken when the usual one is, and a port that was asked for is not changed', async () => {
    await start();
    const { port } = rig.server;
    await expect(Rig.start({ port })).rejects.toMatchObject({ code: 'port-taken' });
    const more = await Promise.all([Rig.start({ usesUsualPort: true }), Rig.start({ usesUsualPort: true })]);
    expect(new Set(more.map((each) => each.server.port)).size).toBe(2);
    for (const each of more) await each.close();
  });
});
