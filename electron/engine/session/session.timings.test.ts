import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { memoryLink } from '../testing/memory-link.ts';
import type { MemoryLink } from '../testing/memory-link.ts';
import { deviceIds, endOf, helloBy, RawPeer, sessionPair, welcomeBy } from '../testing/session-pair.ts';
import type { End } from '../testing/session-pair.ts';

const timings = { handshakeMs: 1_000, pingAfterMs: 400, silentAfterMs: 1_200, completionGraceMs: 200 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Frames move within a microtask: only the clock of the sessions passes. */
const link = (): MemoryLink => memoryLink({ devices: deviceIds, later: queueMicrotask });

const opened = async (
  side: 'dialer' | 'listener',
): Promise<{ ours: End; peer: RawPeer; wire: MemoryLink }> => {
  const wire = link();
  const peer = new RawPeer(wire, side === 'dialer' ? 'listener' : 'dialer');
  const ours = endOf(wire, side, { timings });
  if (side === 'dialer') peer.send('WELCOME', 0, welcomeBy());
  else peer.send('HELLO', 0, helloBy());
  await ours.opened;
  return { ours, peer, wire };
};

describe('a handshake that is not completed', () => {
  it.each(['dialer', 'listener'] as const)(
    'ends with handshake-timeout at the %s, and the peer is told',
    async (side) => {
      const wire = link();
      const peer = new RawPeer(wire, side === 'dialer' ? 'listener' : 'dialer');
      const ours = endOf(wire, side, { timings });
      await vi.advanceTimersByTimeAsync(900);
      expect(ours.isEnded()).toBe(false);
      await vi.advanceTimersByTimeAsync(500);
      expect(await ours.ended).toMatchObject({ code: 'handshake-timeout' });
      expect(await peer.next('ERROR')).toMatchObject({ code: 'handshake-timeout' });
    },
  );

  it('is not prolonged by bytes that trickle in', async () => {
    const wire = link();
    const peer = new RawPeer(wire, 'listener');
    const ours = endOf(wire, 'dialer', { timings });
    const welcome = Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0, 0, 200, 2, 0, 0, 0, 0, 0, 0, 0, 0x7b);
    for (const byte of welcome) {
      peer.stream.write(Uint8Array.of(byte));
      await vi.advanceTimersByTimeAsync(150);
    }
    expect(ours.isEnded()).toBe(true);
    expect(await ours.ended).toMatchObject({ code: 'handshake-timeout' });
  });
});

describe('keep-alive', () => {
  it.each(['dialer', 'listener'] as const)(
    'of the %s sends PING after silence, again and again, and none before',
    async (side) => {
      const { peer } = await opened(side);
      const pings = (): number => peer.types().filter((type) => type === 'PING').length;
      await vi.advanceTimersByTimeAsync(350);
      expect(pings()).toBe(0);
      await vi.advanceTimersByTimeAsync(200);
      expect(pings()).toBe(1);
      await vi.advanceTimersByTimeAsync(400);
      expect(pings()).toBe(2);
    },
  );

  it('counts a peer as gone that says nothing for too long: peer-silent', async () => {
    const { ours, peer } = await opened('listener');
    await vi.advanceTimersByTimeAsync(1_100);
    expect(ours.isEnded()).toBe(false);
    await vi.advanceTimersByTimeAsync(300);
    expect(await ours.ended).toMatchObject({ code: 'peer-silent' });
    expect(await peer.next('ERROR')).toMatchObject({ code: 'peer-silent' });
  });

  it('lets a session of two live for ever, with a PING now and then', async () => {
    const {
      dialer,
      listener,
      link: wire,
    } = await sessionPair({ later: queueMicrotask, dialer: { timings }, listener: { timings } });
    const before = wire.toListener.delivered;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([dialer.isEnded(), listener.isEnded()]).toEqual([false, false]);
    const frames = (wire.toListener.delivered - before) / 18;
    expect(frames).toBeGreaterThan(60);
    expect(frames).toBeLessThan(400);
  });

  it('takes any byte as a sign of life', async () => {
    const { ours, peer } = await opened('listener');
    for (let index = 0; index < 16; index += 1) {
      await vi.advanceTimersByTimeAsync(250);
      peer.stream.write(
        Uint8Array.of([0x48, 0x58, 0x44, 0x31, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0, 0, 0][index] as number),
      );
    }
    expect(ours.isEnded()).toBe(false);
    expect(peer.types()).not.toContain('PING');
  });

  it('notices a peer whose power was cut while questions are open, and rejects them', async () => {
    const { ours, peer, wire } = await opened('dialer');
    const question = ours.session.ask('LIST', { path: '' });
    const outcome = question.catch((error: unknown) => error);
    await peer.next('LIST');
    wire.toDialer.silence();
    wire.toListener.silence();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await outcome).toMatchObject({ code: 'peer-silent' });
    expect(await ours.ended).toMatchObject({ code: 'peer-silent' });
  });

  it('stops with the session: no timer is left', async () => {
    const { ours } = await opened('dialer');
    ours.session.close('done');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a connection that was closed', () => {
  const isGone = (end: End): (() => boolean) => {
    let gone = false;
    void end.session.stream.whenClosed.then(() => {
      gone = true;
    });
    return () => gone;
  };

  it('gives a stranger that does not close half a second, then cuts', async () => {
    const wire = link();
    const ours = endOf(wire, 'listener', { timings });
    wire.toListener.silence();
    ours.session.close('done');
    const gone = isGone(ours);
    await vi.advanceTimersByTimeAsync(400);
    expect(gone()).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(gone()).toBe(true);
  });

  it('gives the peer of a session, whose line may be slow, as long as any silence lasts, then cuts', async () => {
    const { ours, wire } = await opened('listener');
    wire.toListener.silence();
    ours.session.close('done');
    const gone = isGone(ours);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(gone()).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(gone()).toBe(true);
  });
});

describe('a question', () => {
  it('that a peer never answers, although it is there, ends the session with peer-silent', async () => {
    const { ours, peer } = await opened('dialer');
    const refusal = ours.session.ask('LIST', { path: '' }).catch((thrown: unknown) => thrown);
    for (let ms = 0; ms < 130_000 && !ours.isEnded(); ms += 400) {
      peer.send('PONG', 0, {});
      await vi.advanceTimersByTimeAsync(400);
      if (ms < 110_000) expect(ours.isEnded()).toBe(false);
    }
    expect(await refusal).toMatchObject({ code: 'peer-silent' });
    expect(await peer.next('ERROR')).toMatchObject({ code: 'peer-silent' });
  });
});
