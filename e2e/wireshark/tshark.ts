// Runs tshark with our dissector. Newer versions ignore `-X lua_script` when run by root, so root runs it as nobody.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../build/wireshark/hexdrop.lua', import.meta.url));

export interface Tshark {
  /** Standard output of reading `capture`. Throws when tshark fails or Lua complains. */
  run(capture: Uint8Array, ...args: readonly string[]): string;
  /** The values of one field, in the order in which they stand in the stream. */
  column(capture: Uint8Array, field: string, ...args: readonly string[]): readonly string[];
  close(): void;
}

export function openTshark(program: string): Tshark {
  const folder = mkdtempSync(join(tmpdir(), 'hexdrop-tshark-'));
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  mkdirSync(home);
  chmodSync(home, 0o777);
  const lua = join(folder, 'hexdrop.lua');
  // Where that user may read it, wherever the project lies.
  copyFileSync(script, lua);
  chmodSync(lua, 0o644);
  const asRoot = process.getuid?.() === 0;
  let captures = 0;
  return {
    column(capture, field, ...args) {
      const lines = this.run(capture, '-T', 'fields', '-e', field, '-E', 'occurrence=a', ...args).split('\n');
      return lines.flatMap((line) => (line === '' ? [] : line.split(',')));
    },
    run(capture, ...args) {
      captures += 1;
      const path = join(folder, `${captures}.pcapng`);
      writeFileSync(path, capture, { mode: 0o644 });
      const words = ['-r', path, '-X', `lua_script:${lua}`, '-n', ...args];
      const { stdout, stderr, status } = spawnSync(
        asRoot ? 'setpriv' : program,
        asRoot ? ['--reuid=65534', '--regid=65534', '--clear-groups', program, ...words] : words,
        {
          encoding: 'utf8',
          maxBuffer: 1 << 28,
          timeout: 60_000,
          env: { PATH: process.env['PATH'] ?? '', HOME: home, XDG_CONFIG_HOME: home },
        },
      );
      if (status !== 0 || /lua|traceback/iu.test(stderr)) throw new Error(`tshark complains: ${stderr}`);
      if (/Lua Error/u.test(stdout)) throw new Error('The dissector failed.');
      return stdout;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
