import { chmodSync, linkSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../base/testing/trees.ts';
import { KeyLog } from './key-log.ts';
import { connected } from '../testing/loopback.ts';

const line = (word: string): Buffer => Buffer.from(`${word}\n`);

describe('a key log', () => {
  it('is made for its owner alone, and appended to', async () => {
    const path = join(temporaryFolder(), 'keys.log');
    for (const word of ['one', 'two']) {
      const log = await KeyLog.open(path);
      log.write(line(word));
      await log.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('takes no line any more once it is closed', async () => {
    const path = join(temporaryFolder(), 'keys.log');
    const log = await KeyLog.open(path);
    await log.close();
    log.write(line('late'));
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('gets the same secrets of a session from both of its ends, in the form that Wireshark reads', async () => {
    const folder = temporaryFolder();
    const texts = await Promise.all(
      ['dialer', 'listener'].map(async (side) => {
        const path = join(folder, side);
        return { path, log: await KeyLog.open(path) };
      }),
    );
    const [dialer, listener] = texts as [(typeof texts)[0], (typeof texts)[0]];
    await connected({ keyLog: dialer.log, listenerOptions: { keyLog: listener.log } });
    await Promise.all([dialer.log.close(), listener.log.close()]);
    const linesOf = (path: string): readonly string[] =>
      readFileSync(path, 'utf8').trimEnd().split('\n').toSorted();
    const lines = linesOf(dialer.path);
    expect(lines.map((each) => each.split(' ')[0])).toEqual([
      'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
      'CLIENT_TRAFFIC_SECRET_0',
      'EXPORTER_SECRET',
      'SERVER_HANDSHAKE_TRAFFIC_SECRET',
      'SERVER_TRAFFIC_SECRET_0',
    ]);
    for (const each of lines) expect(each).toMatch(/^[A-Z_0]+ [0-9a-f]{64} [0-9a-f]{64,96}$/u);
    expect(linesOf(listener.path)).toEqual(lines);
  });

  it('is refused where there is no folder, or a folder stands', async () => {
    const folder = temporaryFolder();
    await expect(KeyLog.open(join(folder, 'none', 'keys.log'))).rejects.toMatchObject({
      code: 'no-such-path',
    });
    await expect(KeyLog.open(folder)).rejects.toMatchObject({ code: 'is-a-folder' });
  });
});

describe.skipIf(process.platform === 'win32')('a key log on Unix', () => {
  const own = (): { readonly folder: string; readonly path: string } => {
    const folder = temporaryFolder();
    const path = join(folder, 'keys.log');
    writeFileSync(path, '', { mode: 0o600 });
    return { folder, path };
  };

  it.each([0o644, 0o660, 0o620, 0o604])('is refused when others may use the file (mode %o)', async (mode) => {
    const { path } = own();
    chmodSync(path, mode);
    await expect(KeyLog.open(path)).rejects.toMatchObject({ code: 'permission-denied' });
  });

  it('is refused where a link stands, wherever it leads', async () => {
    const { folder, path } = own();
    for (const target of [path, join(folder, 'not there'), folder]) {
      const link = join(folder, `link to ${target.length}`);
      symlinkSync(target, link);
      await expect(KeyLog.open(link)).rejects.toMatchObject({ code: 'symlink-in-path' });
    }
  });

  it('is refused when the file has a second name', async () => {
    const { folder, path } = own();
    linkSync(path, join(folder, 'second'));
    await expect(KeyLog.open(path)).rejects.toMatchObject({ code: 'permission-denied' });
  });

  it('is refused where a pipe stands, without waiting for its reader', async () => {
    const path = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', ['-m', '600', path]);
    await expect(KeyLog.open(path)).rejects.toMatchObject({ code: 'not-a-file' });
  });

  it.skipIf(process.getuid?.() !== 0)('is refused when the file belongs to another user', async () => {
    const { path } = own();
    execFileSync('chown', ['65534', path]);
    await expect(KeyLog.open(path)).rejects.toMatchObject({ code: 'permission-denied' });
  });
});
