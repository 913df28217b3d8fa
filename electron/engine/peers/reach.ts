/**
 * Reaching a device: dial, hold its key against what is known, shake hands (docs/PROTOCOL.md, "Connections").
 * Trust on first use is recorded here; another key than before is refused before anything is sent.
 */

import type { Endpoint, PeerView, Trust } from '../../../shared/model/peer.ts';
import { asHexdropError, HexdropError } from '../../../shared/errors/errors.ts';
import type { ErrorCode } from '../../../shared/errors/errors.ts';
import type { ReachOptions } from '../api.ts';
import type { PeerContext } from './context.ts';
import { targetOf } from '../../base/address.ts';
import { dial } from '../net/dialer.ts';
import { pickAddress } from './pick-address.ts';
import { FrameStream } from '../session/frame-stream.ts';
import type { Reach } from './reach-request.ts';
import { Search } from './search.ts';
import { Session } from '../session/session.ts';

export type { Reach } from './reach-request.ts';

/** An open session, and the address that led to it. */
export interface Reached {
  readonly session: Session;
  readonly at: Endpoint;
}

/** How a request says to reach a device. On a plain connection no key is proven that could be expected. */
export const reachOf = (
  to: Endpoint,
  { plain = false, acceptNewKey = false, expectDeviceId, others }: ReachOptions,
): Reach => ({
  to,
  others,
  plain,
  acceptNewKey,
  expectDeviceId: plain ? undefined : expectDeviceId,
});

/** What an address ends with that the device has left: nobody is there, or somebody else. */
const away: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unreachable',
  'connection-refused',
  'host-unknown',
  'name-server-silent',
  'handshake-timeout',
  'tls-failed',
  'not-hexdrop',
  'identity-mismatch',
]);

/**
 * Opens a session at the first address that leads to the device, and where it is announced now when none of them does.
 * Rejects with a HexdropError of the classes "reach" and "session": that of the first address.
 */
export async function reachDevice(context: PeerContext, reach: Reach, signal: AbortSignal): Promise<Reached> {
  const search = new Search(context, reach, signal);
  try {
    return await dialAny(context, reach, [reach.to, ...(reach.others ?? [])], search.signal);
  } catch (thrown) {
    const error = asHexdropError(thrown);
    signal.throwIfAborted();
    if (!away.has(error.code) && !search.hasMoved) throw error;
    const [first, ...others] = await search.elsewhere();
    if (first === undefined) throw error;
    const there = { ...reach, expectDeviceId: search.deviceId };
    return await dialAny(context, there, [first, ...others], signal).catch((reason: unknown) => {
      throw away.has(asHexdropError(reason).code) && !search.hasMoved ? error : reason;
    });
  } finally {
    search.close();
  }
}

export const reachSession = async (
  context: PeerContext,
  reach: Reach,
  signal: AbortSignal,
): Promise<Session> => (await reachDevice(context, reach, signal)).session;

/** The first that takes a connection, then the others; when none does, the first one says why. */
async function dialAny(
  context: PeerContext,
  reach: Reach,
  addresses: readonly Endpoint[],
  signal: AbortSignal,
): Promise<Reached> {
  let left = addresses;
  let first: HexdropError | undefined;
  for (;;) {
    const answering = await pickAddress(left, signal);
    const [best] = left;
    const at = answering ?? best;
    if (at === undefined) throw first ?? new HexdropError('unreachable');
    try {
      return { session: await dialOne(context, { ...reach, to: at }, signal), at };
    } catch (thrown) {
      const error = asHexdropError(thrown);
      const isKeyChanged = error.code === 'peer-key-changed';
      // Another key where one was known is what a person must hear, whatever else was tried.
      first = isKeyChanged ? error : (first ?? error);
      left = left.filter((endpoint) => endpoint !== at);
      if (answering === undefined || !(away.has(error.code) || isKeyChanged)) throw first;
    }
  }
}

async function dialOne(context: PeerContext, reach: Reach, signal: AbortSignal): Promise<Session> {
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

function remember(context: PeerContext, peer: PeerView, target: string, isReplacing: boolean): void {
  const { deviceId, alias } = peer;
  const isKept = isReplacing
    ? context.knownDevices.replace(target, deviceId, alias)
    : context.knownDevices.record({ deviceId, alias, target });
  if (peer.trust === 'new' && isKept) context.emit({ kind: 'trusted', peer });
}

/** Until the session takes the stream over; no frame comes before. */
const silent = { admit: () => {}, control: () => {}, bulk: () => {}, closed: () => {} };
