/**
 * How fast a source may go (docs/PROTOCOL.md, "Pace"): rates that several transfers may share, and what holds one of
 * them. Pure bookkeeping with a clock as an argument: nobody waits in here, whoever must wait is woken. A source
 * that nothing binds asks one question for each frame and is never counted.
 */

export interface PaceClock {
  nowMs(): number;
  /** Calls `work` once, so much later; returns what takes that back. */
  after(ms: number, work: () => void): () => void;
}

const systemClock: PaceClock = {
  nowMs: () => performance.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** What a late timer may make up for. */
const catchUpMs = 100;

/** Who asks no longer than this after it sent is in the middle of sending; later, it has rested. Rests save nothing up. */
const restMs = 20;

/** A timer takes no longer waits than 24 days; an hour is as good. */
const longestWaitMs = 3_600_000;

export interface Waiter {
  /** Asks `mayTake` again soon. */
  wake(): void;
}

/**
 * A number of bytes a second. Frames are not cut: one may leave as soon as those before it are paid for, and the
 * next one when it is. So in any time no more leaves than the number says, and one frame. Those who wait come one
 * frame each in turn.
 */
export class RateLimit {
  readonly #clock: PaceClock;
  #bytesPerSecond: number | undefined;
  /** When everything that left is paid for. */
  #freeAtMs = -Infinity;
  #tookAtMs = -Infinity;
  #queue: Waiter[] = [];
  /** Whoever was woken and has not taken yet. */
  #woken: Waiter | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(clock: PaceClock = systemClock) {
    this.#clock = clock;
  }

  get isOn(): boolean {
    return this.#bytesPerSecond !== undefined;
  }

  /** @param bytesPerSecond above 0; undefined: as fast as it goes. Holds for what left already, too. */
  set(bytesPerSecond: number | undefined): void {
    const before = this.#bytesPerSecond;
    if (before === bytesPerSecond) return;
    this.#bytesPerSecond = bytesPerSecond;
    this.#disarm();
    if (bytesPerSecond === undefined) {
      this.#freeAtMs = -Infinity;
      this.#woken = undefined;
      const waiting = this.#queue;
      this.#queue = [];
      for (const waiter of waiting) waiter.wake();
      return;
    }
    const nowMs = this.#clock.nowMs();
    if (before === undefined) this.#freeAtMs = nowMs;
    else if (this.#freeAtMs > nowMs)
      this.#freeAtMs = nowMs + ((this.#freeAtMs - nowMs) * before) / bytesPerSecond;
    this.#arm();
  }

  /** Whether a frame of `who` may leave now. If not, it is woken when its turn has come. */
  mayTake(who: Waiter): boolean {
    if (this.#bytesPerSecond === undefined) return true;
    const nowMs = this.#clock.nowMs();
    const isFree = nowMs >= this.#freeAtMs;
    if (isFree && this.#woken === who) return true;
    if (isFree && this.#woken === undefined && (this.#queue[0] ?? who) === who) {
      const hasRested = this.#queue.length === 0 && nowMs - this.#tookAtMs > restMs;
      if (hasRested) this.#freeAtMs = nowMs;
      this.#queue.shift();
      return true;
    }
    if (!this.#queue.includes(who)) this.#queue.push(who);
    if (isFree && this.#woken === undefined) this.#wakeNext();
    else this.#arm();
    return false;
  }

  take(bytes: number): void {
    if (this.#bytesPerSecond === undefined) return;
    this.#woken = undefined;
    this.#tookAtMs = this.#clock.nowMs();
    const from = Math.max(this.#freeAtMs, this.#tookAtMs - catchUpMs);
    this.#freeAtMs = from + (bytes / this.#bytesPerSecond) * 1_000;
  }

  /** Waits no longer. */
  leave(who: Waiter): void {
    this.#queue = this.#queue.filter((waiter) => waiter !== who);
    if (this.#woken === who) this.#woken = undefined;
    if (this.#queue.length === 0) this.#disarm();
    else this.#arm();
  }

  #wakeNext(): void {
    if (this.#clock.nowMs() < this.#freeAtMs) return this.#arm();
    this.#woken = this.#queue.shift();
    this.#woken?.wake();
    // Should it have nothing to send after all, it is the turn of the next.
    this.#arm();
  }

  #arm(): void {
    if (this.#stopTimer !== undefined || this.#queue.length === 0) return;
    const waitMs = Math.max(1, Math.ceil(this.#freeAtMs - this.#clock.nowMs()));
    this.#stopTimer = this.#clock.after(Math.min(longestWaitMs, waitMs), () => {
      this.#stopTimer = undefined;
      this.#wakeNext();
    });
  }

  #disarm(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}

/** What holds one source: a pause of either side, the rate that its sink told, and that of all that leaves here. */
export class SourcePace implements Waiter {
  readonly #shared: RateLimit;
  readonly #told: RateLimit;
  #isPausedHere = false;
  #isPausedThere = false;
  /** The source may go on, or at least ask again. */
  wake: () => void = () => {};

  /** @param shared the limit of everything that is sent */
  constructor(shared: RateLimit, clock: PaceClock = systemClock) {
    this.#shared = shared;
    this.#told = new RateLimit(clock);
  }

  get isPaused(): boolean {
    return this.#isPausedHere || this.#isPausedThere;
  }

  get isPausedThere(): boolean {
    return this.#isPausedThere;
  }

  /** Whether `mayGo` has to be asked and `took` to be told. */
  get isBound(): boolean {
    return this.#isPausedHere || this.#isPausedThere || this.#shared.isOn || this.#told.isOn;
  }

  /** Whether a frame of bulk may leave. If not, `wake` is called once it may. */
  mayGo(): boolean {
    return !this.isPaused && this.#told.mayTake(this) && this.#shared.mayTake(this);
  }

  /** A frame of so many bytes leaves. */
  took(bytes: number): void {
    this.#told.take(bytes);
    this.#shared.take(bytes);
  }

  /** This side pauses, or goes on. */
  hold(isHeld: boolean): void {
    this.#isPausedHere = isHeld;
    this.#changed();
  }

  /** The sink has told its pace: 0 is a pause, undefined no limit. */
  apply(bytesPerSecond: number | undefined): void {
    this.#isPausedThere = bytesPerSecond === 0;
    this.#told.set(bytesPerSecond === 0 ? undefined : bytesPerSecond);
    this.#changed();
  }

  /** The transfer is over. */
  stop(): void {
    this.wake = () => {};
    this.#leave();
  }

  #changed(): void {
    if (this.isPaused) this.#leave();
    else this.wake();
  }

  #leave(): void {
    this.#told.leave(this);
    this.#shared.leave(this);
  }
}
