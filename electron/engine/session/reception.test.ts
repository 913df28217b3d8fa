import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { HexdropError } from '../../../shared/errors/errors.ts';
import { memoryLink } from '../testing/memory-link.ts';
import type { MemoryLink } from '../testing/memory-link.ts';
import { helloBy, RawPeer, welcomeBy } from '../testing/session-pair.ts';
import { LaneRegistry } from './lanes.ts';
import { receiveFirstFrame } from './reception.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Received {
  readonly link: MemoryLink;
  readonly laneRegistry: LaneRegistry;
  readonly sessions: string[];
  readonly rejected: HexdropError[];
}

/** A connection that was just accepted. */
const receive = (): Received => {
  const received: Received = {
    link: memoryLink({ later: queueMicrotask }),
    laneRegistry: new LaneRegistry(),
    sessions: [],
    rejected: [],
  };
  receiveFirstFrame(received.link.listener, {
    laneRegistry: received.laneRegistry,
    handshakeMs: 1_000,
    session: (_stream, hello) => void received.sessions.push(hello.type),
    rejected: (_connection, error) => void received.rejected.push(error),
  });
  return received;
};
const payloads = {
  PING: {},
  BYE: {},
  WELCOME: welcomeBy(),
  HELLO: helloBy(),
  LANE: { token: 'ab'.repeat(16) },
};
const quiet = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1);

describe('the first frame of a connection', () => {
  it('that is HELLO opens a session', async () => {
    const { link, sessions, rejected } = receive();
    new RawPeer(link, 'dialer').send('HELLO', 0, helloBy());
    await vi.advanceTimersByTimeAsync(5_000);
    expect([sessions, rejected]).toEqual([['HELLO'], []]);
  });

  it('that is LANE on a channel of 1 to 4 joins its transfer', async () => {
    for (const channel of [1, 4]) {
      const { link, laneRegistry, rejected } = receive();
      let joined = 0;
      laneRegistry.expect('ab'.repeat(16), { provenId: undefined, saidId: 'cd'.repeat(32) }, () => {
        joined += 1;
      });
      const peer = new RawPeer(link, 'dialer', channel);
      peer.send('LANE', 0, { token: 'ab'.repeat(16) });
      await peer.next('JOINED');
      expect([joined, rejected]).toEqual([1, []]);
    }
  });

  it('that is LANE with an unknown token is refused: transfer-unknown', async () => {
    const { link, rejected } = receive();
    const peer = new RawPeer(link, 'dialer', 1);
    peer.send('LANE', 0, { token: 'ab'.repeat(16) });
    expect(await peer.next('ERROR')).toMatchObject({ code: 'transfer-unknown' });
    expect(rejected).toMatchObject([{ code: 'transfer-unknown' }]);
  });

  it.each([
    ['PING', 0],
    ['BYE', 0],
    ['WELCOME', 0],
    ['HELLO', 1],
    ['LANE', 0],
    ['LANE', 5],
    ['LANE', 65_535],
  ] as const)('that is %s on channel %i is refused: unexpected-frame', async (type, channel) => {
    const { link, sessions, rejected } = receive();
    const peer = new RawPeer(link, 'dialer', channel);
    peer.send(type, 0, payloads[type]);
    await quiet();
    expect(rejected).toMatchObject([{ code: 'unexpected-frame', seen: type }]);
    expect(sessions).toEqual([]);
    expect(await peer.next('ERROR')).toMatchObject({ code: 'unexpected-frame', seen: type });
  });

  it('that does not come in time is refused: handshake-timeout, also when bytes trickle in', async () => {
    const { link, rejected } = receive();
    const peer = new RawPeer(link, 'dialer');
    for (const byte of [0x48, 0x58, 0x44, 0x31, 0, 0]) {
      peer.stream.write(Uint8Array.of(byte));
      await vi.advanceTimersByTimeAsync(200);
    }
    expect(rejected).toMatchObject([{ code: 'handshake-timeout' }]);
    expect(await peer.next('ERROR')).toMatchObject({ code: 'handshake-timeout' });
  });

  it('that never comes because the connection ends is told as lost, and no timer is left', async () => {
    const { link, rejected } = receive();
    new RawPeer(link, 'dialer').stream.destroy();
    await quiet();
    expect(rejected).toMatchObject([{ code: 'connection-lost' }]);
    await vi.advanceTimersByTimeAsync(600);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may not be preceded by a frame that would be skipped later, long or short: unexpected-frame', async () => {
    for (const length of [0, 0x20]) {
      const { link, rejected } = receive();
      const peer = new RawPeer(link, 'dialer');
      peer.stream.write(Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0, length, 0, 0x7e, 1, 0, 0, 0, 0, 0, 0));
      expect(await peer.next('ERROR')).toMatchObject({ code: 'unexpected-frame', seen: 'type 0x7e' });
      expect(rejected).toMatchObject([{ code: 'unexpected-frame' }]);
    }
  });
});
