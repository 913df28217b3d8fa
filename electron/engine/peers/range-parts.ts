/** A range of a peer's file is asked for in parts, each a READ; what comes back becomes one range again. */

import type { Payload } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import type { FileRange } from '../api.ts';

export interface Part {
  readonly offset: number;
  readonly length: number;
}

export function partsOf(offset: number, length: number): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < length; at += chunkBytes) {
    parts.push({ offset: offset + at, length: Math.min(chunkBytes, length - at) });
  }
  return parts;
}

/**
 * The range as of the first answer: of a file that grows meanwhile, what was added is left out.
 * @throws HexdropError bad-payload unless each answer is what was asked for, whole as far as the file goes; file-changed
 * when the file became shorter between two of them
 */
export function joined(parts: readonly Part[], answers: readonly Payload<'CONTENT'>[]): FileRange {
  const size = answers[0]?.size ?? 0;
  const pieces: Uint8Array[] = [];
  let sizeBefore = size;
  for (const [index, answer] of answers.entries()) {
    const { offset, length } = parts[index] as Part;
    const due = dueOf(offset, length, answer.size);
    if (answer.offset !== offset || answer.content.length !== due) {
      throw new HexdropError('bad-payload', 'A CONTENT is not the range that was asked for.', {
        seen: `${answer.content.length} bytes at ${answer.offset}`,
        allowed: `${due} bytes at ${offset}`,
      });
    }
    if (answer.size < sizeBefore) {
      throw new HexdropError('file-changed', 'The file became shorter while it was read.');
    }
    sizeBefore = answer.size;
    pieces.push(answer.content.subarray(0, dueOf(offset, length, size)));
  }
  return { size, bytes: Buffer.concat(pieces) };
}

/** Bytes that a file of this size has in the range. */
const dueOf = (offset: number, length: number, size: number): number =>
  Math.max(0, Math.min(length, size - offset));
