/**
 * Files that are made while they are read, as in /proc and /sys: the system says that they have no bytes, or a page of
 * them, and only reading tells how many there are. Ordinary files, empty ones too, cost a look at their file system once.
 */

import { closeSync, fstatSync, openSync, readSync, statfsSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';

import { displayName } from '../../../shared/model/display-name.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { fileFaultOf } from '../../base/file-fault.ts';
import { readingFlags } from './reading-flags.ts';

/** File systems of Linux by the numbers of statfs(2). A program behind FUSE may not know what it will give, and say 0. */
const fuse = 0x6573_5546;
const proc = 0x9fa0;

/** A made-up size is 0 or a page; pages have up to 64 KiB. */
const smallestPage = 4_096n;
const largestPage = 65_536n;

/** Read of one such file at most: all that describe a machine are shorter, and what has no end is found out. */
const mostBytes = 16_777_216;

type Seen = Pick<BigIntStats, 'size' | 'blocks' | 'dev'>;

/** Which file systems keep nothing, by device. For one walk: numbers of devices are used again. */
export class PseudoFiles {
  readonly #kinds = new Map<bigint, 'ordinary' | 'made-up' | 'fuse'>();

  /**
   * The content of a regular file whose size cannot be believed; undefined where it can.
   * @throws HexdropError file-unreadable when it has no end, and what the system says
   */
  contentOf(path: string, stats: Seen, relative: string): Buffer | undefined {
    return this.#isDoubtful(path, stats, relative) ? readToEnd(path, relative) : undefined;
  }

  #isDoubtful(path: string, { size, blocks, dev }: Seen, relative: string): boolean {
    if (blocks > 0n) return false;
    const isPage = size >= smallestPage && size <= largestPage && size % smallestPage === 0n;
    if (size > 0n && !isPage && size <= mostBytes) return false;
    const kind = this.#kindOf(path, dev, relative);
    // /proc/kcore is all of the memory that could be there.
    if (size > mostBytes) return kind === 'made-up' && typeOf(path, relative).type === proc;
    return kind === 'made-up' || (kind === 'fuse' && size === 0n);
  }

  #kindOf(path: string, dev: bigint, relative: string): 'ordinary' | 'made-up' | 'fuse' {
    const known = this.#kinds.get(dev);
    if (known !== undefined) return known;
    const { type, blocks } = typeOf(path, relative);
    // A file system without blocks keeps nothing.
    const kind = type === fuse ? 'fuse' : blocks === 0 ? 'made-up' : 'ordinary';
    this.#kinds.set(dev, kind);
    return kind;
  }
}

function typeOf(path: string, relative: string): { readonly type: number; readonly blocks: number } {
  try {
    return statfsSync(path);
  } catch (thrown) {
    throw fileFaultOf(thrown, 'look at', relative);
  }
}

/** @throws HexdropError file-unreadable, read-failed and what the system says */
function readToEnd(path: string, relative: string): Buffer {
  let fd: number;
  try {
    fd = openSync(path, readingFlags);
  } catch (thrown) {
    throw fileFaultOf(thrown, 'open', relative);
  }
  try {
    if (!fstatSync(fd).isFile()) throw new HexdropError('not-a-file');
    const pieces: Buffer[] = [];
    let total = 0;
    for (;;) {
      const piece = Buffer.allocUnsafe(65_536);
      const read = readSync(fd, piece, 0, piece.length, null);
      if (read === 0) return Buffer.concat(pieces, total);
      pieces.push(piece.subarray(0, read));
      total += read;
      if (total > mostBytes) {
        const message = `"${displayName(relative)}" does not say how long it is, and has more than ${mostBytes} bytes.`;
        throw new HexdropError('file-unreadable', message);
      }
    }
  } catch (thrown) {
    throw fileFaultOf(thrown, 'read', relative);
  } finally {
    closeSync(fd);
  }
}
