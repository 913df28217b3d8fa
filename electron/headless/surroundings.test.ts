import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { browserKey, hasScreen, openBrowser } from './browser.ts';
import { loadPageCertificate } from './certificate.ts';
import { isOwnUser, ownerIn } from './own-user.ts';
import type { SocketEnds } from './own-user.ts';
import { readPageFiles } from './page-files.ts';
import { pagePassword } from './page-password.ts';
import { shellServices } from './shell-services.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdrop-page-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('files of the page', () => {
  it('are regular files of known types, and no link', () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), 'x');
    writeFileSync(join(folder, 'assets', 'index-3f2a99c1.js'), 'x');
    writeFileSync(join(folder, 'secret.key'), 'x');
    symlinkSync('/etc/hostname', join(folder, 'link.txt'));
    const files = readPageFiles(folder);
    expect([...files.keys()].sort()).toEqual(['assets/index-3f2a99c1.js', 'index.html']);
    expect(files.get('assets/index-3f2a99c1.js')?.isImmutable).toBe(true);
    expect(files.get('index.html')?.isImmutable).toBe(false);
  });

  it('are missed with a sentence when they were not built', () => {
    expect(() => readPageFiles(join(folder, 'none'))).toThrow(/not built/);
  });
});

describe('the certificate of the page', () => {
  it('is kept for its owner alone, and is not the key of the device', async () => {
    const first = await loadPageCertificate(folder, ['nas', '192.168.1.23', 'fd00::5']);
    expect(await loadPageCertificate(folder, ['other'])).toEqual(first);
    expect(statSync(join(folder, 'page-certificate.json')).mode & 0o777).toBe(0o600);
    const { subjectAltName = '' } = new X509Certificate(first.certificatePem);
    expect(subjectAltName).toContain('DNS:nas');
    expect(subjectAltName).toContain('IP Address:192.168.1.23');
  });

  it('is there also where it cannot be kept, which is told', async () => {
    writeFileSync(join(folder, 'a file'), '');
    const told: string[] = [];
    const { fingerprint } = await loadPageCertificate(join(folder, 'a file'), ['nas'], {
      trouble: ({ code }) => told.push(code),
    });
    expect([fingerprint.length, told]).toEqual([95, ['home-unwritable']]);
  });

  it('is made anew before it expires, or when it is damaged', async () => {
    const first = await loadPageCertificate(folder, ['nas']);
    const later = Date.now() + 780 * 24 * 60 * 60 * 1000;
    const second = await loadPageCertificate(folder, ['nas'], { now: () => later });
    expect(second.fingerprint).not.toBe(first.fingerprint);
    writeFileSync(join(folder, 'page-certificate.json'), '{');
    expect((await loadPageCertificate(folder, ['nas'])).fingerprint).not.toBe(second.fingerprint);
  });
});

describe('the password of the page', () => {
  const warnings: string[] = [];
  const read = (text: string, mode: number): ReturnType<typeof pagePassword> => {
    const file = join(folder, 'password');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return pagePassword(file, 'linux', (line) => warnings.push(line));
  };

  it('is the first line of a file, and others who may read it are told of', () => {
    expect(read('correct horse\nmore', 0o600)).toEqual({ password: 'correct horse', isNew: false });
    expect(warnings).toEqual([]);
    read('correct horse', 0o644);
    expect(warnings[0]).toContain('Others on this machine may read');
  });

  it('must not be short', () => {
    expect(() => read('123456789', 0o600)).toThrow(/at least 10/);
    expect(() => pagePassword(join(folder, 'none'), 'linux', () => {})).toThrow(/cannot be read/);
  });

  it('is made up otherwise, another one each time', () => {
    const made = Array.from({ length: 20 }, () => pagePassword(undefined, 'linux', () => {}));
    for (const { password, isNew } of made) {
      expect(password).toMatch(/^(?:[a-z2-9]{4}-){3}[a-z2-9]{4}$/);
      expect(isNew).toBe(true);
    }
    expect(new Set(made.map(({ password }) => password)).size).toBe(20);
  });
});

describe('the owner of a connection', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:4859 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1
   1: 0100007F:C001 0100007F:4859 01 00000000:00000000 00:00000000 00000000  1001        0 2 1
   2: 0100007F:4859 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 3 1
`;
  const tableOf6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:C001 00000000000000000000000001000000:4859 01 00000000:00000000 00:00000000 00000000  1002        0 2 1
   1: 0000000000000000FFFF00000100007F:C003 0000000000000000FFFF00000100007F:4859 01 00000000:00000000 00:00000000 00000000  1003        0 2 1
`;
  const ends = (address: string, port: number): SocketEnds => ({
    local: { address, port },
    remote: { address, port: 0x4859 },
  });

  it('is read from the line of the other end', () => {
    expect(ownerIn(table, ends('127.0.0.1', 0xc001))).toBe(1001);
    expect(ownerIn(table, ends('::ffff:127.0.0.1', 0xc001))).toBe(1001);
    expect(ownerIn(table, ends('127.0.0.1', 0xc002))).toBeUndefined();
    expect(ownerIn(tableOf6, ends('::1', 0xc001))).toBe(1002);
    expect(ownerIn(tableOf6, ends('127.0.0.1', 0xc003))).toBe(1003);
  });

  it('is not that of a connection with the same ports between other addresses or of the other family', () => {
    expect(ownerIn(table, ends('::1', 0xc001))).toBeUndefined();
    expect(ownerIn(table, ends('127.0.0.2', 0xc001))).toBeUndefined();
    expect(ownerIn(tableOf6, ends('127.0.0.1', 0xc001))).toBeUndefined();
  });

  it('is found for a real connection of this machine', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      const server = createServer().listen(0, host);
      await once(server, 'listening');
      const client = connect((server.address() as AddressInfo).port, host);
      const [socket] = (await once(server, 'connection')) as [Socket];
      expect([host, isOwnUser(socket)]).toEqual([host, process.platform === 'linux']);
      client.destroy();
      server.close();
    }
  });
});

describe('a screen', () => {
  it('is where there is a display, and nobody far away and no robot', () => {
    expect(hasScreen({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(hasScreen({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasScreen({ DISPLAY: '' }, 'linux')).toBe(false);
    expect(hasScreen({ DISPLAY: ':0', CI: 'true' }, 'linux')).toBe(false);
    expect(hasScreen({ DISPLAY: ':0', SSH_CONNECTION: 'a b' }, 'linux')).toBe(false);
    expect(hasScreen({}, 'darwin')).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('a browser', () => {
  it('is asked with the address that lets it in, and its absence is no failure', async () => {
    const opener = join(folder, 'xdg-open');
    expect(await openBrowser('http://127.0.0.1/', { PATH: folder }, 'linux')).toBe(false);
    writeFileSync(opener, `#!/bin/sh\nprintf '%s\\n' "$1" > '${folder}/said'\n`, { mode: 0o755 });
    const changes = watch(folder);
    expect(await openBrowser('http://127.0.0.1/#key', { PATH: folder }, 'linux')).toBe(true);
    const said = (): string =>
      existsSync(join(folder, 'said')) ? readFileSync(join(folder, 'said'), 'utf8') : '';
    while (!said().endsWith('\n')) await once(changes, 'change');
    changes.close();
    expect(said()).toBe('http://127.0.0.1/#key\n');
  });

  it('gets a key that others who see it in the list of processes cannot use', () => {
    expect(browserKey('linux')).toMatchObject({ ownUserOnly: true, lastsMs: 60_000 });
  });
});

describe('starting with the system', () => {
  const services = (env: Record<string, string>) =>
    shellServices({
      env,
      platform: 'linux',
      startCommand: ['/usr/bin/node', '/a b/hexdrop.js'],
      quit: () => {},
    });

  it('is an entry of the autostart folder, and is gone when switched off', async () => {
    const { setStartWithSystem } = services({ DISPLAY: ':0', XDG_CONFIG_HOME: folder });
    const path = join(folder, 'autostart', 'hexdrop-ui.desktop');
    await setStartWithSystem?.(true);
    expect(statSync(path).isFile()).toBe(true);
    await setStartWithSystem?.(false);
    await setStartWithSystem?.(false);
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is not offered without a desktop, nor are folders opened', () => {
    expect(Object.keys(services({}))).toEqual(['quit']);
  });
});
