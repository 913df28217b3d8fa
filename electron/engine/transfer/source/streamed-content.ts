/**
 * Content that is streamed to the engine while it is sent (api.ts, `StreamedTree`): asks for parts of the files that
 * will be sent, in that order and as far as the window allows, keeps what comes until it is read, and wakes the sender
 * that found it "not yet". Nothing is kept beyond the window, nor after it was read.
 */

import { asHexdropError, HexdropError } from '../../../../shared/errors/errors.ts';
import { chunkBytes } from '../../../../shared/protocol/limits.ts';
import type { StreamedPart, StreamedTree } from '../../api.ts';
import type { FileQueue, OpenSource, SmallRead, SourceEntry, SourceReader } from './source-tree.ts';

/** Asked for and not read yet, over all files of a transfer: hides the way to a page and back on a quick line. */
const windowBytes = 8_388_608;

/** One part: several are under way, so that asking never waits for the end of one. */
const partBytes = 1_048_576;

/** Parts open at a time: small files have one each. */
const openParts = 1_024;

class Part implements StreamedPart {
  readonly file: number;
  readonly offset: number;
  readonly bytes: number;
  readonly #content: StreamedContent;
  readonly stream: Stream;
  /** What came and was not read. */
  pieces: Uint8Array[] = [];
  received = 0;
  /** Bytes that were read of it. */
  read = 0;
  isOpen = true;

  constructor(content: StreamedContent, stream: Stream, offset: number, bytes: number) {
    this.#content = content;
    this.stream = stream;
    this.file = stream.file;
    this.offset = offset;
    this.bytes = bytes;
  }

  push(bytes: Uint8Array): boolean {
    return this.#content.pushed(this, bytes);
  }

  fail(message: string): void {
    this.#content.failed(this, new HexdropError('file-unreadable', message));
  }
}

interface PlannedQueue {
  readonly queue: FileQueue;
  /** Number of the next file of the queue to be planned. */
  next: number;
}

/** One file, from where it is wanted on. */
interface Stream {
  readonly index: number;
  readonly file: number;
  readonly end: number;
  /** Asked for up to here. */
  askedTo: number;
  /** Read up to here. */
  position: number;
  /** In order, from `position` on. */
  parts: Part[];
  error: HexdropError | undefined;
}

export class StreamedContent implements SourceReader {
  readonly #tree: Pick<StreamedTree, 'want' | 'unwanted'>;
  readonly #fileOf: (index: number) => number;
  readonly #queues: readonly PlannedQueue[];
  readonly #wake: () => void;
  readonly #streams = new Map<number, Stream>();
  /** Streams of which not everything has been asked for; the first one is asked for first. */
  #asking: Stream[] = [];
  #openBytes = 0;
  #openParts = 0;
  /** What is waited for, and how many of its next bytes: what is sent, and what is compared beside it. */
  readonly #awaited = new Map<Stream, number>();
  #isOver = false;

  /** @param fileOf the number that the tree has for a manifest entry */
  constructor(
    tree: Pick<StreamedTree, 'want' | 'unwanted'>,
    fileOf: (index: number) => number,
    queues: readonly FileQueue[],
    wake: () => void,
  ) {
    this.#tree = tree;
    this.#fileOf = fileOf;
    this.#queues = queues.map((queue) => ({ queue, next: 0 }));
    this.#wake = wake;
  }

  // SourceReader

  lookAhead(): void {
    while (this.#openBytes < windowBytes && this.#openParts < openParts) {
      const stream = this.#asking[0] ?? this.#plan();
      if (stream === undefined) return;
      const left = stream.end - stream.askedTo;
      const bytes = Math.min(left, partBytes, windowBytes - this.#openBytes);
      // No crumbs: the window will move on.
      if (bytes < left && bytes < chunkBytes) return;
      this.#ask(stream, bytes);
    }
  }

  open(entry: SourceEntry, _relative: string, offset: number, end?: number): OpenSource {
    const stream = this.#streams.get(entry.index) ?? this.#begin(entry, offset, end);
    return {
      isAsTold: true,
      sinceTold: undefined,
      read: (into, at, length, position) => {
        if (position !== stream.position) throw new Error('Streamed content is read in order.');
        return this.#read(stream, into, at, length);
      },
      // Whoever streams it says when it is not the file any more: by then it has no more to say.
      verify: () => true,
      close: () => this.forget(entry.index),
    };
  }

  readSmall(entry: SourceEntry, into: Uint8Array, at: number): SmallRead {
    if (entry.size === 0) return 'read';
    const stream = this.#streams.get(entry.index) ?? this.#begin(entry, 0);
    try {
      if (!this.#read(stream, into, at, entry.size)) return 'waiting';
    } catch (thrown) {
      this.forget(entry.index);
      throw thrown;
    }
    this.forget(entry.index);
    return 'read';
  }

  forget(index: number): void {
    const stream = this.#streams.get(index);
    if (stream === undefined) return;
    this.#streams.delete(index);
    this.#drop(stream);
  }

  stop(): void {
    this.#isOver = true;
    for (const index of this.#streams.keys()) this.forget(index);
  }

  // Parts

  pushed(part: Part, bytes: Uint8Array): boolean {
    if (!part.isOpen) return false;
    if (bytes.length === 0) return true;
    if (part.received + bytes.length > part.bytes) {
      const message = `More came than the ${part.bytes} bytes that it has at ${part.offset}.`;
      this.failed(part, new HexdropError('file-changed', message));
      return false;
    }
    part.received += bytes.length;
    part.pieces.push(bytes);
    const awaited = this.#awaited.get(part.stream);
    if (awaited !== undefined && isThere(part.stream, awaited)) this.#wakeUp(part.stream);
    return true;
  }

  failed(part: Part, error: HexdropError): void {
    // A part that has come whole cannot fail any more, other than by too much.
    if (!part.isOpen || (part.received === part.bytes && error.code !== 'file-changed')) return;
    part.isOpen = false;
    part.stream.error = error;
    const isAwaited = this.#awaited.has(part.stream);
    this.#drop(part.stream, part);
    if (isAwaited) this.#wakeUp(part.stream);
  }

  /** The next queued file that has content. */
  #plan(): Stream | undefined {
    for (const planned of this.#queues) {
      const { queue } = planned;
      planned.next = Math.max(planned.next, queue.taken);
      for (let wanted = queue.queued(planned.next); wanted !== undefined;) {
        planned.next += 1;
        const { entry, offset, end } = wanted;
        const isNeeded = offset < entry.size && !queue.isDropped(entry.index);
        if (isNeeded && !this.#streams.has(entry.index)) return this.#begin(entry, offset, end);
        wanted = queue.queued(planned.next);
      }
    }
    return undefined;
  }

  #begin(entry: SourceEntry, offset: number, end = entry.size): Stream {
    const stream: Stream = {
      index: entry.index,
      file: this.#fileOf(entry.index),
      end,
      askedTo: offset,
      position: offset,
      parts: [],
      error: undefined,
    };
    this.#streams.set(entry.index, stream);
    // Needed before whatever is planned.
    if (offset < end) this.#asking.unshift(stream);
    return stream;
  }

  #ask(stream: Stream, bytes: number): void {
    const part = new Part(this, stream, stream.askedTo, bytes);
    stream.askedTo += bytes;
    if (stream.askedTo >= stream.end) this.#asking = this.#asking.filter((asking) => asking !== stream);
    stream.parts.push(part);
    this.#openBytes += bytes;
    this.#openParts += 1;
    try {
      this.#tree.want(part);
    } catch (thrown) {
      this.failed(part, asHexdropError(thrown, 'file-unreadable'));
    }
  }

  #read(stream: Stream, into: Uint8Array, at: number, length: number): boolean {
    // A file that the window has no room for is the one that is sent now: a chunk more does no harm.
    if (stream.error === undefined && stream.askedTo < stream.position + length)
      this.#ask(stream, stream.position + length - stream.askedTo);
    if (stream.error !== undefined) throw stream.error;
    if (!isThere(stream, length)) {
      this.#awaited.set(stream, length);
      return false;
    }
    let filled = 0;
    while (filled < length) {
      const part = stream.parts[0] as Part;
      filled += this.#take(part, into, at + filled, length - filled);
      if (part.read === part.bytes) {
        stream.parts.shift();
        part.isOpen = false;
        this.#openParts -= 1;
      }
    }
    stream.position += length;
    return true;
  }

  #take(part: Part, into: Uint8Array, at: number, length: number): number {
    const piece = part.pieces[0] as Uint8Array;
    const bytes = piece.length <= length ? piece : piece.subarray(0, length);
    into.set(bytes, at);
    if (bytes === piece) part.pieces.shift();
    else part.pieces[0] = piece.subarray(length);
    part.read += bytes.length;
    this.#openBytes -= bytes.length;
    return bytes.length;
  }

  /** Nothing more of it is needed. `failed` knows that itself. */
  #drop(stream: Stream, failed?: Part): void {
    this.#asking = this.#asking.filter((asking) => asking !== stream);
    this.#awaited.delete(stream);
    const { parts } = stream;
    stream.parts = [];
    for (const part of parts) {
      part.isOpen = false;
      part.pieces = [];
      this.#openParts -= 1;
      this.#openBytes -= part.bytes - part.read;
      if (part !== failed && part.received < part.bytes) this.#tree.unwanted(part);
    }
  }

  #wakeUp(stream: Stream): void {
    this.#awaited.delete(stream);
    if (!this.#isOver) this.#wake();
  }
}

/** Whether the next `bytes` of it have come. */
function isThere(stream: Stream, bytes: number): boolean {
  let there = 0;
  for (const part of stream.parts) {
    there += part.received - part.read;
    if (there >= bytes) return true;
    if (part.received < part.bytes) return false;
  }
  return there >= bytes;
}
