/**
 * Reaching a device: dial, hold its key against what is known, shake hands (docs/PROTOCOL.md, "Connections").
 * Trust on first use is recorded here; another key than before is refused before anything is sent.
 */

import type { Endpoint, PeerView, Trust } from '../../../shared/model/peer.ts';
import { asHexdropError, HexdropError } from '../../../shared/protocol/errors.ts';
import type { ErrorCode } from '../../../shared/protocol/errors.ts';
import type { ReachOptions } from '../api.ts';
import type { EngineContext } from '../context.ts';
import { targetOf } from '../net/address.ts';
import { dial } from '../net/dialer.ts';
import { pickAddress } from '../net/pick-address.ts';
import { FrameStream } from './frame-stream.ts';
import { Session } from './session.ts';

export interface Reach {
  readonly to: Endpoint;
  /** More addresses of the same device. */
  readonly others?: readonly Endpoint[] | undefined;
  readonly plain: boolean;
  readonly acceptNewKey: boolean;
  /** The device that is meant; another key is refused before anything is sent. */
  readonly expectDeviceId?: string | undefined;
  /** Not dialed where else the device is announced. */
  readonly staysThere?: boolean;
}

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

/** An address that takes longer than this to answer may have been left. */
const suspectAfterMs = 1_000;

/**
 * Opens a session at the first address that leads to the device, and where it is announced now when none of them does.
 * Rejects with a HexdropError of the classes "reach" and "session": that of the first address.
 */
export async function reachDevice(
  context: EngineContext,
  reach: Reach,
  signal: AbortSignal,
): Promise<Reached> {
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
  context: EngineContext,
  reach: Reach,
  signal: AbortSignal,
): Promise<Session> => (await reachDevice(context, reach, signal)).session;

/** The first that takes a connection, then the others; when none does, the first one says why. */
async function dialAny(
  context: EngineContext,
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

/** Asks where a device is announced: when its address is slow to answer, or has not led to it. */
class Search {
  /** Of the dial: aborted by its owner, or because the device is announced elsewhere, and there only. */
  readonly signal: AbortSignal;
  /** Whose key has to answer; undefined where nobody can be meant but who is at the address. */
  readonly deviceId: string | undefined;
  readonly #context: EngineContext;
  readonly #reach: Reach;
  readonly #moved = new AbortController();
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #announced: Promise<readonly Endpoint[]> | undefined;

  constructor(context: EngineContext, reach: Reach, signal: AbortSignal) {
    const { plain, acceptNewKey, staysThere = false, expectDeviceId, to } = reach;
    this.#context = context;
    this.#reach = reach;
    this.signal = AbortSignal.any([signal, this.#moved.signal]);
    signal.addEventListener('abort', () => this.#over.abort(), { once: true, signal: this.#over.signal });
    if (plain || acceptNewKey || staysThere) return;
    this.deviceId = expectDeviceId ?? context.knownDevices.at(targetOf(to));
    if (this.deviceId !== undefined && context.whereabouts !== undefined)
      this.#timer = setTimeout(() => void this.#suspect(), suspectAfterMs);
  }

  get hasMoved(): boolean {
    return this.#moved.signal.aborted;
  }

  /** Addresses that were not dialed; none when nobody knows. */
  async elsewhere(): Promise<readonly Endpoint[]> {
    const { to, others = [] } = this.#reach;
    const dialed = new Set([to, ...others].map(targetOf));
    return (await this.#ask()).filter((endpoint) => !dialed.has(targetOf(endpoint)));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#over.abort();
  }

  async #suspect(): Promise<void> {
    const announced = await this.#ask();
    const elsewhere = await this.elsewhere();
    if (announced.length > 0 && elsewhere.length === announced.length && !this.#over.signal.aborted)
      this.#moved.abort();
  }

  #ask(): Promise<readonly Endpoint[]> {
    clearTimeout(this.#timer);
    const { deviceId } = this;
    const { whereabouts } = this.#context;
    if (deviceId === undefined || whereabouts === undefined) return Promise.resolve([]);
    this.#announced ??= whereabouts(deviceId, this.#reach.to, this.#over.signal).catch(() => []);
    return this.#announced;
  }
}

async function dialOne(context: EngineContext, reach: Reach, signal: AbortSignal): Promise<Session> {
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
