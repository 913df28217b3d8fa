/** The sink's decision about a lane: whether it is worth one, and the dial (docs/PROTOCOL.md, "Lanes"). */

import type { Totals } from '../../../shared/model/transfer.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import type { TransferContext } from './context.ts';
import type { FrameStream } from '../session/frame-stream.ts';
import { dialLane } from '../session/lanes.ts';
import type { SessionFacts } from '../session/transfer-wire.ts';

/** Below this, setting up a lane takes longer than it saves. */
const laneWorthBytes = 4_194_304;

/** Whether the bulk of this is better taken on a lane. While the source still counts, it is much. */
export const isLaneWorth = ({ bytes, complete }: Totals): boolean => bytes >= laneWorthBytes || !complete;

/** A firewall that drops lets a dial hang: after this long the bulk goes over the control connection. */
const laneDialMs = 1_500;

/** Undefined when the offer has none, or when it cannot be had: then the bulk goes over the control connection. */
export async function openLane(
  context: TransferContext,
  session: SessionFacts,
  offer: Payload<'OFFER'>,
): Promise<FrameStream | undefined> {
  const { lane } = offer;
  if (lane === undefined || !session.can('lane') || !isLaneWorth(offer.totals)) return undefined;
  const { remote, secure, peerDeviceId, side } = session.connection;
  const port = lane.port ?? (side === 'dialer' ? remote.port : undefined);
  if (port === undefined) return undefined;
  try {
    return await dialLane(
      {
        host: remote.address,
        port,
        identity: context.identity,
        plain: secure === undefined,
        expectDeviceId: peerDeviceId,
        timeoutMs: laneDialMs,
        tap: context.tap,
        keyLog: context.keyLog,
      },
      lane.token,
    );
  } catch {
    return undefined;
  }
}
