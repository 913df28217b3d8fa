/**
 * A capture file that is written while transfers run: the feed on this thread, the scribe on another one. A file that
 * cannot be written any more ends the capture, with a message, and nothing else.
 */

import { Worker } from 'node:worker_threads';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { unwritable } from '../../../base/unwritable.ts';
import type { FileCapture, FileCaptureResult } from '../../capture-api.ts';
import { FileFeed } from './file-feed.ts';
import type { BatchCarrier } from './file-feed.ts';
import { FileScribe } from './file-scribe.ts';
import type { ScribeAbout, ScribeEnd } from './file-scribe.ts';

/** A program that ends waits no longer for its disk. */
const closeWithinMs = 500;

export type ToScribe =
  | { readonly kind: 'batch'; readonly buffer: ArrayBuffer; readonly usedBytes: number }
  | { readonly kind: 'close' };

export type FromScribe =
  | { readonly kind: 'ready' }
  | { readonly kind: 'taken'; readonly buffer: ArrayBuffer; readonly usedBytes: number }
  | { readonly kind: 'closed'; readonly end: ScribeEnd }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Where the scribe runs. */
interface Desk {
  send(message: ToScribe): void;
  onMessage(listener: (message: FromScribe) => void): void;
  dispose(): void;
}

/** Opens the file; resolves when it can be written. */
export async function startFileCapture(about: ScribeAbout): Promise<RunningFileCapture> {
  const desk = openDesk(about);
  await new Promise<void>((resolve, reject) => {
    desk.onMessage((message) => {
      if (message.kind === 'failed') {
        desk.dispose();
        reject(unwritable('capture', about.path, message.code, message.message));
      } else resolve();
    });
  });
  return new RunningFileCapture(about, desk);
}

export class RunningFileCapture implements FileCapture, BatchCarrier {
  readonly feed: FileFeed;
  readonly #path: string;
  readonly #desk: Desk;
  #onFailure: (error: HexdropError) => void = () => {};
  #failure: HexdropError | undefined;
  #onClosed: ((end: ScribeEnd | undefined) => void) | undefined;

  constructor({ path }: ScribeAbout, desk: Desk) {
    this.#path = path;
    this.#desk = desk;
    this.feed = new FileFeed(this);
    desk.onMessage((message) => this.#hear(message));
  }

  onFailure(listener: (error: HexdropError) => void): void {
    this.#onFailure = listener;
    if (this.#failure !== undefined) listener(this.#failure);
  }

  send(batch: Uint8Array<ArrayBuffer>, usedBytes: number): void {
    if (this.#failure === undefined) this.#desk.send({ kind: 'batch', buffer: batch.buffer, usedBytes });
  }

  async close(): Promise<FileCaptureResult> {
    this.feed.flush();
    this.feed.stop();
    if (this.#failure !== undefined) return this.#result(undefined);
    const end = await new Promise<ScribeEnd | undefined>((resolve) => {
      const timer = setTimeout(() => {
        this.#fail(
          new HexdropError('write-failed', 'The disk is too slow: the end of the capture is missing.'),
        );
      }, closeWithinMs);
      this.#onClosed = (closed) => {
        clearTimeout(timer);
        resolve(closed);
      };
      this.#desk.send({ kind: 'close' });
    });
    this.#desk.dispose();
    return this.#result(end);
  }

  #result(end: ScribeEnd | undefined): FileCaptureResult {
    const { packets, bytes } = end ?? { packets: 0, bytes: 0 };
    return { packets, bytes, lostBytes: this.feed.lostBytes, failed: end === undefined };
  }

  #fail(error: HexdropError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.feed.stop();
    this.#desk.dispose();
    this.#onClosed?.(undefined);
    this.#onFailure(error);
  }

  #hear(message: FromScribe): void {
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
 * The bundle has an entry of its own for the thread. Where the sources run unbundled (tests) there is none: the scribe
 * then works on this thread, a turn later.
 */
function openDesk(about: ScribeAbout): Desk {
  if (!import.meta.url.endsWith('.ts')) return threadDesk(about);
  return localDesk(about);
}

function threadDesk(about: ScribeAbout): Desk {
  const worker = new Worker(new URL('../capture-thread.js', import.meta.url), { workerData: about });
  let listener: (message: FromScribe) => void = () => {};
  worker.on('message', (message: FromScribe) => listener(message));
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

function localDesk(about: ScribeAbout): Desk {
  let listener: (message: FromScribe) => void = () => {};
  const answer = (message: FromScribe): void => void setImmediate(() => listener(message));
  const hear = scribeDesk(about, answer);
  return {
    send: (message) => void setImmediate(() => hear(message)),
    onMessage: (next) => {
      listener = next;
    },
    dispose: () => {},
  };
}

/** The scribe behind messages; the thread is made of this. */
export function scribeDesk(
  about: ScribeAbout,
  answer: (message: FromScribe, moved?: readonly ArrayBuffer[]) => void,
): (message: ToScribe) => void {
  let scribe: FileScribe | undefined;
  const failed = (thrown: unknown): void => {
    const { code = '', message } = thrown as NodeJS.ErrnoException;
    try {
      scribe?.abandon();
    } catch {
      // It is over with the file either way.
    }
    scribe = undefined;
    answer({ kind: 'failed', code, message });
  };
  try {
    scribe = new FileScribe(about);
    answer({ kind: 'ready' });
  } catch (thrown) {
    failed(thrown);
  }
  return (message) => {
    if (scribe === undefined) return;
    try {
      if (message.kind === 'close') return answer({ kind: 'closed', end: scribe.close() });
      const { buffer, usedBytes } = message;
      scribe.take(new Uint8Array(buffer, 0, usedBytes));
      answer({ kind: 'taken', buffer, usedBytes }, [buffer]);
    } catch (thrown) {
      failed(thrown);
    }
  };
}
