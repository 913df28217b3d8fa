/**
 * The hot path of the source: files become DATA and PACK frames in pooled buffers (docs/PROTOCOL.md, "Bulk").
 *
 * A frame is filled in place behind its header, handed to the socket, and the buffer comes back when the socket has
 * taken it: that is all the backpressure there is. No promise and no copy for a chunk, no round trip for a file. What the
 * sink may have already is compared (comparison.ts) while the socket is busy.
 * Reads answer at once; a turn fills at most the buffers of the pool, so that control frames are never kept waiting.
 * Whatever makes it wait wakes it: a buffer that comes back, content that arrives, the pace, a WANT.
 */

import type { BulkType } from '../../../../shared/protocol/catalog.ts';
import {
  dataContentAt,
  packEntriesAt,
  writeDataHeader,
  writePackEntry,
  writePackHeader,
} from '../../../../shared/protocol/bulk.ts';
import { displayName } from '../../../../shared/model/display-name.ts';
import { asHexdropError, HexdropError } from '../../../../shared/errors/errors.ts';
import {
  chunkBytes,
  digestBytes,
  headerBytes,
  limits,
  packPrefixBytes,
} from '../../../../shared/protocol/limits.ts';
import { refusalPayload } from '../../../../shared/protocol/wire-errors.ts';
import type { TransferWire } from '../../session/transfer-wire.ts';
import { BufferPool } from './buffer-pool.ts';
import type { PooledBuffer } from './buffer-pool.ts';
import { ChainOfFile } from '../../digest/chain-of-file.ts';
import { Comparer } from './comparison.ts';
import { Chain, equalDigests } from '../../digest/digest.ts';
import type { Digest } from '../../digest/digest.ts';
import type { AskedFile, Outbox, WantedFile } from './outbox.ts';
import type { SourcePace } from '../pace/pace.ts';
import type { OpenSource, SinceTold, SourceEntry, SourceReader, SourceTree } from './source-tree.ts';

/** Two in the socket, one being filled, one spare: more only adds memory. */
const poolBuffers = 4;

/** Larger files gain nothing from travelling packed: a pack of a few is as good as a DATA frame each. */
const packedFileBytes = 65_536;

const frameBytes = headerBytes + limits.bulkBytes;

interface OpenFile {
  readonly entry: SourceEntry;
  readonly relative: string;
  readonly content: OpenSource;
  readonly chain: Chain;
  position: number;
  /** Nothing goes on before this part of the file has been read once more. */
  recheck: Recheck | undefined;
}

/**
 * Something happened to the file: between the walk and its opening, where a part of it is at the sink already, or while
 * it was read. Its first bytes, read once more, must have the chain that is known of them.
 */
interface Recheck {
  readonly file: ChainOfFile;
  readonly chain: Uint8Array;
}

export interface BulkSenderOptions {
  readonly wire: TransferWire;
  readonly outbox: Outbox;
  readonly tree: SourceTree;
  readonly pace: SourcePace;
  readonly reports: BulkSenderReports;
}

export interface BulkSenderReports {
  /** Nothing is left to send at the moment. */
  idle(): void;
  fault(relative: string, error: HexdropError): void;
  /** It was sent, and is not quite what the manifest tells. */
  sinceTold(relative: string, how: SinceTold, entry: SourceEntry): void;
}

export class BulkSender {
  readonly #wire: TransferWire;
  readonly #digest: Digest;
  readonly #outbox: Outbox;
  readonly #reader: SourceReader;
  readonly #pace: SourcePace;
  readonly #reports: BulkSenderReports;
  readonly #pool: BufferPool;
  readonly #digestBytes = new Uint8Array(digestBytes);
  #file: OpenFile | undefined;
  readonly #comparer: Comparer;
  /** Frames about other files that wait for the END of the one that is being sent. */
  #afterFile: (() => void)[] = [];
  #isScheduled = false;
  /** Nothing can be sent before something wakes it. */
  #isWaiting = false;
  #isOver = false;
  #latest: SourceEntry | undefined;
  files = 0;
  bytes = 0;
  failed = 0;
  /** Files that the sink had already. */
  same = 0;
  /** Bytes of files that are not sent: found the same, or failed. */
  passedBytes = 0;

  constructor({ wire, outbox, tree, pace, reports }: BulkSenderOptions) {
    this.#wire = wire;
    this.#digest = wire.session.digest;
    this.#outbox = outbox;
    this.#pace = pace;
    this.#reports = reports;
    const wake = (): void => this.schedule();
    this.#reader = tree.reader([outbox.toSend, outbox.toCompare], wake);
    this.#comparer = new Comparer({
      asked: outbox.toCompare,
      reader: this.#reader,
      digest: this.#digest,
      pathOf: ({ entry }) => outbox.relativePath(entry),
      answered: (asked, isSame, since) => this.#answered(asked, isSame, since),
      failed: ({ entry }, error) =>
        this.#whenNoFileIsOpen(() => this.#fault(entry, outbox.relativePath(entry), error)),
    });
    pace.wake = wake;
    this.#pool = new BufferPool(poolBuffers, frameBytes, () => this.schedule());
  }

  /** Nothing is open and nothing waits in the queue. */
  get isIdle(): boolean {
    return (
      this.#file === undefined &&
      this.#afterFile.length === 0 &&
      this.#outbox.toSend.peek() === undefined &&
      this.#comparer.isIdle
    );
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
    this.#comparer.abandon(index);
    this.#outbox.drop(index);
    this.#reader.forget(index);
    this.schedule();
  }

  /** Closes what is open; no frame leaves any more. */
  stop(): void {
    this.#isOver = true;
    this.#closeFile();
    this.#comparer.stop();
    this.#reader.stop();
  }

  #turn(): void {
    this.#isScheduled = false;
    if (this.#isOver || this.#pace.isPaused) return;
    this.#reader.lookAhead();
    const isSocketFull = this.#send() === 'socket full';
    if (this.#isOver) return;
    const isReading = this.#file?.recheck !== undefined && !this.#isWaiting && !isSocketFull;
    // What is new comes first: comparing has the time that is left while the socket is full, or nothing can be sent.
    if (this.#comparer.work() || isReading) this.schedule();
    else if (this.isIdle) this.#reports.idle();
  }

  /** Fills and sends frames until something holds it: the pace, the socket, content that has to come, or no more files. */
  #send(): 'socket full' | 'held' {
    this.#isWaiting = false;
    while (!this.#isOver) {
      if (this.#pace.isBound && !this.#pace.mayGo()) {
        this.#isWaiting = true;
        break;
      }
      const buffer = this.#pool.take();
      if (buffer === undefined) return 'socket full'; // The next release goes on.
      if (this.#fill(buffer)) continue;
      this.#pool.putBack(buffer);
      break;
    }
    return 'held';
  }

  /** Makes and sends one frame from `buffer`; false when there is nothing to send now. */
  #fill(buffer: PooledBuffer): boolean {
    for (;;) {
      if (this.#file?.recheck !== undefined && !this.#readAgain(buffer, this.#file, this.#file.recheck))
        return false;
      if (this.#file === undefined) for (const send of this.#afterFile.splice(0)) send();
      if (this.#file !== undefined) {
        if (this.#sendChunk(buffer, this.#file)) return true;
        if (this.#isWaiting) return false;
        continue;
      }
      const next = this.#outbox.toSend.peek();
      if (next === undefined) return false;
      if (isPackable(next)) {
        if (this.#sendPack(buffer)) return true;
        if (this.#isWaiting) return false;
        continue;
      }
      this.#outbox.toSend.take();
      this.#begin(next);
    }
  }

  #sendChunk(buffer: PooledBuffer, file: OpenFile): boolean {
    const { entry, content, position, relative } = file;
    const contentBytes = Math.min(chunkBytes, entry.size - position);
    const { bytes, view } = buffer;
    const digest = this.#digestBytes;
    try {
      if (!content.read(bytes, dataContentAt, contentBytes, position)) {
        this.#isWaiting = true;
        return false;
      }
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
    this.#write('DATA', buffer, dataContentAt + contentBytes);
    if (file.position >= entry.size) this.#end(file);
    return true;
  }

  /** Every byte has been sent. */
  #end(file: OpenFile): void {
    const { entry, relative, content } = file;
    let isOneState: boolean;
    try {
      isOneState = content.verify();
    } catch (thrown) {
      this.#closeFile();
      return this.#fault(entry, relative, asHexdropError(thrown, 'read-failed'), entry.size);
    }
    if (isOneState) this.#finish(file);
    else this.#recheck(file, entry.size);
  }

  #recheck(file: OpenFile, bytes: number): void {
    file.recheck = { file: new ChainOfFile(file.content, bytes, this.#digest), chain: file.chain.value };
  }

  /** One chunk more; true once nothing is left to be read again. `buffer` is only lent. */
  #readAgain(buffer: PooledBuffer, file: OpenFile, recheck: Recheck): boolean {
    const { entry, relative } = file;
    try {
      const chain = recheck.file.step(buffer.bytes);
      if (chain === undefined) return false;
      if (!equalDigests(chain, recheck.chain)) {
        const message = `"${displayName(relative)}" was written to while it was sent.`;
        throw new HexdropError('file-changed', message);
      }
    } catch (thrown) {
      this.#closeFile();
      this.#fault(entry, relative, asHexdropError(thrown, 'read-failed'), file.position);
      return true;
    }
    file.recheck = undefined;
    // Read twice and the same: in between there was a moment when the file was like that.
    if (file.position >= entry.size) this.#finish(file);
    return true;
  }

  #finish({ entry, relative, content, chain }: OpenFile): void {
    const { sinceTold } = content;
    this.#closeFile();
    this.files += 1;
    this.#wire.sendInOrder('END', { file: entry.index, size: entry.size, digest: chain.value });
    if (sinceTold !== undefined) this.#reports.sinceTold(relative, sinceTold, entry);
  }

  #sendPack(buffer: PooledBuffer): boolean {
    const { bytes, view } = buffer;
    let at = packEntriesAt;
    let count = 0;
    const changed: [entry: SourceEntry, how: SinceTold][] = [];
    while (count < limits.packEntries) {
      const next = this.#outbox.toSend.peek();
      if (next === undefined || !isPackable(next)) break;
      const { entry } = next;
      const contentAt = at + packPrefixBytes;
      if (contentAt + entry.size > frameBytes) break;
      try {
        const outcome = this.#reader.readSmall(entry, bytes, contentAt);
        if (outcome === 'waiting') {
          this.#isWaiting = true;
          break;
        }
        if (outcome !== 'read') changed.push([entry, outcome]);
        this.#outbox.toSend.take();
      } catch (thrown) {
        this.#outbox.toSend.take();
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
    writePackHeader(bytes, this.#wire.id, this.#wire.bulkChannel, at - packEntriesAt);
    this.#write('PACK', buffer, at);
    for (const [entry, how] of changed) this.#reports.sinceTold(this.#outbox.relativePath(entry), how, entry);
    return true;
  }

  #write(type: BulkType, buffer: PooledBuffer, length: number): void {
    if (this.#pace.isBound) this.#pace.took(length);
    this.#wire.writeBulk(type, buffer.bytes.subarray(0, length), () => this.#pool.release(buffer));
  }

  #begin(wanted: WantedFile): void {
    const { entry, offset } = wanted;
    const relative = this.#outbox.relativePath(entry);
    this.#latest = entry;
    let content: OpenSource;
    try {
      content = this.#reader.open(entry, relative, offset);
    } catch (thrown) {
      return this.#fault(entry, relative, asHexdropError(thrown, 'file-unreadable'));
    }
    const chain = new Chain(this.#digest, wanted.chain);
    this.#file = { entry, relative, content, chain, position: offset, recheck: undefined };
    if (offset > 0 && !content.isAsTold) this.#recheck(this.#file, offset);
    // Everything had arrived before, but was not in place yet.
    else if (offset >= entry.size) this.#end(this.#file);
  }

  #answered(asked: AskedFile, isSame: boolean, since: SinceTold | undefined): void {
    const { kind, entry } = asked;
    this.#outbox.answer(asked, isSame);
    if (kind !== 'unless' || !isSame) return this.schedule();
    if (since !== undefined) this.#reports.sinceTold(this.#outbox.relativePath(entry), since, entry);
    this.same += 1;
    this.files += 1;
    this.passedBytes += entry.size;
    this.#whenNoFileIsOpen(() => this.#wire.sendInOrder('SAME', { file: entry.index }));
  }

  /** No frame of another file comes between the first one of a file and its END. */
  #whenNoFileIsOpen(send: () => void): void {
    if (this.#file === undefined) send();
    else this.#afterFile.push(send);
  }

  #fault(entry: SourceEntry, relative: string, error: HexdropError, sentBytes = 0): void {
    this.failed += 1;
    this.passedBytes += entry.size - sentBytes;
    this.#reports.fault(relative, error);
    this.#wire.sendInOrder('FAULT', { file: entry.index, ...refusalPayload(error) });
  }

  #closeFile(): void {
    this.#file?.content.close();
    this.#file = undefined;
  }
}

const isPackable = (wanted: WantedFile): boolean =>
  wanted.entry.size <= packedFileBytes && wanted.offset === 0;
