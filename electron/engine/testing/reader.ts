/** For the tests of this folder: a reader that remembers what it was given, and streams to give it. */

import { createHash, randomBytes } from 'node:crypto';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import type { Connection, ConnectionReader } from '../net/connection.ts';
import { opening } from './loopback.ts';

/** Remembers what came. With `targetBytes` it reads directly into buffers of that size. */
export class TestReader implements ConnectionReader {
  readonly closings: (HexdropError | undefined)[] = [];
  readonly deliveries: number[] = [];
  readonly target?: () => Uint8Array;
  byteCount = 0;
  /** Called for each delivery, after it was counted. */
  onDelivery: (delivery: Uint8Array) => void = () => undefined;
  readonly closing: Promise<HexdropError | undefined>;
  #settle: (error: HexdropError | undefined) => void = () => undefined;
  readonly #hash = createHash('sha256');
  readonly #parts: Uint8Array[] = [];
  readonly #keeps: boolean;
  #buffer: Uint8Array | undefined;
  #filled = 0;
  #counters: { readonly byteCount: number; readonly resolve: () => void }[] = [];

  constructor({ targetBytes, keeps = true }: { targetBytes?: number; keeps?: boolean } = {}) {
    this.#keeps = keeps;
    this.closing = new Promise((resolve) => {
      this.#settle = resolve;
    });
    if (targetBytes === undefined) return;
    this.target = () => {
      if (this.#buffer === undefined || this.#filled === this.#buffer.length) {
        this.#buffer = new Uint8Array(targetBytes);
        this.#filled = 0;
      }
      return this.#buffer.subarray(this.#filled);
    };
  }

  received(delivery: Uint8Array): void {
    if (this.closings.length > 0) throw new Error('a delivery after closed');
    if (this.target !== undefined) {
      const expected = this.#buffer?.subarray(this.#filled, this.#filled + delivery.length);
      if (expected?.byteOffset !== delivery.byteOffset || expected.buffer !== delivery.buffer) {
        throw new Error('a delivery that is no prefix of the target');
      }
      this.#filled += delivery.length;
    }
    this.#hash.update(delivery);
    if (this.#keeps) this.#parts.push(new Uint8Array(delivery));
    this.deliveries.push(delivery.length);
    this.byteCount += delivery.length;
    this.#counters = this.#counters.filter(({ byteCount, resolve }) => {
      if (this.byteCount < byteCount) return true;
      resolve();
      return false;
    });
    this.onDelivery(delivery);
  }

  closed(error?: HexdropError): void {
    this.closings.push(error);
    this.#settle(error);
  }

  /** Resolves once so many bytes have come. */
  has(byteCount: number): Promise<void> {
    if (this.byteCount >= byteCount) return Promise.resolve();
    return new Promise((resolve) => this.#counters.push({ byteCount, resolve }));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

export const reading = (
  connection: Connection,
  options?: { targetBytes?: number; keeps?: boolean },
): TestReader => {
  const reader = new TestReader(options);
  connection.read(reader);
  return reader;
};

export interface RandomStream {
  readonly bytes: Buffer;
  readonly digest: string;
}

export const randomStream = (byteCount: number): RandomStream => {
  const bytes = randomBytes(byteCount);
  opening.copy(bytes);
  return { bytes, digest: createHash('sha256').update(bytes).digest('hex') };
};

/** Writes all of it in pieces as backpressure allows, then FIN. Resolves when the last piece was taken. */
export const writeAll = async (
  connection: Connection,
  bytes: Uint8Array,
  pieceBytes = 262_144,
): Promise<void> => {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    if (!connection.write(bytes.subarray(at, at + pieceBytes))) {
      await new Promise<void>((resolve) => connection.whenDrained(resolve));
    }
  }
  connection.end();
};
