import { expect, it } from 'vitest';

import { deviceWords } from './device-words.ts';
import words from './device-words.json' with { type: 'json' };

const id = '00ff01fe02fd03fc04fb05fa'.padEnd(64, '0');

it('reads the first twelve bytes of an id, one word each', () => {
  expect(deviceWords(id)).toEqual(
    [0, 255, 1, 254, 2, 253, 3, 252, 4, 251, 5, 250].map((place) => words[place]),
  );
});

it('says the same words for an id as every version before', () => {
  expect(deviceWords(id).slice(0, 4)).toEqual(['acorn', 'zipper', 'agent', 'zebra']);
  expect(deviceWords('80'.repeat(32))[0]).toBe('hockey');
});

it('tells ids apart that differ in one bit of what is read', () => {
  for (let bit = 0; bit < 96; bit += 1) {
    const bytes = new Uint8Array(32);
    bytes[bit >> 3] = 1 << (bit & 7);
    const other = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    expect(deviceWords(other)).not.toEqual(deviceWords('0'.repeat(64)));
  }
});

it('is made of 256 different short words', () => {
  expect(words).toHaveLength(256);
  expect(new Set(words).size).toBe(256);
  expect(words.filter((word) => !/^[a-z]{3,9}$/.test(word))).toEqual([]);
});

it('refuses what is no device id', () => {
  expect(() => deviceWords('3f2a-99c1-04be')).toThrow('64 hex digits');
  expect(() => deviceWords('')).toThrow('64 hex digits');
});
