/** Those who come to our port: a connection becomes a session, joins a transfer as its lane, or is told why not. */

import type { Trust } from '../../../shared/model/peer.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { PeerContext } from './context.ts';
import type { Connection } from '../net/connection.ts';
import { receiveFirstFrame } from '../session/reception.ts';
import { Session } from '../session/session.ts';

/** @param openForMs of the time for the handshake are spent */
export function acceptSession(context: PeerContext, connection: Connection, openForMs: number): void {
  const { timings } = context;
  const rejected = (error: HexdropError): void =>
    context.emit({ kind: 'rejected', address: connection.info.remote.address, error });
  receiveFirstFrame(connection, {
    laneRegistry: context.laneRegistry,
    handshakeMs: timings.handshakeMs - openForMs,
    session: (stream, hello) => {
      const session = new Session(stream, {
        self: context.self,
        server: context.server,
        timings,
        trustOf: (deviceId) => trustOf(context, connection, deviceId),
        opened: (opened) => {
          const { deviceId, alias, trust } = opened.peer;
          if (trust !== 'unauthenticated') context.knownDevices.record({ deviceId, alias });
          context.sessions.opened(opened);
          context.emit({ kind: 'session-opened', peer: opened.peer });
        },
        closed: (closed, error) => {
          if (!context.sessions.closed(closed)) return rejected(error ?? new HexdropError('connection-lost'));
          context.emit({
            kind: 'session-closed',
            peer: closed.peer,
            ...(error === undefined ? {} : { error }),
          });
        },
      });
      session.control(hello);
    },
    rejected: (_, error) => rejected(error),
  });
}

/** The address of a device that dials in says nothing: only its key is looked up. */
function trustOf(context: PeerContext, connection: Connection, deviceId: string): Trust {
  if (connection.info.peerDeviceId === undefined) return 'unauthenticated';
  return context.knownDevices.check(undefined, deviceId);
}
