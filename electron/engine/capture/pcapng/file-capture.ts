/**
 * A capture file that is written while transfers run: the feed on this thread, the writer on another one. A file that
 * cannot be written any more ends the capture, with a message, and nothing else.
 */

import { Worker } from 'node:worker_threads';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { unwritable } from '../../../base/unwritable.ts';
import type { FileCapture, FileCaptureResult } from '../../capture-api.ts';
import { FileFeed } from './file-feed.ts';
import type { BatchCarrier } from './file-feed.ts';
import { CaptureFileWriter } from './capture-file-writer.ts';
import type { CaptureFileOptions, CaptureFileEnd } from './capture-file-writer.ts';

/** A program that ends waits no longer for its disk. */
const closeWithinMs = 500;

export type ToWriter =
  | { readonly kind: 'batch'; readonly buffer: ArrayBuffer; readonly usedBytes: number }
  | { readonly kind: 'close' };

export type FromWriter =
  | { readonly kind: 'ready' }
  | { readonly kind: 'taken'; readonly buffer: ArrayBuffer; readonly usedBytes: number }
  | { readonly kind: 'closed'; readonly end: CaptureFileEnd }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Where the writer runs. */
interface WriterPort {
  send(message: ToWriter): void;
  onMessage(listener: (message: FromWriter) => void): void;
  dispose(): void;
}

/** Opens the file; resolves when it can be written. */
export async function startFileCapture(about: CaptureFileOptions): Promise<RunningFileCapture> {
  const context = openWriter(about);
  await new Promise<void>((resolve, reject) => {
    context.onMessage((message) => {
      if (message.kind === 'failed') {
        context.dispose();
        reject(unwritable('capture', about.path, message.code, message.message));
      } else resolve();
    });
  });
  return new RunningFileCapture(about, context);
}

export class RunningFileCapture implements FileCapture, BatchCarrier {
  readonly feed: FileFeed;
  readonly #path: string;
  readonly #context: WriterPort;
  #onFailure: (error: HexdropError) => void = () => {};
  #failure: HexdropError | undefined;
  #onClosed: ((end: CaptureFileEnd | undefined) => void) | undefined;

  constructor({ path }: CaptureFileOptions, context: WriterPort) {
    this.#path = path;
    this.#context = context;
    this.feed = new FileFeed(this);
    context.onMessage((message) => this.#hear(message));
  }

  onFailure(listener: (error: HexdropError) => void): void {
    this.#onFailure = listener;
    if (this.#failure !== undefined) listener(this.#failure);
  }

  send(batch: Uint8Array<ArrayBuffer>, usedBytes: number): void {
    if (this.#failure === undefined) this.#context.send({ kind: 'batch', buffer: batch.buffer, usedBytes });
  }

  async close(): Promise<FileCaptureResult> {
    this.feed.flush();
    this.feed.stop();
    if (this.#failure !== undefined) return this.#result(undefined);
    const end = await new Promise<CaptureFileEnd | undefined>((resolve) => {
      const timer = setTimeout(() => {
        this.#fail(
          new HexdropError('write-failed', 'The disk is too slow: the end of the capture is missing.'),
        );
      }, closeWithinMs);
      this.#onClosed = (closed) => {
        clearTimeout(timer);
        resolve(closed);
      };
      this.#context.send({ kind: 'close' });
    });
    this.#context.dispose();
    return this.#result(end);
  }

  #result(end: CaptureFileEnd | undefined): FileCaptureResult {
    const { packets, bytes } = end ?? { packets: 0, bytes: 0 };
    return { packets, bytes, lostBytes: this.feed.lostBytes, failed: end === undefined };
  }

  #fail(error: HexdropError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.feed.stop();
    this.#context.dispose();
    this.#onClosed?.(undefined);
    this.#onFailure(error);
  }

  #hear(message: FromWriter): void {
    switch (message.kind) {
      case 'taken':
        return this.feed.returned(new Uint8Array(message.buffer), message.usedBytes);
      case 'failed':
        return this.#fail(unwritable('capture', this.#path, message.code, message.message));
      case 'closed':
        return this.#onClosed?.(message.end);
      case 'ready':
        return;
    }
  }
}

/**
 * The bundle has an entry of its own for the thread. Where the sources run unbundled (tests) there is none: the writer
 * then works on this thread, a turn later.
 */
function openWriter(about: CaptureFileOptions): WriterPort {
  if (!import.meta.url.endsWith('.ts')) return writerInThread(about);
  return writerHere(about);
}

function writerInThread(about: CaptureFileOptions): WriterPort {
  const worker = new Worker(new URL('../capture-thread.js', import.meta.url), { workerData: about });
  let listener: (message: FromWriter) => void = () => {};
  worker.on('message', (message: FromWriter) => listener(message));
  worker.on('error', (error) => listener({ kind: 'failed', code: '', message: error.message }));
  return {
    send: (message) =>
      message.kind === 'batch' ? worker.postMessage(message, [message.buffer]) : worker.postMessage(message),
    onMessage: (next) => {
      listener = next;
    },
    dispose: () => void worker.terminate(),
  };
}

function writerHere(about: CaptureFileOptions): WriterPort {
  let listener: (message: FromWriter) => void = () => {};
  const answer = (message: FromWriter): void => void setImmediate(() => listener(message));
  const hear = serveWriter(about, answer);
  return {
    send: (message) => void setImmediate(() => hear(message)),
    onMessage: (next) => {
      listener = next;
    },
    dispose: () => {},
  };
}

/** The writer behind messages; the thread is made of this. */
export function serveWriter(
  about: CaptureFileOptions,
  answer: (message: FromWriter, moved?: readonly ArrayBuffer[]) => void,
): (message: ToWriter) => void {
  let writer: CaptureFileWriter | undefined;
  const failed = (thrown: unknown): void => {
    const { code = '', message } = thrown as NodeJS.ErrnoException;
    try {
      writer?.abandon();
    } catch {
      // It is over with the file either way.
    }
    writer = undefined;
    answer({ kind: 'failed', code, message });
  };
  try {
    writer = new CaptureFileWriter(about);
    answer({ kind: 'ready' });
  } catch (thrown) {
    failed(thrown);
  }
  return (message) => {
    if (writer === undefined) return;
    try {
      if (message.kind === 'close') return answer({ kind: 'closed', end: writer.close() });
      const { buffer, usedBytes } = message;
      writer.take(new Uint8Array(buffer, 0, usedBytes));
      answer({ kind: 'taken', buffer, usedBytes }, [buffer]);
    } catch (thrown) {
      failed(thrown);
    }
  };
}
