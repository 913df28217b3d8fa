/** A clock that stands until a test moves it: for what goes by `PaceClock`. */

import type { PaceClock } from '../transfer/pace/pace.ts';

interface Alarm {
  readonly atMs: number;
  readonly work: () => void;
}

/** Taken before a test puts fake timers in place. */
const inATurn = setImmediate;

/** So many turns of the event loop: what can go on without time passing, goes on. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => inATurn(resolve));
}

export class ManualClock implements PaceClock {
  #nowMs = 0;
  #alarms: Alarm[] = [];
  /** How often the time was asked for. */
  asked = 0;

  nowMs(): number {
    this.asked += 1;
    return this.#nowMs;
  }

  after(ms: number, work: () => void): () => void {
    const alarm = { atMs: this.#nowMs + ms, work };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((set) => set !== alarm);
    };
  }

  get alarms(): number {
    return this.#alarms.length;
  }

  /** Moves on, alarm by alarm. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#alarms.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#alarms = this.#alarms.filter((set) => set !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.work();
    }
    this.#nowMs = untilMs;
  }

  /** Moves on in steps of `stepMs`, with turns of the event loop in between, until `isOver`; returns the time it took. */
  async run(isOver: () => boolean, stepMs = 10, mostMs = 120_000): Promise<number> {
    const fromMs = this.#nowMs;
    await turns(5);
    while (!isOver()) {
      if (this.#nowMs - fromMs > mostMs) throw new Error(`Not over after ${mostMs} ms of this clock.`);
      this.advance(stepMs);
      await turns(5);
    }
    return this.#nowMs - fromMs;
  }
}
