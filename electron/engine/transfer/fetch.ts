/** Fetching from a share: asks for paths, and is the sink of what comes. */

import type { ConflictPolicy, EntryKind } from '../../../shared/model/transfer.ts';
import type { TransferContext } from './context.ts';
import type { Reach } from '../peers/reach.ts';
import type { Session } from '../session/session.ts';
import { runAttempts } from './attempts.ts';
import { openLane } from './lane-opening.ts';
import { isUnfinished } from './journal/partials.ts';
import type { TransferRecord } from './record.ts';
import { Room } from './sink/room.ts';
import { SafeRoot, splitPeerPath } from '../../base/safe-path.ts';
import { provenId, Sink } from './sink/sink.ts';

export interface Fetch {
  readonly paths: readonly string[];
  readonly reach: Reach;
  readonly retryMs: number;
  readonly dir: string;
  readonly onConflict: ConflictPolicy;
  readonly wants: ((path: string, kind: EntryKind) => boolean) | undefined;
  /** Fetch also what there is no space for, as far as it goes. */
  readonly takesTooMuch: boolean;
  /** Opens what needs a PIN. */
  prepare(session: Session): Promise<void>;
}

/** Each path becomes an entry at the top, named by its last component. */
const lastNames = (paths: readonly string[]): ReadonlySet<string> =>
  new Set(paths.map((path) => splitPeerPath(path).at(-1)).filter((name) => name !== undefined));

export async function runFetch(
  context: TransferContext,
  record: TransferRecord,
  fetch: Fetch,
): Promise<void> {
  await runAttempts(context, record, fetch.reach, fetch.retryMs, async (session, ended) => {
    await fetch.prepare(session);
    const { home, homeFaults, bootId } = context;
    const root = SafeRoot.open(fetch.dir);
    let room: Room | undefined;
    const roomFor = ({ offer, totals }: Sink): Room | undefined => {
      // How much of it is wanted is not known.
      if (fetch.takesTooMuch || fetch.wants !== undefined) return undefined;
      const files = { roots: offer.roots, deviceId: provenId(session.peer), dir: root.path };
      return isUnfinished(home, files) ? undefined : Room.for(root.path, offer, totals);
    };
    session.openTransfer('GET', { transfer: record.id, paths: [...fetch.paths] }, (wire) => {
      const sink = new Sink({
        wire,
        reports: record.reportsTo(ended),
        downloads: context.downloads,
        earlierBytes: record.bytes,
        openLane: (offer) => openLane(context, session, offer),
        askedNames: lastNames(fetch.paths),
        // It was asked for: there is nothing to decide but whether it fits.
        needsPreview: false,
        recounted: ({ progress: { bytes, resumedBytes, totals } }) => {
          const noRoom = room?.faultWithin(totals, bytes + resumedBytes);
          if (noRoom !== undefined) sink.cancel(noRoom);
        },
        decide: (deciding) => {
          room = roomFor(deciding);
          const noRoom = room?.faultBefore(deciding.totals);
          if (noRoom !== undefined) return deciding.decline(noRoom);
          void deciding.accept({
            home,
            homeFaults,
            root,
            bootId,
            onConflict: fetch.onConflict,
            wants: fetch.wants,
          });
        },
      });
      record.run(sink);
      record.dir = root.path;
      return sink;
    });
  });
}
