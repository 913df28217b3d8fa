import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { temporaryFolder } from '../base/testing/trees.ts';
import { startHost } from './testing/hosts.ts';
import { findWireshark, startWireshark } from './wireshark.ts';

afterEach(() => vi.unstubAllEnvs());

/** A program of that name, which keeps a copy of the file that it was told to read. */
const standIn = (): { readonly folder: string; readonly copy: string } => {
  const folder = temporaryFolder();
  const copy = join(folder, 'copy.pcapng');
  const script = `#!/bin/sh\n[ "$1" = -r ] && cp "$2" '${copy}.part' && mv '${copy}.part' '${copy}'\n`;
  writeFileSync(join(folder, 'wireshark'), script, { mode: 0o755 });
  return { folder, copy };
};

describe.skipIf(process.platform === 'win32')('Wireshark', () => {
  it('is found on the path, and only what can be run', async () => {
    const { folder } = standIn();
    const other = temporaryFolder();
    writeFileSync(join(other, 'wireshark'), 'a note', { mode: 0o644 });
    expect(await findWireshark(`${other}::${folder}`)).toBe(join(folder, 'wireshark'));
  });

  it('is started with a capture file that was just written', async () => {
    const { folder, copy } = standIn();
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    const { client, until } = (await startHost()).open();
    await until(() => true);
    expect(await client.call('capture.tools', {})).toEqual({ wireshark: true });
    await client.call('capture.wireshark', { source: 'live', format: 'raw-ip' });
    await expect.poll(() => existsSync(copy)).toBe(true);
    // The block that begins every pcapng file.
    expect(readFileSync(copy).subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
  });

  it('that cannot be started is told, and nothing waits', async () => {
    const missing = join(temporaryFolder(), 'wireshark');
    await expect(startWireshark(missing, 'a.pcapng')).rejects.toMatchObject({ code: 'not-supported' });
  });
});
