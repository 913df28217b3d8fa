/**
 * Reaching a device: dial, hold its key against what is known, shake hands (docs/PROTOCOL.md, "Connections").
 * Trust on first use is recorded here; another key than before is refused before anything is sent.
 */

import type { Endpoint, PeerView, Trust } from '../../../shared/model/peer.ts';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import type { ReachOptions } from '../api.ts';
import type { EngineContext } from '../context.ts';
import { targetOf } from '../net/address.ts';
import { dial } from '../net/dialer.ts';
import { FrameStream } from './frame-stream.ts';
import { Session } from './session.ts';

export interface Reach {
  readonly to: Endpoint;
  readonly plain: boolean;
  readonly acceptNewKey: boolean;
  /** The device that is meant; another key is refused before anything is sent. */
  readonly expectDeviceId?: string | undefined;
}

/** How a request says to reach a device. On a plain connection no key is proven that could be expected. */
export const reachOf = (
  to: Endpoint,
  { plain = false, acceptNewKey = false, expectDeviceId }: ReachOptions,
): Reach => ({
  to,
  plain,
  acceptNewKey,
  expectDeviceId: plain ? undefined : expectDeviceId,
});

/** Resolves with an open session. Rejects with a HexdropError of the classes "reach" and "session". */
export async function reachSession(
  context: EngineContext,
  reach: Reach,
  signal: AbortSignal,
): Promise<Session> {
  const target = targetOf(reach.to);
  let trust: Trust = 'unauthenticated';
  const isMeant = reach.expectDeviceId !== undefined;
  let isReplacing = reach.acceptNewKey;
  const connection = await dial({
    ...reach.to,
    identity: context.identity,
    plain: reach.plain,
    expectDeviceId: reach.expectDeviceId,
    timeoutMs: context.timings.handshakeMs,
    tap: context.tap,
    keyLog: context.keyLog,
    signal,
    checkPeer: (deviceId) => {
      try {
        trust = context.knownDevices.check(target, deviceId);
      } catch (thrown) {
        if (!reach.acceptNewKey && !isMeant) throw thrown;
        // The address passed to the device that is meant.
        isReplacing = true;
        trust = isMeant ? context.knownDevices.check(undefined, deviceId) : 'new';
      }
    },
  });
  return new Promise((resolve, reject) => {
    let isOpen = false;
    const stream = new FrameStream(connection, silent, 0);
    const session = new Session(stream, {
      self: context.self,
      server: context.server,
      timings: context.timings,
      trustOf: () => trust,
      opened: (opened) => {
        context.sessions.opened(opened);
        if (connection.info.peerDeviceId !== undefined) remember(context, opened.peer, target, isReplacing);
        isOpen = true;
        resolve(opened);
        context.emit({ kind: 'session-opened', peer: opened.peer });
      },
      closed: (closed, error) => {
        context.sessions.closed(closed);
        if (!isOpen)
          return reject(
            error ?? new HexdropError('not-hexdrop', `${target} closed the connection without a word.`),
          );
        context.emit({
          kind: 'session-closed',
          peer: closed.peer,
          ...(error === undefined ? {} : { error }),
        });
      },
    });
    stream.start();
    session.greet();
  });
}

function remember(context: EngineContext, peer: PeerView, target: string, isReplacing: boolean): void {
  const { deviceId, alias } = peer;
  const isKept = isReplacing
    ? context.knownDevices.replace(target, deviceId, alias)
    : context.knownDevices.record({ deviceId, alias, target });
  if (peer.trust === 'new' && isKept) context.emit({ kind: 'trusted', peer });
}

/** Until the session takes the stream over; no frame comes before. */
const silent = { admit: () => {}, control: () => {}, bulk: () => {}, closed: () => {} };
