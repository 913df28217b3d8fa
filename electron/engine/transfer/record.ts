/**
 * One transfer as the engine shows it, across the attempts that a broken connection may cost: its state, numbers,
 * faults, and its end. Passes events on, coalesced.
 */

import type { PeerView } from '../../../shared/model/peer.ts';
import type {
  FileFault,
  FileNotice,
  TransferResult,
  TransferState,
  TransferView,
} from '../../../shared/model/transfer.ts';
import { isOver } from '../../../shared/model/transfer-progress.ts';
import { errorTable, HexdropError } from '../../../shared/errors/errors.ts';
import type { ErrorCode } from '../../../shared/errors/errors.ts';
import type { EngineEvent } from '../api.ts';
import { Pauses } from './pace/pauses.ts';
import { RateMeter } from './pace/rate.ts';
import type { Progress, Summary, TransferReports } from './progress/reports.ts';

/** At most twenty events a second. */
const eventEveryMs = 50;

/** Faults and notices kept for the result; all faults are counted, and all of both are told as events. */
const keptFaults = 1_000;

/** Paths that are told once, whatever the number of attempts; beyond it some may be told again. */
const rememberedOmissions = 10_000;

const nothing: Progress = {
  totals: { files: 0, folders: 0, bytes: 0, complete: false },
  files: 0,
  bytes: 0,
  skipped: 0,
  same: 0,
  failed: 0,
  resumedBytes: 0,
  passedBytes: 0,
  omitted: 0,
  currentPath: undefined,
};

/** How one attempt ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly summary: Summary }
  | { readonly kind: 'cancelled'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'failed'; readonly error: HexdropError };

/** Whoever can end a transfer at this moment. */
interface Canceller {
  cancel(why: HexdropError): void;
}

/** What runs: the source or the sink of one attempt. */
export interface RunningAttempt extends Canceller {
  readonly progress: Progress;
  /** Nothing flows while it is held. */
  hold(isHeld: boolean): void;
}

export class TransferRecord {
  readonly id: string;
  readonly direction: 'send' | 'receive';
  readonly kind: TransferView['kind'];
  readonly done: Promise<TransferResult>;
  readonly #emit: (event: EngineEvent) => void;
  readonly #startedAtMs = Date.now();
  /** From the moment bytes may flow. */
  #rate = new RateMeter(performance.now());
  #faults: FileFault[] = [];
  #notices: FileNotice[] = [];
  #noticed = 0;
  readonly #omitted = new Set<string>();
  #resolve!: (result: TransferResult) => void;
  #reject!: (error: HexdropError) => void;
  #state: TransferState = 'connecting';
  #peer: PeerView | undefined;
  /** The attempt that runs. */
  #running: RunningAttempt | undefined;
  /** The attempt that runs or ran last: the numbers are its own. */
  #latest: Pick<RunningAttempt, 'progress'> = { progress: nothing };
  #canceller: Canceller | undefined;
  #error: HexdropError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #acceptedAtMs: number | undefined;
  #dir: string | undefined;
  readonly #pauses = new Pauses();
  /** The share that a get, put or serve is about. */
  share: string | undefined;

  constructor(
    id: string,
    direction: 'send' | 'receive',
    kind: TransferView['kind'],
    emit: (event: EngineEvent) => void,
  ) {
    this.id = id;
    this.direction = direction;
    this.kind = kind;
    this.#emit = emit;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever does not ask for the end still sees it as an event.
    this.done.catch(() => {});
  }

  get isOver(): boolean {
    return isOver({ state: this.#state });
  }

  /** Whether the receiver has ever accepted it. */
  get isAccepted(): boolean {
    return this.#acceptedAtMs !== undefined;
  }

  /** Bytes committed so far in this run. */
  get bytes(): number {
    return this.#latest.progress.bytes;
  }

  /** Bytes of this run that are settled: committed, or found not to be needed. Comparing is progress too. */
  get settledBytes(): number {
    const { bytes, passedBytes } = this.#latest.progress;
    return bytes + passedBytes;
  }

  /** Whether this side keeps it from going on. */
  get isPausedHere(): boolean {
    return this.#pauses.here;
  }

  /** Whether one of the sides keeps it from going on. */
  get isPaused(): boolean {
    return this.#pauses.any;
  }

  /** Nothing flows until `resume`, in this attempt and in those to come. */
  pause(): void {
    this.#hold(true);
  }

  resume(): void {
    this.#hold(false);
  }

  /** Ends it, whether an attempt runs or the next one is waited for. */
  cancel(why: HexdropError): void {
    this.#canceller?.cancel(why);
  }

  /** From here on the numbers come from this attempt; what is paused, resumed or cancelled is this attempt. */
  run(attempt: RunningAttempt): void {
    this.#running = attempt;
    this.#latest = attempt;
    this.#canceller = attempt;
    this.#dir = undefined;
    if (this.#pauses.here) attempt.hold(true);
    // An offer that waits for an answer moves nothing: what it is about is told all the same.
    this.#changed();
  }

  /** No attempt runs: until the next one it is ended by `canceller`. The numbers stay those of the last one. */
  await(canceller: Canceller): void {
    this.#running = undefined;
    this.#canceller = canceller;
  }

  connected(peer: PeerView): void {
    this.#peer = peer;
    this.#become('waiting');
  }

  retrying(inMs: number, error: HexdropError): void {
    this.#pauses.there = false;
    this.#become('retrying');
    this.#emit({ kind: 'retrying', transferId: this.id, inMs, error });
  }

  /** Reports of one attempt. `ended` is called once with how it ended. */
  reportsTo(ended: (outcome: Outcome) => void): TransferReports {
    this.#faults = [];
    this.#notices = [];
    this.#noticed = 0;
    // It says so again in this attempt.
    this.#pauses.there = false;
    return {
      changed: () => this.#changed(),
      accepted: () => {
        this.#acceptedAtMs ??= Date.now();
        this.#become('running');
      },
      paused: (isPausedThere) => this.#show(() => (this.#pauses.there = isPausedThere)),
      fault: (path, code, message, side) => {
        const fault: FileFault = { path, code, message, side };
        if (this.#faults.length < keptFaults) this.#faults.push(fault);
        this.#emit({ kind: 'fault', transferId: this.id, fault });
      },
      omitted: (path, reason) => {
        // Each attempt walks anew.
        if (this.#omitted.has(path)) return;
        if (this.#omitted.size < rememberedOmissions) this.#omitted.add(path);
        this.#emit({ kind: 'omitted', transferId: this.id, path, reason });
      },
      noticed: (notice) => {
        this.#noticed += 1;
        if (this.#notices.length < keptFaults) this.#notices.push(notice);
        this.#emit({ kind: 'notice', transferId: this.id, notice });
        this.#changed();
      },
      done: (summary) => ended({ kind: 'done', summary }),
      cancelled: (code, message) => ended({ kind: 'cancelled', code, message }),
      failed: (error) => ended({ kind: 'failed', error }),
    };
  }

  /** The folder that it goes to. */
  set dir(path: string | undefined) {
    this.#dir = path;
  }

  finish(outcome: Outcome): void {
    if (this.isOver) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (outcome.kind === 'done') {
      this.#state = 'done';
      const result = this.#result(outcome.summary);
      this.#emit({ kind: 'finished', transfer: this.view(), result });
      return this.#resolve(result);
    }
    if (outcome.kind === 'failed') {
      this.#error = outcome.error;
      this.#state = 'failed';
    } else {
      const isDeclined = errorTable[outcome.code].exit === 'declined';
      this.#error = new HexdropError(outcome.code, outcome.message === '' ? undefined : outcome.message);
      this.#state = isDeclined ? 'declined' : outcome.code === 'cancelled' ? 'cancelled' : 'failed';
    }
    this.#emit({ kind: 'finished', transfer: this.view() });
    this.#reject(this.#error);
  }

  view(): TransferView {
    const state = this.#shownState;
    const pausedBy = state === 'paused' ? this.#pauses.by(true) : undefined;
    const { totals, files, bytes, skipped, same, failed, resumedBytes, passedBytes, omitted, currentPath } =
      this.#latest.progress;
    if (state === 'running') this.#rate.sample(bytes, performance.now());
    const secondsLeft =
      totals.complete && state === 'running'
        ? this.#rate.secondsLeft(totals.bytes - bytes - resumedBytes - passedBytes)
        : undefined;
    return {
      id: this.id,
      direction: this.direction,
      kind: this.kind,
      state,
      totals,
      files,
      bytes,
      resumedBytes,
      passedBytes,
      skipped,
      same,
      failed,
      omitted,
      bytesPerSecond: state === 'running' ? this.#rate.bytesPerSecond : 0,
      startedAtMs: this.#startedAtMs,
      ...(this.#noticed === 0 ? {} : { noticed: this.#noticed }),
      ...(pausedBy === undefined ? {} : { pausedBy }),
      ...(this.#peer === undefined ? {} : { peer: this.#peer }),
      ...(this.share === undefined ? {} : { share: this.share }),
      ...(currentPath === undefined ? {} : { currentPath }),
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
      ...(this.#error === undefined
        ? {}
        : { error: { code: this.#error.code, message: this.#error.message } }),
    };
  }

  #result(summary: Summary): TransferResult {
    const nowMs = Date.now();
    return {
      ...summary,
      omitted: this.#latest.progress.omitted,
      // The time of work counts, without waiting for somebody's answer or for the end of a pause.
      // The clock may have been set back.
      seconds:
        Math.max(0, nowMs - (this.#acceptedAtMs ?? this.#startedAtMs) - this.#pauses.heldMs(nowMs)) / 1_000,
      faults: this.#faults,
      notices: this.#notices,
      ...(this.#dir === undefined ? {} : { dir: this.#dir }),
    };
  }

  #become(state: TransferState): void {
    if (this.#state !== state) this.#show(() => (this.#state = state));
  }

  #hold(isHeld: boolean): void {
    if (this.isOver || this.#pauses.here === isHeld) return;
    this.#show(() => (this.#pauses.here = isHeld));
    this.#running?.hold(isHeld);
  }

  get #shownState(): TransferState {
    if (this.isOver) return this.#state;
    return this.#pauses.by(this.#state === 'running') === undefined ? this.#state : 'paused';
  }

  /** Makes a change that `view` shows, and tells of it. */
  #show(change: () => void): void {
    if (this.isOver) return;
    const before = this.#shownState;
    change();
    const now = this.#shownState;
    // What came before a pause says nothing of the time after it.
    if (now === 'running' && before !== now) this.#rate = new RateMeter(performance.now(), this.bytes);
    this.#pauses.count(now !== 'running' && this.#state === 'running', Date.now());
    this.#emit({ kind: 'transfer', transfer: this.view() });
  }

  #changed(): void {
    if (this.#timer !== undefined || this.isOver) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#emit({ kind: 'transfer', transfer: this.view() });
    }, eventEveryMs);
    this.#timer.unref();
  }
}
