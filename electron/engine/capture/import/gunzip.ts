/**
 * gzip (RFC 1952): members one after the other, unpacked as they come. Node's own Gunzip takes what follows the last
 * member for a broken one, loses what it had unpacked just before, and says nothing where only the check is cut off.
 */

import { crc32, createInflateRaw } from 'node:zlib';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import type { ByteWindow } from './byte-window.ts';

/** What is told of packed data besides what is in it. */
export type PackedNote = 'packed-cut' | 'packed-rest';

const magic = 0x1f8b;
const deflate = 8;
const headBytes = 10;
const trailerBytes = 8;
const pieceBytes = 65_536;
/** Bits of FLG. */
const hasHeadCheck = 2;
const hasExtra = 4;
const hasName = 8;
const hasComment = 16;
const reserved = 0xe0;

const broken = (why: string): HexdropError =>
  new HexdropError('not-a-capture', `What is packed with gzip is broken: ${why}.`);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Whether so many bytes are there: fewer are only at the end. */
async function has(window: ByteWindow, length: number): Promise<boolean> {
  while (window.lacks(length)) await window.fill();
  return window.available >= length;
}

/**
 * What is packed in all members. `tell` is called when the data end inside of a member, and when something follows that
 * is neither a member nor the zeros that fill up a block.
 *
 * @throws HexdropError not-a-capture for a broken member, behind what was unpacked before; what the source throws
 */
export async function* gunzipped(
  window: ByteWindow,
  tell: (note: PackedNote) => void,
): AsyncGenerator<Uint8Array> {
  while ((await has(window, 2)) && viewOf(window.peek(2)).getUint16(0) === magic) {
    if (!(await passHead(window))) return tell('packed-cut');
    let check = 0;
    let size = 0;
    for await (const piece of inflated(window)) {
      check = crc32(piece, check);
      size = (size + piece.length) % 2 ** 32;
      yield piece;
    }
    if (!(await has(window, trailerBytes))) return tell('packed-cut');
    const trailer = viewOf(window.peek(trailerBytes));
    if (trailer.getUint32(0, true) !== check) throw broken('its check sum is wrong');
    if (trailer.getUint32(4, true) !== size) throw broken('its length is wrong');
    window.take(trailerBytes);
  }
  while (await has(window, 1)) {
    const rest = window.peek(window.available);
    if (rest.some((byte) => byte !== 0)) return tell('packed-rest');
    window.take(rest.length);
  }
}

/** Takes the head of a member. Settles with false when the data end in it. */
async function passHead(window: ByteWindow): Promise<boolean> {
  if (!(await has(window, headBytes))) return false;
  const head = viewOf(window.peek(headBytes));
  const flags = head.getUint8(3);
  if (head.getUint8(2) !== deflate) throw broken('its compression method is unknown');
  if ((flags & reserved) !== 0) throw broken('its header has unknown flags');
  window.take(headBytes);
  if ((flags & hasExtra) !== 0) {
    if (!(await has(window, 2))) return false;
    const length = 2 + viewOf(window.peek(2)).getUint16(0, true);
    if (!(await has(window, length))) return false;
    window.take(length);
  }
  for (const flag of [hasName, hasComment]) {
    if ((flags & flag) !== 0 && !(await passText(window))) return false;
  }
  if ((flags & hasHeadCheck) === 0) return true;
  if (!(await has(window, 2))) return false;
  window.take(2);
  return true;
}

/** Takes a text and the zero that ends it. Settles with false when the data end in it. */
async function passText(window: ByteWindow): Promise<boolean> {
  while (await has(window, 1)) {
    const text = window.peek(window.available);
    const end = text.indexOf(0);
    window.take(end === -1 ? text.length : end + 1);
    if (end !== -1) return true;
  }
  return false;
}

/** One stream of deflate, whose bytes are taken and none behind it. It ends early where the data do. */
async function* inflated(window: ByteWindow): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: pieceBytes });
  let failure: Error | undefined;
  let isRead = false;
  let wake = (): void => {};
  const settled = (): void => {
    isRead = true;
    wake();
  };
  inflate.on('readable', () => wake());
  inflate.on('error', (error) => {
    failure = error;
    wake();
  });
  // Behind the end of the stream this comes instead of the word that a piece was taken.
  inflate.on('end', settled);
  try {
    for (let taken = 0; await has(window, 1);) {
      const packed = window.peek(pieceBytes);
      isRead = false;
      inflate.write(packed, settled);
      for (;;) {
        const piece = inflate.read() as Buffer | null;
        if (piece !== null) yield piece;
        else if (failure !== undefined) throw broken(failure.message);
        else if (isRead) break;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      const used = inflate.bytesWritten - taken;
      window.take(used);
      taken += used;
      if (used < packed.length) return;
    }
  } finally {
    inflate.destroy();
  }
}
