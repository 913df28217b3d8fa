import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { localName, wireName } from './name-mapping.ts';

const held = (name: string): string => localName(name, 'win32');
const read = (local: string): string => wireName(local, 'win32');
/** What Windows does not hold, tried without the patterns of the code. */
const isHeldByWindows = (name: string): boolean =>
  !name.split('').some((character) => '<>:"/\\|?*'.includes(character) || character < ' ') &&
  !name.endsWith('.') &&
  !name.endsWith(' ') &&
  !['CON', 'PRN', 'AUX', 'NUL', 'COM1', 'COM¹', 'LPT9', 'CONIN$', 'CLOCK$'].includes(
    (name.split('.')[0] ?? '').trimEnd().toUpperCase(),
  );

/** Names in which everything that the mapping looks at is frequent. */
const anyName = fc
  .oneof(
    fc.string({
      unit: fc.constantFrom(
        '‛',
        '：',
        ':',
        '＼',
        '\\',
        '.',
        ' ',
        '．',
        '␠',
        '␁',
        '\u0001',
        'Ｃ',
        'C',
        'a',
        '／',
        '"',
      ),
      minLength: 1,
      maxLength: 8,
    }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom('CON', 'con.txt', '‛CON', '‛ＣON', 'NUL .x', 'COM1', 'LPT¹', 'HEXDRO~1', 'he1a2b~1.tmp'),
  )
  .filter((name) => name !== '.' && name !== '..' && !/[/\0]/u.test(name));

describe('a name that Windows cannot hold', () => {
  it.each([
    ['a:b.txt', 'a‛：b.txt'],
    ['C:\\Users\\x.txt', 'C‛：‛＼Users‛＼x.txt'],
    ['dev-disk-by\\x2dlabel-swap.swap', 'dev-disk-by‛＼x2dlabel-swap.swap'],
    ['What is this?.md', 'What is this‛？.md'],
    ['<"|*>', '‛＜‛＂‛｜‛＊‛＞'],
    ['Icon\r', 'Icon‛␍'],
    ['trail.', 'trail‛．'],
    ['...', '..‛．'],
    ['space ', 'space‛␠'],
    ['CON', '‛ＣON'],
    ['aux.txt', '‛ａux.txt'],
    ['com1 .log', '‛ｃom1 .log'],
    ['prn.', '‛ｐrn‛．'],
    ['hexdro~1', '‛ｈexdro~1'],
  ])('%j is kept as %j, and read back', (name, local) => {
    expect(held(name)).toBe(local);
    expect(read(local)).toBe(name);
  });

  it('is kept under one that Windows holds, and another for each', () => {
    fc.assert(
      fc.property(anyName, anyName, (name, other) => {
        expect([name, isHeldByWindows(held(name))]).toEqual([name, true]);
        if (name !== other) expect(held(name)).not.toBe(held(other));
      }),
      { numRuns: 5_000 },
    );
  });

  it('comes back as it was, whatever it is', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(read(held(name))).toBe(name);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('a name that Windows holds', () => {
  it.each([
    '报告：最终.docx',
    'なに？.txt',
    'photo (1).jpg',
    '~$doc.docx',
    '.hidden',
    'rock ‛n’ roll',
    'console',
    'COM',
    'a．',
  ])('%j stays as it is in both directions, also with characters that look like others', (name) => {
    expect(held(name)).toBe(name);
    expect(read(name)).toBe(name);
  });

  it('is never read as something that is no name', () => {
    for (const local of ['‛．', '.‛．', 'a‛／b', '‛／', '‛']) expect(read(local)).toBe(local);
  });
});

it('Unix holds every name as it is', () => {
  for (const platform of ['linux', 'darwin'] as const) {
    fc.assert(
      fc.property(anyName, (name) => {
        expect([localName(name, platform), wireName(name, platform)]).toEqual([name, name]);
      }),
    );
  }
});
