/**
 * The hot path of the source: files become DATA and PACK frames in pooled buffers (docs/PROTOCOL.md, "Bulk").
 *
 * A frame is filled in place behind its header, handed to the socket, and the buffer comes back when the socket has
 * taken it: that is all the backpressure there is. No promise and no copy for a chunk, no round trip for a file.
 * Reads are synchronous; a turn fills at most the buffers of the pool, so that control frames are never kept waiting.
 */

import { closeSync } from 'node:fs';

import {
  dataContentAt,
  packEntriesAt,
  writeDataHeader,
  writePackEntry,
  writePackHeader,
} from '../../../shared/protocol/bulk.ts';
import { asHexdropError } from '../../../shared/protocol/errors.ts';
import type { HexdropError } from '../../../shared/protocol/errors.ts';
import {
  chunkBytes,
  digestBytes,
  headerBytes,
  limits,
  packPrefixBytes,
} from '../../../shared/protocol/limits.ts';
import { refusalPayload } from '../../../shared/protocol/wire-errors.ts';
import type { TransferWire } from '../session/transfer-wire.ts';
import { BufferPool } from './buffer-pool.ts';
import type { PooledBuffer } from './buffer-pool.ts';
import { Chain, equalDigests } from './digest.ts';
import type { Digest } from './digest.ts';
import type { Outbox, WantedFile } from './outbox.ts';
import { ChainOfFile, openSource, readWhole, requireVersion } from './source-file.ts';
import type { SourceEntry } from './walk.ts';

/** Two in the socket, one being filled, one spare: more only adds memory. */
const poolBuffers = 4;

/** Larger files gain nothing from travelling packed: a pack of a few is as good as a DATA frame each. */
const packedFileBytes = 65_536;

const frameBytes = headerBytes + limits.bulkBytes;

interface OpenFile {
  readonly entry: SourceEntry;
  readonly relative: string;
  readonly fd: number;
  readonly chain: Chain;
  position: number;
}

interface Comparison {
  readonly wanted: WantedFile;
  readonly relative: string;
  readonly fd: number;
  readonly chain: ChainOfFile;
}

export interface BulkSenderReports {
  /** Nothing is left to send at the moment. */
  idle(): void;
  fault(relative: string, error: HexdropError): void;
}

export class BulkSender {
  readonly #wire: TransferWire;
  readonly #digest: Digest;
  readonly #outbox: Outbox;
  readonly #reports: BulkSenderReports;
  readonly #pool: BufferPool;
  readonly #digestBytes = new Uint8Array(digestBytes);
  #file: OpenFile | undefined;
  #comparison: Comparison | undefined;
  #isScheduled = false;
  #isOver = false;
  #latest: SourceEntry | undefined;
  files = 0;
  bytes = 0;
  failed = 0;
  /** Bytes of files that are not sent: found the same, or failed. */
  passedBytes = 0;

  constructor(wire: TransferWire, digest: Digest, outbox: Outbox, reports: BulkSenderReports) {
    this.#wire = wire;
    this.#digest = digest;
    this.#outbox = outbox;
    this.#reports = reports;
    this.#pool = new BufferPool(poolBuffers, frameBytes, () => this.schedule());
  }

  /** Nothing is open and nothing waits in the queue. */
  get isIdle(): boolean {
    return this.#file === undefined && this.#comparison === undefined && this.#outbox.peek() === undefined;
  }

  /** What was worked on last. */
  get currentPath(): string | undefined {
    return this.#latest === undefined ? undefined : this.#outbox.relativePath(this.#latest);
  }

  /** Goes on in a turn of its own, so that whatever waits in the event loop comes first. */
  schedule(): void {
    if (this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  /** The sink reports that it cannot take this file: stop sending it. */
  abandon(index: number): void {
    if (this.#file?.entry.index === index) this.#closeFile();
    if (this.#comparison?.wanted.entry.index === index) this.#closeComparison();
    this.#outbox.drop(index);
    this.schedule();
  }

  /** Closes what is open; no frame leaves any more. */
  stop(): void {
    this.#isOver = true;
    this.#closeFile();
    this.#closeComparison();
  }

  #turn(): void {
    this.#isScheduled = false;
    while (!this.#isOver) {
      const buffer = this.#pool.take();
      if (buffer === undefined) return; // The next release goes on.
      if (this.#fill(buffer)) continue;
      this.#pool.putBack(buffer);
      break;
    }
    if (this.#isOver) return;
    if (this.#comparison !== undefined) this.schedule();
    else if (this.isIdle) this.#reports.idle();
  }

  /** Makes and sends one frame from `buffer`; false when there is nothing to send now. */
  #fill(buffer: PooledBuffer): boolean {
    for (;;) {
      if (this.#comparison !== undefined && !this.#compare(buffer)) return false;
      if (this.#file !== undefined) {
        if (this.#sendChunk(buffer, this.#file)) return true;
        continue;
      }
      const next = this.#outbox.peek();
      if (next === undefined) return false;
      if (isPackable(next)) {
        if (this.#sendPack(buffer)) return true;
        continue;
      }
      this.#outbox.take();
      this.#begin(next);
    }
  }

  #sendChunk(buffer: PooledBuffer, file: OpenFile): boolean {
    const { entry, fd, position, relative } = file;
    const contentBytes = Math.min(chunkBytes, entry.size - position);
    const { bytes, view } = buffer;
    const digest = this.#digestBytes;
    try {
      readWhole(fd, bytes, dataContentAt, contentBytes, position, relative);
      this.#digest.hashInto(bytes.subarray(dataContentAt, dataContentAt + contentBytes), digest, 0);
    } catch (thrown) {
      this.#closeFile();
      this.#fault(entry, relative, asHexdropError(thrown, 'read-failed'), position);
      return false;
    }
    file.chain.append(digest);
    file.position += contentBytes;
    this.bytes += contentBytes;
    const place = {
      id: this.#wire.id,
      channel: this.#wire.bulkChannel,
      file: entry.index,
      offset: position,
      contentBytes,
    };
    writeDataHeader(bytes, view, place, digest);
    this.#wire.writeBulk('DATA', bytes.subarray(0, dataContentAt + contentBytes), () =>
      this.#pool.release(buffer),
    );
    if (file.position >= entry.size) this.#end(file);
    return true;
  }

  #end(file: OpenFile): void {
    const { entry, relative } = file;
    try {
      requireVersion(file.fd, entry, relative);
    } catch (thrown) {
      this.#closeFile();
      return this.#fault(entry, relative, asHexdropError(thrown, 'read-failed'), entry.size);
    }
    this.#closeFile();
    this.files += 1;
    this.#wire.sendInOrder('END', { file: entry.index, size: entry.size, digest: file.chain.value });
  }

  #sendPack(buffer: PooledBuffer): boolean {
    const { bytes, view } = buffer;
    let at = packEntriesAt;
    let count = 0;
    while (count < limits.packEntries) {
      const next = this.#outbox.peek();
      if (next === undefined || !isPackable(next)) break;
      const { entry } = next;
      const contentAt = at + packPrefixBytes;
      if (contentAt + entry.size > frameBytes) break;
      this.#outbox.take();
      try {
        this.#readPacked(entry, bytes, contentAt);
      } catch (thrown) {
        const relative = this.#outbox.relativePath(entry);
        this.#fault(entry, relative, asHexdropError(thrown, 'file-unreadable'));
        continue;
      }
      this.#digest.hashInto(bytes.subarray(contentAt, contentAt + entry.size), this.#digestBytes, 0);
      at = writePackEntry(view, bytes, at, entry.index, entry.size, this.#digestBytes) + entry.size;
      count += 1;
      this.#latest = entry;
      this.bytes += entry.size;
    }
    if (count === 0) return false;
    this.files += count;
    writePackHeader(view, this.#wire.id, this.#wire.bulkChannel, at - packEntriesAt);
    this.#wire.writeBulk('PACK', bytes.subarray(0, at), () => this.#pool.release(buffer));
    return true;
  }

  /** Held against the manifest once, after reading: then what was read is that version. */
  #readPacked(entry: SourceEntry, into: Uint8Array, at: number): void {
    const fd = openSource(entry, entry.name);
    try {
      if (entry.size > 0) readWhole(fd, into, at, entry.size, 0, entry.name);
      requireVersion(fd, entry, entry.name);
    } finally {
      closeSync(fd);
    }
  }

  #begin(wanted: WantedFile): void {
    const { entry, offset } = wanted;
    const relative = this.#outbox.relativePath(entry);
    this.#latest = entry;
    let fd: number | undefined;
    try {
      fd = openSource(entry, relative);
      requireVersion(fd, entry, relative);
    } catch (thrown) {
      if (fd !== undefined) closeSync(fd);
      return this.#fault(entry, relative, asHexdropError(thrown, 'file-unreadable'));
    }
    if (wanted.unless !== undefined) {
      this.#comparison = {
        wanted,
        relative,
        fd,
        chain: new ChainOfFile(fd, entry.size, relative, this.#digest),
      };
      return;
    }
    this.#file = { entry, relative, fd, chain: new Chain(this.#digest, wanted.chain), position: offset };
    // Everything had arrived before, but was not in place yet.
    if (offset >= entry.size) this.#end(this.#file);
  }

  /** One step of a comparison; true once it is over. `buffer` is only lent. */
  #compare(buffer: PooledBuffer): boolean {
    const comparison = this.#comparison as Comparison;
    const { wanted, relative, fd } = comparison;
    let chain: Uint8Array | undefined;
    try {
      chain = comparison.chain.step(buffer.bytes);
      if (chain !== undefined) requireVersion(fd, wanted.entry, relative);
    } catch (thrown) {
      this.#closeComparison();
      this.#fault(wanted.entry, relative, asHexdropError(thrown, 'read-failed'));
      return true;
    }
    if (chain === undefined) return false;
    this.#closeComparison();
    if (equalDigests(chain, wanted.unless as Uint8Array)) {
      this.files += 1;
      this.passedBytes += wanted.entry.size;
      this.#wire.sendInOrder('SAME', { file: wanted.entry.index });
    } else {
      this.#begin({ entry: wanted.entry, offset: 0 });
    }
    return true;
  }

  #fault(entry: SourceEntry, relative: string, error: HexdropError, sentBytes = 0): void {
    this.failed += 1;
    this.passedBytes += entry.size - sentBytes;
    this.#reports.fault(relative, error);
    this.#wire.sendInOrder('FAULT', { file: entry.index, ...refusalPayload(error) });
  }

  #closeFile(): void {
    if (this.#file !== undefined) closeSync(this.#file.fd);
    this.#file = undefined;
  }

  #closeComparison(): void {
    if (this.#comparison !== undefined) closeSync(this.#comparison.fd);
    this.#comparison = undefined;
  }
}

const isPackable = (wanted: WantedFile): boolean =>
  wanted.entry.size <= packedFileBytes && wanted.offset === 0 && wanted.unless === undefined;
