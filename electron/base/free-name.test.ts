import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { freeName } from './free-name.ts';
import { nameFault } from './safe-path.ts';

const bytesOf = (name: string): number => Buffer.byteLength(name);
const first = (name: string): string => freeName(name, () => false);

describe('freeName', () => {
  it('puts the number before the extension', () => {
    expect(first('photo.jpg')).toBe('photo (1).jpg');
    expect(first('archive.tar.gz')).toBe('archive (1).tar.gz');
    expect(first('a.b.c')).toBe('a.b (1).c');
    expect(first('Makefile')).toBe('Makefile (1)');
    expect(first('.bashrc')).toBe('.bashrc (1)');
    expect(first('.config.json')).toBe('.config (1).json');
    expect(first('..x')).toBe('..x (1)');
    expect(first('What is this...?.jpg')).toBe('What is this...? (1).jpg');
    expect(first('Wait....jpg')).toBe('Wait... (1).jpg');
    expect(first('name.')).toBe('name. (1)');
    expect(first('v1. The beginning of it all')).toBe('v1. The beginning of it all (1)');
    expect(first('photo (1).jpg')).toBe('photo (1) (1).jpg');
    expect(first('.tar.gz')).toBe('.tar (1).gz');
  });

  it('counts up to the first number that is free', () => {
    const taken = new Set(['photo (1).jpg', 'photo (2).jpg']);
    expect(freeName('photo.jpg', (candidate) => taken.has(candidate))).toBe('photo (3).jpg');
  });

  it('asks little however many numbers are taken', () => {
    for (const count of [31, 32, 33, 100, 10_000, 1_000_000]) {
      let questions = 0;
      const name = freeName('a.b', (candidate) => {
        questions += 1;
        return Number(/\((\d+)\)/u.exec(candidate)?.[1]) <= count;
      });
      expect(name).toBe(`a (${count + 1}).b`);
      expect(questions).toBeLessThan(100);
    }
  });

  it('gives up when every name is taken', () => {
    let questions = 0;
    const all = (): boolean => {
      questions += 1;
      return true;
    };
    expect(() => freeName('a', all)).toThrow(expect.objectContaining({ code: 'file-exists' }));
    expect(questions).toBeLessThan(100);
  });

  it('cuts the stem to 255 bytes at a character, and keeps the extension', () => {
    expect(first(`${'x'.repeat(251)}.txt`)).toBe(`${'x'.repeat(247)} (1).txt`);
    expect(first(`${'é'.repeat(125)}.txt`)).toBe(`${'é'.repeat(123)} (1).txt`);
    // The family is one character of 25 bytes: it stays whole or goes.
    expect(first(`${'x'.repeat(226)}👨‍👩‍👧‍👦.txt`)).toBe(`${'x'.repeat(226)} (1).txt`);
    expect(first('👨‍👩‍👧‍👦'.repeat(10))).toBe(`${'👨‍👩‍👧‍👦'.repeat(10)} (1)`);
  });

  it('gives for any name a free one that is valid, different, and has its extension', () => {
    const names = fc
      .tuple(
        fc.string({
          unit: fc.constantFrom('a', 'é', '文', '🎉', '.', ' ', '\u0301', '\u200d'),
          maxLength: 260,
        }),
        fc.constantFrom('', '.txt', '.tar.gz', '.jpeg'),
      )
      .map(([stem, extension]) => stem + extension)
      .filter((name) => nameFault(name, 'linux') === undefined);
    fc.assert(
      fc.property(names, fc.func(fc.boolean()), (name, isTaken) => {
        const asked = new Map<string, boolean>();
        const taken = (candidate: string): boolean => {
          const answer = asked.get(candidate) ?? (asked.size < 50 && isTaken(candidate));
          asked.set(candidate, answer);
          return answer;
        };
        const free = freeName(name, taken);
        expect(asked.get(free)).toBe(false);
        expect(free).not.toBe(name);
        expect(bytesOf(free)).toBeLessThanOrEqual(255);
        expect(nameFault(free, 'linux')).toBeUndefined();
        const kept = ['.txt', '.tar.gz', '.jpeg'].find(
          (extension) => name.endsWith(extension) && !/^\.*$/u.test(name.slice(0, -extension.length)),
        );
        expect(free.endsWith(kept ?? '')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
