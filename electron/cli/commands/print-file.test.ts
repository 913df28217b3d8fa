import { appendFileSync, readFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { startEngine } from '../../engine/testing/engines.ts';
import { temporaryFolder } from '../../base/testing/trees.ts';
import { printFile } from './print-file.ts';

const start = Buffer.alloc(3_000_000, 'a line of a log\n');

/** Prints a served file, of which `happens` is done each time that bytes of it were written. */
async function printed(
  happens: (path: string) => void,
  content: Uint8Array = start,
): Promise<{ readonly code: Promise<number>; readonly bytes: () => Buffer; readonly notes: string[] }> {
  const folder = temporaryFolder();
  const path = join(folder, 'today.log');
  writeFileSync(path, content);
  const server = await startEngine();
  server.engine.addShare({ path: folder, name: 'logs' });
  const { host, port } = await server.engine.listen({ host: '127.0.0.1', port: 0 });
  const { engine } = await startEngine();
  const pieces: Uint8Array[] = [];
  const notes: string[] = [];
  const output = {
    bytes: async (bytes: Uint8Array) => {
      pieces.push(bytes);
      happens(path);
    },
    note: (line: string) => {
      notes.push(line);
    },
  };
  const code = printFile(engine, { from: { host, port }, path: 'logs/today.log' }, output);
  code.catch(() => {});
  return { code, bytes: () => Buffer.concat(pieces), notes };
}

describe('a file that is printed', () => {
  it('and grows meanwhile comes as it was at the start, which is told', async () => {
    for (const content of [start, Buffer.from('one line\n')]) {
      const { code, bytes, notes } = await printed((path) => appendFileSync(path, 'another\n'), content);
      expect(await code).toBe(0);
      expect(bytes().equals(content)).toBe(true);
      expect(notes).toEqual([
        `"logs/today.log" grew: its first ${content.length} bytes, as of the start, were written.`,
      ]);
    }
  });

  it('and only touched meanwhile is no other file', async () => {
    const { code, bytes, notes } = await printed((path) => utimesSync(path, 1, 1));
    expect(await code).toBe(0);
    expect(bytes().equals(start)).toBe(true);
    expect(notes).toEqual([]);
  });

  it.each([
    ['becomes shorter', (path: string) => truncateSync(path, 1_500_000)],
    [
      'is replaced by a longer one',
      (path: string) => {
        writeFileSync(`${path}.new`, Buffer.alloc(4_000_000, 'quite another\n'));
        renameSync(`${path}.new`, path);
      },
    ],
    [
      'grows and is written to before its end',
      (path: string) => writeFileSync(path, Buffer.concat([Buffer.from('!'), readFileSync(path)])),
    ],
  ])('and %s meanwhile fails', async (_, happens) => {
    const { code } = await printed(happens);
    await expect(code).rejects.toMatchObject({ code: 'file-changed' });
  });
});
