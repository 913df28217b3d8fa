// Runs tshark with our dissector. Newer versions ignore `-X lua_script` when run by root, so root runs it as nobody.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { programPath } from '../support/program.ts';

const script = fileURLToPath(new URL('../../build/wireshark/hexdrop.lua', import.meta.url));

export interface Tshark {
  /** Standard output of reading `capture`. Throws when tshark fails or complains. */
  run(capture: Uint8Array, ...args: readonly string[]): string;
  /** The values of one field, in the order in which they stand in the stream. */
  column(capture: Uint8Array, field: string, ...args: readonly string[]): readonly string[];
  /** A file that it may read, with this content. */
  file(name: string, content: string | Uint8Array): string;
  /** Standard output of a line of shell, run where those files lie, by the same user. */
  shell(line: string): string;
  close(): void;
}

/**
 * With the dissector of the sources; or, `installed`, with what `hexdrop wireshark --install` put into the folders of
 * a user who had none.
 */
export function openTshark(program: string, { installed = false } = {}): Tshark {
  const folder = mkdtempSync(join(tmpdir(), 'hexdrop-tshark-'));
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  mkdirSync(home);
  chmodSync(home, 0o777);
  const asRoot = process.getuid?.() === 0;
  const surroundings = { PATH: process.env['PATH'] ?? '', HOME: home };
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o644 });
    return path;
  };
  const start = (command: readonly string[]): string => {
    const plain = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command];
    const [first = '', ...rest] = asRoot ? plain : command;
    const options = {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 60_000,
      env: surroundings,
      cwd: folder,
    } as const;
    const { stdout, stderr, status, error } = spawnSync(first, rest, options);
    if (status !== 0 || stderr !== '') throw new Error(`${command.join(' ')}: ${error?.message ?? stderr}`);
    return stdout;
  };
  const scriptArgs: string[] = [];
  if (installed) {
    const { status, stderr } = spawnSync(process.execPath, [programPath, 'wireshark', '--install'], {
      encoding: 'utf8',
      env: surroundings,
    });
    if (status !== 0) throw new Error(`The dissector was not installed: ${stderr}`);
  } else {
    // Where that user may read it, wherever the project lies.
    const lua = join(folder, 'hexdrop.lua');
    copyFileSync(script, lua);
    chmodSync(lua, 0o644);
    scriptArgs.push('-X', `lua_script:${lua}`);
  }
  let captures = 0;
  return {
    file,
    shell: (line) => start(['bash', '-c', line]),
    run(capture, ...args) {
      captures += 1;
      const path = file(`${captures}.pcapng`, capture);
      const stdout = start([program, '-r', path, ...scriptArgs, '-n', ...args]);
      if (/Lua Error/u.test(stdout)) throw new Error('The dissector failed.');
      return stdout;
    },
    column(capture, field, ...args) {
      const lines = this.run(capture, '-T', 'fields', '-e', field, '-E', 'occurrence=a', ...args).split('\n');
      return lines.flatMap((line) => (line === '' ? [] : line.split(',')));
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
