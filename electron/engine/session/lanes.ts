/**
 * Lanes: connections that carry the bulk of one transfer (docs/PROTOCOL.md, "Lanes").
 *
 * The side that receives dials the lane, because only a dialed socket reads into buffers of our own. A one-time token
 * of the OFFER joins it to its transfer; on TLS the key must be that of the session besides, and what LANE claims must be
 * what the session said.
 */

import type { Payload } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { errorFromWire } from '../../../shared/protocol/wire-errors.ts';
import { dial } from '../net/dialer.ts';
import type { DialOptions } from '../net/dialer.ts';
import { FrameStream } from './frame-stream.ts';
import type { ControlFrame, FrameReceiver } from './frame-stream.ts';

/** Lanes count from 1; a transfer uses one. */
const laneNumber = 1;

/** The peer of the session that a lane belongs to. */
export interface LaneOwner {
  /** The id that its key proved; undefined on plain. */
  readonly provenId: string | undefined;
  /** The id that it gave in the handshake. */
  readonly saidId: string;
}

interface Expected {
  readonly owner: LaneOwner;
  joined(lane: FrameStream): void;
}

/** Where a listener finds the transfer that a lane belongs to. */
export class LaneRegistry {
  readonly #expected = new Map<string, Expected>();

  /** Returns how to stop expecting. */
  expect(token: string, owner: LaneOwner, joined: (lane: FrameStream) => void): () => void {
    this.#expected.set(token, { owner, joined });
    return () => {
      this.#expected.delete(token);
    };
  }

  /**
   * LANE came as the first frame of an accepted connection. A token serves once.
   * @throws HexdropError transfer-unknown, identity-mismatch
   */
  join(lane: FrameStream, { token, deviceId }: Payload<'LANE'>): void {
    const expected = this.#expected.get(token);
    if (expected === undefined) {
      throw new HexdropError('transfer-unknown', 'No transfer waits for a lane with this token.');
    }
    const { peerDeviceId } = lane.connection.info;
    const { provenId, saidId } = expected.owner;
    if (peerDeviceId !== provenId) throw strangersLane(peerDeviceId, provenId);
    if (deviceId !== undefined && deviceId !== saidId) throw strangersLane(deviceId, saidId);
    this.#expected.delete(token);
    lane.established();
    lane.send('JOINED', 0, {});
    expected.joined(lane);
  }
}

const strangersLane = (seen: string | undefined, allowed: string | undefined): HexdropError =>
  new HexdropError('identity-mismatch', 'The lane was opened by another device than the session.', {
    seen: seen?.slice(0, 16) ?? 'plain',
    allowed: allowed?.slice(0, 16) ?? 'plain',
  });

/** Opens a lane and resolves once the other side has joined it. Rejects when it cannot be had. */
export async function dialLane(
  options: Omit<DialOptions, 'directRead'>,
  token: string,
): Promise<FrameStream> {
  const connection = await dial({ ...options, directRead: true });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => lane.destroy(), options.timeoutMs);
    const fail = (error: HexdropError): void => {
      clearTimeout(timer);
      reject(error);
    };
    const joining: FrameReceiver = {
      admit: () => {},
      control: (frame: ControlFrame) => {
        if (frame.type === 'ERROR') return lane.destroy(errorFromWire(frame.payload));
        if (frame.type !== 'JOINED')
          throw new HexdropError('unexpected-frame', undefined, { seen: frame.type, allowed: 'JOINED' });
        clearTimeout(timer);
        lane.established();
        resolve(lane);
      },
      bulk: () => {},
      closed: (error) =>
        fail(error ?? new HexdropError('connection-lost', 'The lane was closed before it was joined.')),
    };
    const lane = new FrameStream(connection, joining, laneNumber);
    lane.start();
    lane.send('LANE', 0, { token, deviceId: options.identity.deviceId });
  });
}
