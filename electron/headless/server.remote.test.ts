import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { loadPageCertificate } from './certificate.ts';
import type { PageCertificate } from './certificate.ts';
import { Rig } from './testing/ui-server.ts';

const password = 'correct horse';

let home: string;
let certificate: PageCertificate;
let rig: Rig;
let nowMs = 0;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'hexdrop-page-'));
  certificate = await loadPageCertificate(home, ['localhost', '127.0.0.1']);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
afterEach(() => rig.close());

const start = async (): Promise<Rig> => {
  nowMs = 1_000_000;
  rig = await Rig.start({
    reach: { kind: 'remote', certificate, password, address: '127.0.0.1' },
    now: () => nowMs,
  });
  return rig;
};

const login = (guess: string, headers: Readonly<Record<string, string | undefined>> = {}) =>
  rig.post('/login', new URLSearchParams({ password: guess }).toString(), {
    'Content-Type': 'application/x-www-form-urlencoded',
    ...headers,
  });

describe('a page that others can reach', () => {
  it('speaks TLS 1.3 and nothing older, and no plain HTTP', async () => {
    await start();
    expect(await rig.raw(`GET / HTTP/1.1\r\nHost: ${rig.host}\r\n\r\n`)).not.toMatch(/HTTP/);
    const handshake = async (version: 'TLSv1.2' | 'TLSv1.3'): Promise<string> => {
      const socket = connectTls({
        port: rig.server.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
      });
      try {
        await once(socket, 'secureConnect');
        return new X509Certificate(socket.getPeerCertificate(true).raw).fingerprint256;
      } finally {
        socket.destroy();
      }
    };
    expect(await handshake('TLSv1.3')).toBe(certificate.fingerprint);
    await expect(handshake('TLSv1.2')).rejects.toThrow(/protocol version/i);
  });

  it('asks for the password with a form that needs no script', async () => {
    await start();
    const { text, headers } = await rig.ask('/');
    expect(text).toMatch(/<form method="post" action="\/login">/);
    expect(headers['content-security-policy']).toContain("form-action 'self'");
    expect((await rig.ask('/w/AAAAAAAAAAAAAAAAAAAAAA/')).status).toBe(401);
  });

  it('opens for the password, with a cookie for TLS alone', async () => {
    await start();
    const answered = await login(password);
    expect(answered.status).toBe(303);
    const [setCookie = ''] = answered.headers['set-cookie'] ?? [];
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
    const letIn = { path: answered.headers.location ?? '', cookie: setCookie.split(';', 1)[0] ?? '' };
    const page = await rig.ask(letIn.path, { headers: { Cookie: letIn.cookie } });
    expect(page.headers['content-security-policy']).toContain(`connect-src wss://${rig.host}`);
    expect(await rig.openWindow(letIn)).toBeInstanceOf(WebSocket);
  });

  it('opens for the key of a printed address too', async () => {
    await start();
    expect(await rig.openWindow(await rig.enter())).toBeInstanceOf(WebSocket);
  });

  it('takes the password from its own page alone', async () => {
    await start();
    for (const Origin of ['https://evil.example', `http://${rig.host}`, 'null', undefined]) {
      expect((await login(password, { Origin })).status).toBe(403);
    }
  });

  it('makes a search for the password slow, and the right one waits too', async () => {
    await start();
    for (const guess of ['a', '', 'x'.repeat(2_000)]) expect((await login(guess)).status).toBe(401);
    const waits = await login(password);
    expect(waits.status).toBe(429);
    expect(waits.headers['retry-after']).toBe('1');
    expect(waits.headers['set-cookie']).toBeUndefined();
    expect(waits.text).toContain('Too many wrong passwords');
    nowMs += 1_000;
    expect((await login('b')).status).toBe(401);
    expect((await login('c')).headers['retry-after']).toBe('2');
    nowMs += 2_000;
    expect((await login(password)).status).toBe(303);
  });

  it('refuses names that are not of this machine', async () => {
    await start();
    expect((await login(password, { Host: `evil.example:${rig.server.port}` })).status).toBe(421);
  });
});
