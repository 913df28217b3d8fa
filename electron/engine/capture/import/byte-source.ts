/** Where the bytes of a capture come from: a file, a pipe or another stream. Reading never holds up the thread. */

import { constants, open as openCallback } from 'node:fs';
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { Readable } from 'node:stream';

import { HexdropError } from '../../../../shared/errors/errors.ts';

export interface ByteSource {
  /** Bytes of the whole; undefined where nobody knows before the end. */
  readonly size: number | undefined;
  /** Bytes read so far. */
  readonly position: number;
  /** Settles with how many bytes came, as soon as some have; 0 at the end. @throws HexdropError read-failed */
  read(into: Uint8Array): Promise<number>;
  close(): void;
}

/** @throws HexdropError file-vanished, permission-denied, read-failed, not-a-capture */
export async function openSource(path: string): Promise<ByteSource> {
  let stats: Stats;
  try {
    stats = await stat(path);
    if (stats.isFile()) return new FileSource(await open(path, 'r'), stats.size);
    if (stats.isFIFO()) {
      const pipe = await openPipe(path);
      return new StreamSource(piecesOf(pipe, unreadable), () => pipe.destroy());
    }
  } catch (thrown) {
    throw unreadable(thrown as NodeJS.ErrnoException);
  }
  const what = stats.isDirectory() ? 'It is a folder.' : 'It is neither a file nor a pipe.';
  throw new HexdropError('not-a-capture', what);
}

class FileSource implements ByteSource {
  readonly size: number;
  position = 0;
  readonly #file: FileHandle;
  #isClosed = false;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#isClosed) return 0;
    try {
      const { bytesRead } = await this.#file.read(into, 0, into.length, this.position);
      this.position += bytesRead;
      return bytesRead;
    } catch (thrown) {
      throw new HexdropError('read-failed', `The capture cannot be read: ${(thrown as Error).message}.`);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close().catch(() => {});
  }
}

/** What comes in pieces, whenever it comes. */
export class StreamSource implements ByteSource {
  readonly size = undefined;
  position = 0;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #stop: () => void;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param stop ends the pieces, also while one is waited for */
  constructor(pieces: AsyncIterable<Uint8Array>, stop: () => void = () => {}) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#stop = stop;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0) {
      const next = await this.#pieces.next();
      if (next.done === true) return 0;
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, into.length);
    into.set(piece);
    this.#rest = this.#rest.subarray(piece.length);
    this.position += piece.length;
    return piece.length;
  }

  close(): void {
    this.#stop();
  }
}

/** Pieces that a stream has still to give are not read further ahead than this. */
const mostWaiting = 4;

/**
 * All pieces of a stream, also those that came before it failed.
 *
 * @param typed what is thrown for an error; undefined when it is only the end
 * @throws HexdropError
 */
export async function* piecesOf(
  stream: Readable,
  typed: (error: NodeJS.ErrnoException) => HexdropError | undefined,
): AsyncGenerator<Uint8Array> {
  const waiting: Uint8Array[] = [];
  let failure: HexdropError | undefined;
  let isEnded = false;
  let wake = (): void => {};
  stream.on('data', (piece: Uint8Array) => {
    waiting.push(piece);
    if (waiting.length >= mostWaiting) stream.pause();
    wake();
  });
  stream.on('error', (error) => {
    failure = error instanceof HexdropError ? error : typed(error);
    isEnded = true;
    wake();
  });
  stream.on('close', () => {
    isEnded = true;
    wake();
  });
  stream.on('end', () => {
    isEnded = true;
    wake();
  });
  try {
    for (;;) {
      const piece = waiting.shift();
      if (piece !== undefined) yield piece;
      else if (failure !== undefined) throw failure;
      else if (isEnded) return;
      else {
        const more = new Promise<void>((resolve) => {
          wake = resolve;
        });
        stream.resume();
        await more;
      }
    }
  } finally {
    stream.destroy();
  }
}

/** A named pipe waits for its writer without holding a thread, which could not be taken back. */
async function openPipe(path: string): Promise<Socket> {
  const descriptor = await promisify(openCallback)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd: descriptor, readable: true, writable: false });
}

function unreadable(error: NodeJS.ErrnoException): HexdropError {
  if (error.code === 'ENOENT') return new HexdropError('file-vanished', 'There is no such file.');
  if (error.code === 'EACCES' || error.code === 'EPERM') return new HexdropError('permission-denied');
  return new HexdropError('read-failed', `The capture cannot be opened: ${error.message}.`);
}
