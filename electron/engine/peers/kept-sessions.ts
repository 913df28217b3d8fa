/**
 * Sessions that stay open between calls, so that walking through the folders of a device does not cost a handshake for
 * each. One for each way to reach a device; closed when nobody has asked anything for a while.
 */

import { asHexdropError, HexdropError } from '../../../shared/errors/errors.ts';
import { targetOf } from '../../base/address.ts';
import type { Reach } from './reach.ts';
import type { Session } from '../session/session.ts';

/** Long enough for a person who reads a list, short enough not to hold a place at the other device. */
export const keptIdleMs = 30_000;

/** A session that was opened for several calls. */
export interface KeptSession {
  readonly session: Session;
  /** The PINs that were taken in this session, by share. */
  readonly pins: Map<string, string>;
}

interface Kept {
  readonly opening: Promise<KeptSession>;
  /** Set once it is open. */
  open: KeptSession | undefined;
  calls: number;
  timer: NodeJS.Timeout | undefined;
}

export class KeptSessions {
  readonly #openSession: (reach: Reach, signal: AbortSignal) => Promise<Session>;
  readonly #idleMs: number;
  readonly #abort = new AbortController();
  readonly #kept = new Map<string, Kept>();

  /** @param idleMs how long one stays open without a call */
  constructor(
    openSession: (reach: Reach, signal: AbortSignal) => Promise<Session>,
    idleMs: number = keptIdleMs,
  ) {
    this.#openSession = openSession;
    this.#idleMs = idleMs;
  }

  /**
   * Works in the session that is open for this reach, or in a new one. One that broke since the last call is replaced
   * once: `work` may only ask what may be asked twice.
   */
  async use<Result>(reach: Reach, work: (kept: KeptSession) => Promise<Result>): Promise<Result> {
    const key = keyOf(reach);
    for (;;) {
      const before = this.#kept.get(key);
      const isReused = before?.open !== undefined && !before.open.session.isOver;
      const kept =
        isReused || (before !== undefined && before.open === undefined) ? before : this.#open(key, reach);
      kept.calls += 1;
      clearTimeout(kept.timer);
      try {
        return await work(await kept.opening);
      } catch (thrown) {
        if (!isReused || kept.open?.session.isOver !== true || this.#abort.signal.aborted)
          throw asHexdropError(thrown);
      } finally {
        kept.calls -= 1;
        if (kept.calls === 0) this.#rest(key, kept);
      }
    }
  }

  /** Says goodbye to a device, because what is known of it changed: the next call meets it anew. */
  leave(deviceId: string): void {
    for (const [key, kept] of this.#kept) {
      if (kept.open?.session.peer.deviceId !== deviceId) continue;
      this.#kept.delete(key);
      if (kept.calls === 0) this.#rest(key, kept);
    }
  }

  /** Gives up what is being opened; the sessions themselves are closed with all others of the engine. */
  close(): void {
    this.#abort.abort();
    for (const { timer } of this.#kept.values()) clearTimeout(timer);
    this.#kept.clear();
  }

  #open(key: string, reach: Reach): Kept {
    const opening = this.#reach(reach).then((session) => {
      kept.open = { session, pins: new Map() };
      return kept.open;
    });
    const kept: Kept = { opening, open: undefined, calls: 0, timer: undefined };
    this.#kept.set(key, kept);
    opening.catch(() => this.#forget(key, kept));
    return kept;
  }

  async #reach(reach: Reach): Promise<Session> {
    const { signal } = this.#abort;
    if (signal.aborted) throw shuttingDown();
    const session = await this.#openSession(reach, signal);
    if (!signal.aborted) return session;
    session.close('shutting down');
    throw shuttingDown();
  }

  /** No call is under way. */
  #rest(key: string, kept: Kept): void {
    const { open } = kept;
    if (open === undefined) return;
    const close = (): void => {
      this.#forget(key, kept);
      open.session.close('done');
    };
    if (open.session.isOver || this.#kept.get(key) !== kept) return close();
    kept.timer = setTimeout(close, this.#idleMs);
    kept.timer.unref();
  }

  #forget(key: string, kept: Kept): void {
    clearTimeout(kept.timer);
    if (this.#kept.get(key) === kept) this.#kept.delete(key);
  }
}

const keyOf = ({ to, plain, acceptNewKey, expectDeviceId }: Reach): string =>
  JSON.stringify([targetOf(to), plain, acceptNewKey, expectDeviceId ?? null]);

const shuttingDown = (): HexdropError => new HexdropError('shutting-down', 'This program is ending.');
