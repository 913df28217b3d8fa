/**
 * The writing half of a connection: one queue, its marks, and a callback for every write. Buffers that are lent to
 * `write` come back through `written` exactly once, whatever becomes of the connection.
 */

import type { Socket } from 'node:net';
import type { HexdropError } from '../../../shared/errors/errors.ts';

/** Queued bytes from which `write` says "enough": four bulk frames. */
const highWaterBytes = 1_048_576;
/** Queued bytes at which the queue counts as drained: early enough that the wire never runs dry. */
const lowWaterBytes = 524_288;

export class Outlet {
  readonly #socket: Socket;
  readonly #loss: () => HexdropError;
  #writtenBytes = 0;
  #drainWaiters: (() => void)[] = [];
  readonly #afterWrite = (): void => this.#wakeDrainWaiters();

  /** `loss` says why a write did not go out. */
  constructor(socket: Socket, loss: () => HexdropError) {
    this.#socket = socket;
    this.#loss = loss;
  }

  write(bytes: Uint8Array, written?: (error?: Error) => void): boolean {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) {
      if (written !== undefined) process.nextTick(() => written(this.#loss()));
      return false;
    }
    this.#writtenBytes += bytes.length;
    socket.write(
      bytes,
      written === undefined
        ? this.#afterWrite
        : (error) => {
            // Node tells a write that was cut off in the system's hands as done.
            written(error ?? (socket.destroyed ? this.#loss() : undefined));
            this.#wakeDrainWaiters();
          },
    );
    return socket.writableLength < highWaterBytes;
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Bytes that the system has taken. */
  get takenBytes(): number {
    return this.#writtenBytes - this.#socket.writableLength;
  }

  whenDrained(callback: () => void): void {
    this.#drainWaiters.push(callback);
    if (this.queuedBytes <= lowWaterBytes) process.nextTick(this.#afterWrite);
  }

  /** Nobody is woken any more. */
  close(): void {
    this.#drainWaiters = [];
  }

  #wakeDrainWaiters(): void {
    if (this.#drainWaiters.length === 0 || this.#socket.destroyed || this.queuedBytes > lowWaterBytes) return;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const waiter of waiters) waiter();
  }
}
