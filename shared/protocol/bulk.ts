/**
 * The hot path of DATA and PACK: prefixes written in place before content that stands in a pooled buffer
 * already, and read back without copying it. Agrees byte for byte with codec.ts; bulk.test.ts holds it to that.
 *
 * docs/PROTOCOL.md, "DATA" and "PACK".
 */

import { badPayload } from './codec.ts';
import { noIndex } from './catalog/fields.ts';
import { encodeHeader, headerOf, readU32 } from './header.ts';
import { chunkBytes, dataPrefixBytes, digestBytes, headerBytes, packPrefixBytes } from './limits.ts';

const highUnit = 0x1_0000_0000;

/** Where the content of a DATA frame starts in its buffer. */
export const dataContentAt = headerBytes + dataPrefixBytes;

/** Where the entries of a PACK frame start in its buffer. */
export const packEntriesAt = headerBytes;

export interface DataPlace {
  readonly id: number;
  readonly channel: number;
  readonly file: number;
  /** A multiple of chunkBytes. */
  readonly offset: number;
  /** 1 to chunkBytes: bytes that stand at dataContentAt. */
  readonly contentBytes: number;
}

/** Writes the first 64 bytes of a DATA frame at the start of `buffer`, of which `view` is the whole view. */
export function writeDataHeader(
  buffer: Uint8Array,
  view: DataView,
  place: DataPlace,
  digest: Uint8Array,
): void {
  encodeHeader(buffer, 0, headerOf('DATA', place, dataPrefixBytes + place.contentBytes));
  view.setUint32(16, place.file);
  view.setUint32(20, 0);
  view.setUint32(24, Math.floor(place.offset / highUnit));
  view.setUint32(28, place.offset >>> 0);
  buffer.set(digest, 32);
}

/** Writes the header of a PACK frame at the start of `buffer`. */
export const writePackHeader = (
  buffer: Uint8Array,
  id: number,
  channel: number,
  payloadBytes: number,
): void => encodeHeader(buffer, 0, headerOf('PACK', { id, channel }, payloadBytes));

/** Writes the 40 bytes before the content of a PACK entry at `at`. Returns where the content goes. */
export function writePackEntry(
  view: DataView,
  buffer: Uint8Array,
  at: number,
  file: number,
  length: number,
  digest: Uint8Array,
): number {
  view.setUint32(at, file);
  view.setUint32(at + 4, length);
  buffer.set(digest, at + 8);
  return at + packPrefixBytes;
}

export interface DataPrefix {
  readonly file: number;
  readonly offset: number;
  /** A subarray of the bytes that were read. */
  readonly digest: Uint8Array;
  readonly contentBytes: number;
}

/**
 * The first 48 payload bytes of a DATA frame; `payloadBytes` is the length in its header. Throws bad-payload
 * where the codec would. `bytes` may hold more than the prefix.
 */
export function readDataPrefix(bytes: Uint8Array, payloadBytes: number = bytes.length): DataPrefix {
  if (bytes.length < dataPrefixBytes || payloadBytes <= dataPrefixBytes) {
    throw badPayload(
      'DATA',
      '',
      `${Math.min(bytes.length, payloadBytes)} bytes`,
      `more than ${dataPrefixBytes} bytes`,
    );
  }
  const contentBytes = payloadBytes - dataPrefixBytes;
  if (contentBytes > chunkBytes)
    throw badPayload('DATA', 'content', String(contentBytes), `1 to ${chunkBytes}`);
  const file = readU32(bytes, 0);
  if (file === noIndex) throw badPayload('DATA', 'file', '0xffffffff', 'an index');
  const reserved = readU32(bytes, 4);
  if (reserved !== 0) throw badPayload('DATA', 'reserved', String(reserved), '0');
  const offset = readU32(bytes, 8) * highUnit + readU32(bytes, 12);
  if (!Number.isSafeInteger(offset))
    throw badPayload('DATA', 'offset', 'a number beyond 2^53-1', 'at most 2^53-1');
  if (offset % chunkBytes !== 0)
    throw badPayload('DATA', 'offset', String(offset), `a multiple of ${chunkBytes}`);
  return { file, offset, digest: bytes.subarray(16, 16 + digestBytes), contentBytes };
}

/**
 * Iterates the files of a whole PACK payload:
 *
 *   reader.open(payload);
 *   while (reader.next()) use(reader.file, reader.digest, reader.content);
 *
 * `open` checks the whole payload, so no entry is handed out from a malformed one. Reusable.
 */
export class PackReader {
  file = 0;
  length = 0;
  /** Subarrays of the payload. */
  digest: Uint8Array = new Uint8Array(0);
  content: Uint8Array = new Uint8Array(0);
  #payload: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** Returns the number of files. Throws bad-payload. */
  open(payload: Uint8Array): number {
    let at = 0;
    let count = 0;
    while (at < payload.length) {
      const left = payload.length - at;
      if (left < packPrefixBytes)
        throw badPayload('PACK', `entries.${count}`, `${left} bytes left`, `${packPrefixBytes} bytes`);
      if (readU32(payload, at) === noIndex)
        throw badPayload('PACK', `entries.${count}.file`, '0xffffffff', 'an index');
      const length = readU32(payload, at + 4);
      if (length > chunkBytes)
        throw badPayload('PACK', `entries.${count}.content`, String(length), `0 to ${chunkBytes}`);
      if (length > left - packPrefixBytes) {
        throw badPayload(
          'PACK',
          `entries.${count}.content`,
          `${left - packPrefixBytes} bytes left`,
          `${length} bytes`,
        );
      }
      at += packPrefixBytes + length;
      count += 1;
    }
    if (count === 0) throw badPayload('PACK', 'entries', '0', 'at least 1');
    this.#payload = payload;
    this.#at = 0;
    return count;
  }

  /** Moves to the next file. False at the end; then the payload is let go. */
  next(): boolean {
    const payload = this.#payload;
    const at = this.#at;
    if (at >= payload.length) {
      this.#payload = this.digest = this.content = noBytes;
      return false;
    }
    this.file = readU32(payload, at);
    this.length = readU32(payload, at + 4);
    this.digest = payload.subarray(at + 8, at + packPrefixBytes);
    this.content = payload.subarray(at + packPrefixBytes, at + packPrefixBytes + this.length);
    this.#at = at + packPrefixBytes + this.length;
    return true;
  }
}

const noBytes = new Uint8Array(0);
