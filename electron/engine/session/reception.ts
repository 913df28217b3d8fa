/**
 * The first frame of an accepted connection: HELLO opens a session, LANE joins a transfer, anything else is refused
 * (docs/PROTOCOL.md, "Connections"). Bounds what a stranger may send before that, in bytes and in time.
 */

import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { FrameHeader } from '../../../shared/protocol/header.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { Connection } from '../net/connection.ts';
import { FrameStream } from './frame-stream.ts';
import type { ControlFrame } from './frame-stream.ts';
import type { LaneDesk } from './lanes.ts';

export interface ReceptionOptions {
  readonly desk: LaneDesk;
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
      if (frame.type === 'LANE') options.desk.join(stream, frame.payload);
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

function requireOpening(type: TypeName, header: FrameHeader): void {
  const fits =
    type === 'LANE'
      ? header.channel >= 1 && header.channel <= limits.lanesPerTransfer
      : type === 'HELLO' && header.channel === 0;
  if (fits) return;
  throw new HexdropError(
    'unexpected-frame',
    `A connection was opened with ${type} on channel ${header.channel}.`,
    {
      seen: type,
      allowed: 'HELLO on channel 0, LANE on channel 1 to 4',
    },
  );
}
