/**
 * Who uses which share: sessions that asked for something of it, and the transfers that run from and to it. Knows
 * sessions and transfers by what it needs of them only; tells that something changed, not what.
 */

import type { PeerView } from '../../../shared/model/peer.ts';
import type { ShareVisitor } from '../../../shared/model/share.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';

/** A session, as far as it matters here. */
export interface VisitingSession {
  readonly peer: PeerView;
}

/** A transfer that a peer runs from or to a share. */
export interface SharedTransfer {
  readonly id: string;
  readonly direction: 'send' | 'receive';
  readonly done: Promise<unknown>;
  /** Ends it on both sides. */
  cancel(why: HexdropError): void;
}

interface Visit {
  readonly sinceMs: number;
  lastPath: string;
  atMs: number;
  readonly transfers: Set<SharedTransfer>;
}

/** What changes quickly is told at most ten times a second. */
const tellEveryMs = 100;

export class Visitors {
  readonly #changed: () => void;
  readonly #visits = new Map<VisitingSession, Map<string, Visit>>();
  /** Transfers that run, and the shares that they are about. */
  readonly #running = new Map<SharedTransfer, ReadonlySet<string>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** A session was given something of a share. `path` starts with the share's name. */
  saw(session: VisitingSession, path: readonly string[], nowMs: number): void {
    const visit = this.#visitOf(session, path, nowMs);
    if (visit === undefined) return;
    visit.lastPath = path.join('/');
    visit.atMs = nowMs;
    this.changed();
  }

  /** A session's transfer begins, or goes on in another session. */
  transfers(
    session: VisitingSession,
    paths: readonly (readonly string[])[],
    transfer: SharedTransfer,
    nowMs: number,
  ): void {
    for (const path of paths) {
      this.saw(session, path, nowMs);
      this.#visitOf(session, path, nowMs)?.transfers.add(transfer);
    }
    const isKnown = this.#running.has(transfer);
    this.#running.set(transfer, new Set(paths.flatMap((path) => path.slice(0, 1))));
    if (isKnown) return;
    const over = (): void => this.#over(transfer);
    transfer.done.then(over, over);
  }

  /** The transfers that run from or to a share. */
  running(share: string): readonly SharedTransfer[] {
    return [...this.#running].filter(([, shares]) => shares.has(share)).map(([transfer]) => transfer);
  }

  /** Its session is over. */
  left(session: VisitingSession): void {
    if (this.#visits.delete(session)) this.changed();
  }

  /** The share is no longer served. */
  removed(share: string): void {
    for (const visits of this.#visits.values()) visits.delete(share);
    this.changed();
  }

  /** Shares or their visitors changed. */
  changed(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#changed();
    }, tellEveryMs);
    this.#timer.unref();
  }

  /** A device with several sessions, such as one for each transfer, is one visitor. */
  byShare(): ReadonlyMap<string, readonly ShareVisitor[]> {
    const found = new Map<string, Map<string, { visitor: ShareVisitor; atMs: number }>>();
    for (const [session, visits] of this.#visits) {
      for (const [share, visit] of visits) {
        const visitors = found.get(share) ?? new Map<string, { visitor: ShareVisitor; atMs: number }>();
        found.set(share, visitors);
        const key = `${session.peer.deviceId} ${session.peer.address}`;
        visitors.set(key, merged(session, visit, visitors.get(key)));
      }
    }
    return new Map(
      [...found].map(([share, all]) => [share, [...all.values()].map(({ visitor }) => visitor)]),
    );
  }

  #visitOf(session: VisitingSession, [share]: readonly string[], nowMs: number): Visit | undefined {
    if (share === undefined) return undefined;
    const visits = this.#visits.get(session) ?? new Map<string, Visit>();
    this.#visits.set(session, visits);
    const visit = visits.get(share) ?? { sinceMs: nowMs, lastPath: share, atMs: nowMs, transfers: new Set() };
    visits.set(share, visit);
    return visit;
  }

  #over(transfer: SharedTransfer): void {
    this.#running.delete(transfer);
    for (const visits of this.#visits.values()) {
      for (const visit of visits.values()) visit.transfers.delete(transfer);
    }
    this.changed();
  }
}

function merged(
  { peer }: VisitingSession,
  visit: Visit,
  before: { readonly visitor: ShareVisitor; readonly atMs: number } | undefined,
): { visitor: ShareVisitor; atMs: number } {
  const isLatest = before === undefined || visit.atMs >= before.atMs;
  const transferIds = new Set(before?.visitor.transferIds);
  for (const { id } of visit.transfers) transferIds.add(id);
  return {
    visitor: {
      deviceId: peer.deviceId,
      alias: peer.alias,
      address: peer.address,
      sinceMs: Math.min(visit.sinceMs, before?.visitor.sinceMs ?? visit.sinceMs),
      lastPath: isLatest ? visit.lastPath : before.visitor.lastPath,
      transferIds: [...transferIds],
    },
    atMs: isLatest ? visit.atMs : before.atMs,
  };
}
