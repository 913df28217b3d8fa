/**
 * A range of a file that a peer may have: what READ asks for. One call, synchronous, at most a chunk
 * (docs/PROTOCOL.md, "Browsing").
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import { displayName } from '../../../shared/model/display-name.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { fileFaultOf, tooLarge } from '../../base/file-fault.ts';
import { PseudoFiles } from '../files/pseudo-file.ts';
import { readingFlags } from '../files/reading-flags.ts';

/**
 * @param path local and absolute, seen to lead through no link
 * @param relative the peer's path, for messages
 * @throws HexdropError is-a-folder, not-a-file, and the codes of the file system
 */
export function readRange(
  path: string,
  relative: string,
  { offset, length }: { readonly offset: number; readonly length: number },
): Payload<'CONTENT'> {
  const fd = opened(path, relative);
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (stats.isDirectory()) throw new HexdropError('is-a-folder', `"${displayName(relative)}" is a folder.`);
    if (!stats.isFile()) {
      throw new HexdropError('not-a-file', `"${displayName(relative)}" is neither a file nor a folder.`);
    }
    const made = new PseudoFiles().contentOf(path, stats, relative);
    if (made !== undefined)
      return { size: made.length, offset, content: made.subarray(offset, offset + length) };
    const size = Number(stats.size);
    if (!Number.isSafeInteger(size)) throw tooLarge(stats.size);
    const content = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    let filled = 0;
    while (filled < content.length) {
      const read = readSync(fd, content, filled, content.length - filled, offset + filled);
      if (read === 0) break; // It became shorter meanwhile.
      filled += read;
    }
    const isShorter = filled < content.length;
    return { size: isShorter ? offset + filled : size, offset, content: content.subarray(0, filled) };
  } catch (thrown) {
    throw thrown instanceof HexdropError ? thrown : fileFaultOf(thrown, 'read', relative);
  } finally {
    closeSync(fd);
  }
}

function opened(path: string, relative: string): number {
  try {
    return openSync(path, readingFlags);
  } catch (thrown) {
    throw fileFaultOf(thrown, 'open', relative);
  }
}
