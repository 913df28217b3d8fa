/**
 * The first frame of an accepted connection: HELLO opens a session, LANE joins a transfer, anything else is refused
 * (docs/PROTOCOL.md, "Connections"). Bounds what a stranger may send before that, in bytes and in time.
 */

import { messageOf, typeNames } from '../../../shared/protocol/catalog.ts';
import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { FrameHeader } from '../../../shared/protocol/header.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { Connection } from '../net/connection.ts';
import { FrameStream } from './frame-stream.ts';
import type { ControlFrame } from './frame-stream.ts';
import type { LaneRegistry } from './lanes.ts';

export interface ReceptionOptions {
  readonly laneRegistry: LaneRegistry;
  /** What is left of the time for the handshake. */
  readonly handshakeMs: number;
  /** HELLO came: takes the stream over, this frame included. Throws to refuse sessions. */
  session(stream: FrameStream, hello: ControlFrame): void;
  rejected(connection: Connection, error: HexdropError): void;
}

export function receiveFirstFrame(connection: Connection, options: ReceptionOptions): void {
  const timer = setTimeout(() => {
    stream.fail(new HexdropError('handshake-timeout', 'The first frame did not come in time.'));
  }, options.handshakeMs);
  timer.unref();
  const stream = new FrameStream(connection, {
    admit: (type, header) => requireOpening(type, header),
    control: (frame) => {
      clearTimeout(timer);
      if (frame.type === 'LANE') options.laneRegistry.join(stream, frame.payload);
      else options.session(stream, frame);
    },
    bulk: () => {},
    closed: (error) => {
      clearTimeout(timer);
      options.rejected(
        connection,
        error ?? new HexdropError('connection-lost', 'It closed before its first frame.'),
      );
    },
  });
  stream.start();
}

/** What a dialer may say first: a frame of the control connection, which is channel 0, or of a lane. */
const openings = typeNames.filter((name) => messageOf(name).sender === 'dialer');

const isOfLane = (type: TypeName): boolean => messageOf(type).carrier === 'lane';

function requireOpening(type: TypeName, { channel }: FrameHeader): void {
  const { lanesPerTransfer } = limits;
  const fits = isOfLane(type) ? channel >= 1 && channel <= lanesPerTransfer : channel === 0;
  if (fits && openings.includes(type)) return;
  const allowed = openings.map(
    (name) => `${name} on channel ${isOfLane(name) ? `1 to ${lanesPerTransfer}` : '0'}`,
  );
  throw new HexdropError('unexpected-frame', `A connection was opened with ${type} on channel ${channel}.`, {
    seen: type,
    allowed: allowed.join(', '),
  });
}
