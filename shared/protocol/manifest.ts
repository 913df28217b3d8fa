/**
 * The hot path of MANIFEST: a writer that fills pages entry by entry, and a reader of whole pages. Agrees byte
 * for byte with codec.ts. The rules between entries are manifest-order.ts.
 *
 * docs/PROTOCOL.md, "MANIFEST".
 */

import { noIndex } from './catalog/fields.ts';
import type { ManifestEntry } from './catalog.ts';
import { badPayload } from './codec.ts';
import { isEntryTime } from './entry-time.ts';
import { HexdropError } from '../errors/errors.ts';
import { encodeHeader, flagLast, headerOf, readU32, writeU32 } from './header.ts';
import { headerBytes, limits, manifestEntryBytes, manifestPrefixBytes, versionBytes } from './limits.ts';
import { decodeUtf8, encodeUtf8Into, isWellFormed, toHexRange, writeHex } from '../base/text.ts';

export type { ManifestEntry } from './catalog.ts';

const kindFile = 1;
const kindFolder = 2;
const flagExecutable = 0x01;
const highUnit = 0x1_0000_0000;

export interface ManifestPage {
  readonly page: number;
  /** Index of the first entry. */
  readonly first: number;
  readonly entries: readonly ManifestEntry[];
}

/**
 * Writes the pages of one manifest. Pages and indices count on from one page to the next.
 *
 *   if (!writer.add(entry)) { send(writer.finish(false)); writer.add(entry); }
 *   send(writer.finish(true));
 */
export class ManifestPageWriter {
  readonly #id: number;
  readonly #channel: number;
  readonly #buffer = new Uint8Array(headerBytes + limits.manifestBytes);
  readonly #view = new DataView(this.#buffer.buffer);
  #at = headerBytes + manifestPrefixBytes;
  #page = 0;
  #first = 0;
  #count = 0;

  constructor(id: number, channel = 0) {
    this.#id = id;
    this.#channel = channel;
  }

  /** Entries in the page so far. */
  get count(): number {
    return this.#count;
  }

  /** The index that the next entry will have. */
  get nextIndex(): number {
    return this.#first + this.#count;
  }

  /** False when the entry does not fit into the page any more: finish it and add the entry again. */
  add(entry: ManifestEntry): boolean {
    const nameAt = this.#at + manifestEntryBytes;
    // A name takes at most three bytes for each UTF-16 unit; only near the end of the page it must be counted.
    if (this.#count >= limits.manifestPageEntries || nameAt >= this.#buffer.length) return false;
    const { read, written } = encodeUtf8Into(
      entry.name,
      this.#buffer.subarray(nameAt, nameAt + limits.nameBytes),
    );
    if (read < entry.name.length) {
      if (nameAt + limits.nameBytes > this.#buffer.length && entry.name.length <= limits.nameBytes)
        return false;
      throw ownFault(`a name of more than ${limits.nameBytes} bytes`);
    }
    if (written === 0) throw ownFault('an empty name');
    if (!isWellFormed(entry.name)) throw ownFault('a name that UTF-8 cannot carry');
    this.#writeEntry(entry, written);
    this.#at = nameAt + written;
    this.#count += 1;
    return true;
  }

  /** The frame of the page, in a buffer of its own; the next page begins. */
  finish(isLast: boolean): Uint8Array<ArrayBuffer> {
    const place = { id: this.#id, channel: this.#channel, flags: isLast ? flagLast : 0 };
    encodeHeader(this.#buffer, 0, headerOf('MANIFEST', place, this.#at - headerBytes));
    writeU32(this.#buffer, headerBytes, this.#page);
    writeU32(this.#buffer, headerBytes + 4, this.#first);
    writeU32(this.#buffer, headerBytes + 8, this.#count);
    const frame = this.#buffer.slice(0, this.#at);
    this.#page += 1;
    this.#first += this.#count;
    this.#count = 0;
    this.#at = headerBytes + manifestPrefixBytes;
    return frame;
  }

  #writeEntry(entry: ManifestEntry, nameLength: number): void {
    const at = this.#at;
    const view = this.#view;
    if (!Number.isSafeInteger(entry.size) || entry.size < 0) throw ownFault(`size ${entry.size}`);
    if (!isEntryTime(entry.mtime)) throw ownFault(`mtime ${entry.mtime}`);
    view.setUint8(at, entry.kind === 'folder' ? kindFolder : kindFile);
    view.setUint8(at + 1, entry.executable ? flagExecutable : 0);
    view.setUint16(at + 2, nameLength);
    view.setUint32(at + 4, entry.parent === -1 ? noIndex : entry.parent);
    view.setUint32(at + 8, Math.floor(entry.size / highUnit));
    view.setUint32(at + 12, entry.size >>> 0);
    view.setInt32(at + 16, Math.floor(entry.mtime / highUnit));
    view.setUint32(at + 20, entry.mtime >>> 0);
    if (entry.version.length !== versionBytes * 2 || !writeHex(entry.version, this.#buffer, at + 24)) {
      throw ownFault(`version ${entry.version}`);
    }
  }
}

const ownFault = (what: string): HexdropError =>
  new HexdropError('internal', `A manifest entry of our own is wrong: ${what}.`);

/** The entries of a MANIFEST payload. Throws bad-payload where the codec would. Keeps nothing of `bytes`. */
export function readManifestPage(bytes: Uint8Array): ManifestPage {
  if (bytes.length < manifestPrefixBytes) {
    throw badPayload('MANIFEST', '', `${bytes.length} bytes`, `at least ${manifestPrefixBytes} bytes`);
  }
  const first = readU32(bytes, 4);
  const count = readU32(bytes, 8);
  if (first === noIndex) throw badPayload('MANIFEST', 'first', '0xffffffff', 'an index');
  if (count > limits.manifestPageEntries) {
    throw badPayload('MANIFEST', 'entries', String(count), `0 to ${limits.manifestPageEntries}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ManifestEntry[] = [];
  let at = manifestPrefixBytes;
  for (let position = 0; position < count; position += 1) {
    const entry = readEntry(bytes, view, at, position);
    at += manifestEntryBytes + view.getUint16(at + 2);
    entries.push(entry);
  }
  if (at < bytes.length)
    throw badPayload('MANIFEST', '', `${bytes.length - at} bytes too many`, `${at} bytes`);
  return { page: readU32(bytes, 0), first, entries };
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, position: number): ManifestEntry {
  const left = bytes.length - at;
  if (left < manifestEntryBytes)
    throw entryFault(position, '', `${left} bytes left`, `${manifestEntryBytes} bytes`);
  const kind = view.getUint8(at);
  if (kind !== kindFile && kind !== kindFolder)
    throw entryFault(position, 'kind', String(kind), '1 (file), 2 (folder)');
  const flags = view.getUint8(at + 1);
  if ((flags & ~flagExecutable) !== 0)
    throw entryFault(position, 'entryFlags', `0x${flags.toString(16)}`, '0 or 1');
  const nameLength = view.getUint16(at + 2);
  if (nameLength < 1 || nameLength > limits.nameBytes)
    throw entryFault(position, 'name', String(nameLength), `1 to ${limits.nameBytes}`);
  const nameAt = at + manifestEntryBytes;
  if (nameAt + nameLength > bytes.length)
    throw entryFault(position, 'name', `${bytes.length - nameAt} bytes left`, `${nameLength} bytes`);
  const parent = view.getUint32(at + 4);
  const size = view.getUint32(at + 8) * highUnit + view.getUint32(at + 12);
  const mtime = view.getInt32(at + 16) * highUnit + view.getUint32(at + 20);
  if (!Number.isSafeInteger(size))
    throw entryFault(position, 'size', 'a number beyond 2^53-1', 'at most 2^53-1');
  if (!isEntryTime(mtime)) throw entryFault(position, 'mtime', 'a time beyond 2^59', 'within ±2^59');
  const name = decodeUtf8(bytes.subarray(nameAt, nameAt + nameLength));
  if (name === undefined) throw entryFault(position, 'name', 'bytes that are not UTF-8', 'UTF-8');
  return {
    kind: kind === kindFile ? 'file' : 'folder',
    executable: flags === flagExecutable,
    parent: parent === noIndex ? -1 : parent,
    size,
    mtime,
    version: toHexRange(bytes, at + 24, at + manifestEntryBytes),
    name,
  };
}

const entryFault = (position: number, field: string, seen: string, allowed: string): HexdropError =>
  badPayload('MANIFEST', `entries.${position}${field === '' ? '' : `.${field}`}`, seen, allowed);
