/** The frames of transfers as bytes, written from docs/PROTOCOL.md alone, for a raw source or sink with SHA-256. */

import { createHash, randomBytes } from 'node:crypto';
import { last, jsonOf } from './raw-peer.ts';
import type { Json, RawPeer } from './raw-peer.ts';

export const chunkBytes = 262_144;
const none = 0xffff_ffff;

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

export interface RawEntry {
  readonly kind?: number;
  readonly flags?: number;
  /** Bytes go as they are. */
  readonly name: string | Uint8Array;
  /** Absent: at the top. */
  readonly parent?: number;
  readonly size?: number | bigint;
  readonly mtime?: bigint;
  readonly version?: Uint8Array;
  /** Announced instead of the real one. */
  readonly nameLength?: number;
}

export const file = 1;
export const folder = 2;

function entryBytes(entry: RawEntry): Buffer {
  const name = Buffer.from(entry.name as string);
  const fixed = Buffer.alloc(40);
  fixed[0] = entry.kind ?? file;
  fixed[1] = entry.flags ?? 0;
  fixed.writeUInt16BE(entry.nameLength ?? name.length, 2);
  fixed.writeUInt32BE(entry.parent ?? none, 4);
  fixed.writeBigUInt64BE(BigInt(entry.size ?? 0), 8);
  fixed.writeBigInt64BE(entry.mtime ?? 1_600_000_000_123_456n, 16);
  fixed.set(entry.version ?? Buffer.alloc(16, 7), 24);
  return Buffer.concat([fixed, name]);
}

/** The payload of MANIFEST. */
export function manifest(
  entries: readonly RawEntry[],
  place: { readonly page?: number; readonly first?: number; readonly count?: number } = {},
): Buffer {
  const prefix = Buffer.alloc(12);
  prefix.writeUInt32BE(place.page ?? 0, 0);
  prefix.writeUInt32BE(place.first ?? 0, 4);
  prefix.writeUInt32BE(place.count ?? entries.length, 8);
  return Buffer.concat([prefix, ...entries.map(entryBytes)]);
}

/** The payload of DATA. */
export function data(
  index: number,
  offset: number,
  content: Uint8Array,
  digest: Uint8Array = sha256(content),
): Buffer {
  const prefix = Buffer.alloc(16);
  prefix.writeUInt32BE(index, 0);
  prefix.writeBigUInt64BE(BigInt(offset), 8);
  return Buffer.concat([prefix, digest, content]);
}

export interface Packed {
  readonly index: number;
  readonly content: Uint8Array;
  readonly digest?: Uint8Array;
  readonly length?: number;
}

/** The payload of PACK. */
export const pack = (files: readonly Packed[]): Buffer =>
  Buffer.concat(
    files.map(({ index, content, digest, length }) => {
      const prefix = Buffer.alloc(8);
      prefix.writeUInt32BE(index, 0);
      prefix.writeUInt32BE(length ?? content.length, 4);
      return Buffer.concat([prefix, digest ?? sha256(content), content]);
    }),
  );

/** The payload of END. */
export function end(index: number, size: number, chain: Uint8Array): Buffer {
  const prefix = Buffer.alloc(16);
  prefix.writeUInt32BE(index, 0);
  prefix.writeBigUInt64BE(BigInt(size), 8);
  return Buffer.concat([prefix, chain]);
}

/** The payload of SAME. */
export const same = (index: number): Buffer => end(index, 0, Buffer.alloc(0)).subarray(0, 8);

export function chunksOf(content: Buffer): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < content.length; at += chunkBytes) chunks.push(content.subarray(at, at + chunkBytes));
  return chunks;
}

/** The chain over all chunks of a content, or over what follows a chain value. */
export const chainOf = (content: Buffer, from: Uint8Array = Buffer.alloc(32)): Buffer =>
  chunksOf(content).reduce(
    (chain, chunk) => sha256(Buffer.concat([chain, sha256(chunk)])),
    Buffer.from(from),
  );

export const newTransferId = (): string => randomBytes(16).toString('hex');

/** The payload of OFFER that tells of these entries what is so. */
export function offer(entries: readonly RawEntry[], words: object = {}): object {
  const files = entries.filter(({ kind = file }) => kind === file);
  const tops = entries.filter(({ parent }) => parent === undefined);
  return {
    transfer: newTransferId(),
    roots: tops.slice(0, 100).map(({ kind = file, name, size = 0 }) => ({
      name: String(name) || '?',
      kind: kind === folder ? 'folder' : 'file',
      size: Number(size),
    })),
    rootCount: tops.length,
    totals: {
      files: files.length,
      folders: entries.length - files.length,
      bytes: files.reduce((sum, { size = 0 }) => sum + Number(size), 0),
      complete: true,
    },
    ...words,
  };
}

/** Sends DATA and END of a file from an offset on. */
export function sendFile(peer: RawPeer, id: number, index: number, content: Buffer, from = 0): void {
  for (let at = from; at < content.length; at += chunkBytes) {
    peer.send('DATA', id, data(index, at, content.subarray(at, at + chunkBytes)));
  }
  peer.send('END', id, end(index, content.length, chainOf(content)));
}

export const finish = (words: object = {}): object => ({
  files: 1,
  bytes: 1,
  failed: 0,
  omitted: 0,
  ...words,
});

/** Offers entries and waits until they are accepted and, where there are files, wanted; returns the first WANT. */
export async function offered(
  peer: RawPeer,
  id: number,
  entries: readonly RawEntry[],
  words: object = {},
): Promise<Json | undefined> {
  peer.send('OFFER', id, offer(entries, words));
  peer.send('MANIFEST', id, manifest(entries), { flags: last });
  await peer.expect('ACCEPT');
  if (!entries.some(({ kind = file }) => kind === file)) return undefined;
  return jsonOf(await peer.expect('WANT'));
}

/** Pushes small files in one go and returns DONE. */
export async function pushSmall(
  peer: RawPeer,
  id: number,
  files: Readonly<Record<string, string>>,
): Promise<Json> {
  const entries = Object.entries(files)
    .map(([name, content]) => ({ name, content: Buffer.from(content) }))
    .toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
  await offered(
    peer,
    id,
    entries.map(({ name, content }) => ({ name, size: content.length })),
  );
  peer.send('PACK', id, pack(entries.map(({ content }, index) => ({ index, content }))));
  peer.send('FINISH', id, finish());
  return jsonOf(await peer.expect('DONE'));
}
