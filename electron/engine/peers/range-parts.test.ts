import { describe, expect, it } from 'vitest';

import type { Payload } from '../../../shared/protocol/catalog.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { joined, partsOf } from './range-parts.ts';
import type { Part } from './range-parts.ts';

const byteAt = (at: number): number => (at * 7 + (at >> 8)) & 0xff;

/** What a file of that size has in the part. */
const answer = ({ offset, length }: Part, size: number): Payload<'CONTENT'> => ({
  size,
  offset,
  content: Uint8Array.from({ length: Math.max(0, Math.min(length, size - offset)) }, (_, at) =>
    byteAt(offset + at),
  ),
});

/** Three parts, each answered when the file has the size of its turn. */
const read = (sizes: readonly [number, number, number]): ReturnType<typeof joined> => {
  const parts = partsOf(0, 3 * chunkBytes);
  return joined(
    parts,
    parts.map((part, index) => answer(part, sizes[index] as number)),
  );
};

describe('the parts of a range', () => {
  it('of a file that grows between them are the range as of the first', () => {
    for (const size of [0, 10, chunkBytes, chunkBytes + 5, 3 * chunkBytes]) {
      const range = read([size, size + 100, size + 2 * chunkBytes]);
      expect(range.size).toBe(size);
      const expected = Uint8Array.from({ length: size }, (_, at) => byteAt(at));
      expect(Buffer.compare(range.bytes, expected)).toBe(0);
    }
  });

  it('of a file that becomes shorter between them are no range', () => {
    const size = 3 * chunkBytes;
    for (const sizes of [
      [size, size - 1, size - 1],
      [size, size + 10, size + 9],
    ] as const)
      expect(() => read(sizes)).toThrow(expect.objectContaining({ code: 'file-changed' }));
  });

  it('must each be what was asked for, and whole', () => {
    const [part] = partsOf(5, 10) as [Part];
    const { size, offset, content } = answer(part, 100);
    for (const wrong of [
      { size, offset: 6, content },
      { size, offset, content: content.subarray(1) },
    ])
      expect(() => joined([part], [wrong])).toThrow(expect.objectContaining({ code: 'bad-payload' }));
  });
});
