import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DirectInlet } from './direct-inlet.ts';

/** Does with `onread` what Node does: fills the buffer it was given last, calls back, asks for the next one. */
class Pump {
  readonly #inlet: DirectInlet;
  #buffer: Uint8Array;
  #next = 0;

  constructor(inlet: DirectInlet) {
    this.#inlet = inlet;
    this.#buffer = inlet.onread.buffer();
  }

  /** TLS goes on with what it has decrypted, whatever the callback says. */
  arrive(byteCount: number): boolean {
    let rest = byteCount;
    let mayGoOn = true;
    while (rest > 0) {
      const count = Math.min(rest, this.#buffer.length);
      for (let at = 0; at < count; at += 1) this.#buffer[at] = this.#next++ & 0xff;
      mayGoOn = this.#inlet.onread.callback(count, this.#buffer);
      this.#buffer = this.#inlet.onread.buffer();
      rest -= count;
    }
    return mayGoOn;
  }

  get sentBytes(): number {
    return this.#next;
  }
}

class Taker {
  isOpen = true;
  byteCount = 0;
  /** Closes itself after so many more deliveries. */
  patience = Number.POSITIVE_INFINITY;
  readonly #targetBytes: number;
  #target: Uint8Array;
  #filled = 0;

  constructor(targetBytes: number) {
    this.#targetBytes = targetBytes;
    this.#target = new Uint8Array(targetBytes);
  }

  isTaking(): boolean {
    return this.isOpen;
  }

  target(): Uint8Array {
    if (!this.isOpen) throw new Error('asked while closed');
    if (this.#filled === this.#targetBytes) {
      this.#target = new Uint8Array(this.#targetBytes);
      this.#filled = 0;
    }
    return this.#target.subarray(this.#filled);
  }

  take(bytes: Uint8Array): void {
    if (!this.isOpen) throw new Error('given while closed');
    const isInPlace =
      bytes.buffer === this.#target.buffer && bytes.byteOffset === this.#target.byteOffset + this.#filled;
    if (!isInPlace) throw new Error('no prefix of the target');
    this.#filled += bytes.length;
    for (const byte of bytes) if (byte !== (this.byteCount++ & 0xff)) throw new Error('out of order');
    this.patience -= 1;
    if (this.patience <= 0) this.isOpen = false;
  }
}

test('bytes reach the targets complete and in order, whatever the sizes, pauses and lateness', () => {
  const step = fc.oneof(
    fc.record({ arrive: fc.integer({ min: 1, max: 70_000 }) }),
    fc.record({ patience: fc.integer({ min: 1, max: 4 }) }),
    fc.constant('pause' as const),
    fc.constant('resume' as const),
    fc.constant('attach' as const),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40_000 }),
      fc.array(step, { maxLength: 60 }),
      (targetBytes, steps) => {
        const inlet = new DirectInlet();
        const taker = new Taker(targetBytes);
        const pump = new Pump(inlet);
        for (const action of steps) {
          if (action === 'attach') inlet.attach(taker);
          else if (action === 'pause') taker.isOpen = false;
          else if (action === 'resume') {
            taker.isOpen = true;
            taker.patience = Number.POSITIVE_INFINITY;
            inlet.giveWaiting();
          } else if ('patience' in action) taker.patience = action.patience;
          else pump.arrive(Math.min(action.arrive, targetBytes * 200));
        }
        inlet.attach(taker);
        taker.isOpen = true;
        taker.patience = Number.POSITIVE_INFINITY;
        inlet.giveWaiting();
        expect(inlet.hasWaiting).toBe(false);
        expect(taker.byteCount).toBe(pump.sentBytes);
      },
    ),
    { numRuns: 200 },
  );
});

test('tells Node to stop while nobody takes, and to go on when somebody does', () => {
  const inlet = new DirectInlet();
  const pump = new Pump(inlet);
  expect(pump.arrive(10)).toBe(false);
  const taker = new Taker(100);
  inlet.attach(taker);
  inlet.giveWaiting();
  expect(pump.arrive(10)).toBe(true);
  taker.patience = 1;
  expect(pump.arrive(10)).toBe(false);
  expect(taker.byteCount).toBe(30);
});

test('gives the bytes of a running stream without copying', () => {
  const inlet = new DirectInlet();
  const pump = new Pump(inlet);
  const taker = new Taker(1_000);
  inlet.attach(taker);
  pump.arrive(1);
  const target = taker.target();
  expect(inlet.onread.buffer()).toStrictEqual(target);
  expect(inlet.onread.buffer().buffer).toBe(target.buffer);
});

test('drops what waits when it is told to', () => {
  const inlet = new DirectInlet();
  new Pump(inlet).arrive(10);
  expect(inlet.hasWaiting).toBe(true);
  inlet.dropWaiting();
  expect(inlet.hasWaiting).toBe(false);
});
