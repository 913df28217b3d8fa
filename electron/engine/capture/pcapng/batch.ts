/**
 * What passes between the thread of the engine and the one that writes a capture file: entries in a run of bytes.
 * Each entry: u8 kind, u8 direction, u16 0, u32 connection, f64 time, f64 stream offset, u32 length, u32 0, then the
 * bytes, padded to 8.
 */

export const batchBytes = 1_048_576;
const entryHead = 32;

export type BatchEntry =
  /** `bytes` is JSON of a FlowAbout; `isWhole` writes the handshake. */
  | { readonly kind: 'open'; readonly isWhole: boolean }
  | { readonly kind: 'chunk' }
  /** As many bytes as `length` passed and are not here. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'fin' }
  | { readonly kind: 'closed'; readonly by: 'near' | 'far' | undefined };

export interface EntryPlace {
  readonly connection: number;
  readonly direction: 'in' | 'out';
  readonly timeMs: number;
  readonly offset: number;
}

const kinds = ['open', 'open-midway', 'chunk', 'lost', 'fin', 'closed', 'closed-near', 'closed-far'] as const;
type WireKind = (typeof kinds)[number];

const wireKindOf = (entry: BatchEntry): WireKind => {
  if (entry.kind === 'open') return entry.isWhole ? 'open' : 'open-midway';
  if (entry.kind === 'closed') return entry.by === undefined ? 'closed' : `closed-${entry.by}`;
  return entry.kind;
};

const entryOf = (kind: WireKind): BatchEntry => {
  switch (kind) {
    case 'open':
    case 'open-midway':
      return { kind: 'open', isWhole: kind === 'open' };
    case 'closed':
      return { kind: 'closed', by: undefined };
    case 'closed-near':
      return { kind: 'closed', by: 'near' };
    case 'closed-far':
      return { kind: 'closed', by: 'far' };
    default:
      return { kind };
  }
};

const padded = (length: number): number => (length + 7) & ~7;

export const entryBytes = (length: number): number => entryHead + padded(length);

/** Returns where the bytes stand in the batch. */
export function writeEntry(
  batch: Uint8Array,
  at: number,
  entry: BatchEntry,
  place: EntryPlace,
  bytes: Uint8Array | number,
): Uint8Array {
  const view = new DataView(batch.buffer, batch.byteOffset + at, entryHead);
  const length = typeof bytes === 'number' ? bytes : bytes.length;
  view.setUint8(0, kinds.indexOf(wireKindOf(entry)));
  view.setUint8(1, place.direction === 'out' ? 1 : 0);
  view.setUint32(4, place.connection, true);
  view.setFloat64(8, place.timeMs, true);
  view.setFloat64(16, place.offset, true);
  view.setUint32(24, length, true);
  if (typeof bytes === 'number') return batch.subarray(at, at);
  const copied = batch.subarray(at + entryHead, at + entryHead + length);
  copied.set(bytes);
  return copied;
}

export interface ReadEntry {
  readonly entry: BatchEntry;
  readonly place: EntryPlace;
  readonly length: number;
  readonly bytes: Uint8Array;
}

export function* readEntries(batch: Uint8Array): Generator<ReadEntry> {
  for (let at = 0; at + entryHead <= batch.length;) {
    const view = new DataView(batch.buffer, batch.byteOffset + at, entryHead);
    const kind = kinds[view.getUint8(0)] as WireKind;
    const length = view.getUint32(24, true);
    const hasBytes = kind === 'chunk' || kind === 'open' || kind === 'open-midway';
    const start = at + entryHead;
    yield {
      entry: entryOf(kind),
      place: {
        connection: view.getUint32(4, true),
        direction: view.getUint8(1) === 1 ? 'out' : 'in',
        timeMs: view.getFloat64(8, true),
        offset: view.getFloat64(16, true),
      },
      length,
      bytes: hasBytes ? batch.subarray(start, start + length) : new Uint8Array(0),
    };
    at = start + (hasBytes ? padded(length) : 0);
  }
}
