import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { JournalFile } from './journal-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdrop-journal-file-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a journal file', () => {
  it('gives lines back by their place, in bytes', () => {
    const file = new JournalFile(join(folder, 'a'));
    file.forEachLine(() => {});
    const places = ['one', '文件🎉', 'three'].map((text) => file.append({ text }));
    for (const [index, text] of ['one', '文件🎉', 'three'].entries()) {
      const place = places[index];
      expect(place && JSON.parse(file.read(place))).toEqual({ text });
    }
    file.close();
    const again = new JournalFile(join(folder, 'a'));
    again.forEachLine(() => {});
    const place = again.append({ text: 'four' });
    expect(place && again.read(place)).toBe('{"text":"four"}');
    again.close();
    expect(readFileSync(join(folder, 'a'), 'utf8').split('\n')).toHaveLength(5);
  });

  it('gives every whole line with its place, short, empty, and longer than what is read at a time', () => {
    const lines = ['', 'a', 'x'.repeat(262_143), 'y'.repeat(262_144), '文'.repeat(500_000), '', 'end'];
    for (const tail of ['', 'torn', 'z'.repeat(300_000)]) {
      const path = join(folder, `lines ${tail.length}`);
      writeFileSync(path, lines.map((line) => `${line}\n`).join('') + tail);
      const file = new JournalFile(path);
      const seen: string[] = [];
      file.forEachLine((text, place) => {
        seen.push(text);
        expect(file.read(place)).toBe(text);
      });
      expect(seen).toEqual(lines);
      const place = file.append({ a: 1 });
      expect(place && file.read(place)).toBe('{"a":1}');
      file.close();
      expect(readFileSync(path, 'utf8').endsWith(tail === '' ? 'end\n{"a":1}\n' : `${tail}\n{"a":1}\n`)).toBe(
        true,
      );
    }
  });

  it.skipIf(!existsSync('/dev/full'))('throws nothing when the disk is full, and says why', () => {
    const file = new JournalFile('/dev/full');
    expect(file.failure).toBeUndefined();
    expect(file.append({ a: 1 })).toBeUndefined();
    expect(file.failure).toMatchObject({ code: 'disk-full' });
    expect(file.append({ a: 2 })).toBeUndefined();
    file.sync();
    file.close();
  });
});
