import { afterEach, describe, expect, it, vi } from 'vitest';

import { memoryLink } from '../testing/memory-link.ts';
import { afterPong, cancel, data, digest, done, finish, offered } from '../testing/noted-transfer.ts';
import type { Notebook } from '../testing/noted-transfer.ts';
import { RawPeer } from '../testing/session-pair.ts';
import { FrameStream } from './frame-stream.ts';

const onLane = async (
  options: Parameters<typeof offered>[0] = {},
): Promise<
  Awaited<ReturnType<typeof offered>> & {
    lane: RawPeer;
    ourLane: FrameStream;
    laneLink: ReturnType<typeof memoryLink>;
  }
> => {
  const transfer = await offered(options);
  const laneLink = memoryLink({ later: options?.later });
  const lane = new RawPeer(laneLink, 'listener', 1);
  const ourLane = new FrameStream(
    laneLink.dialer,
    { admit: () => {}, control: () => {}, bulk: () => {}, closed: () => {} },
    1,
  );
  ourLane.start();
  transfer.notes.wire.useLane(ourLane);
  transfer.notes.wire.send('ACCEPT', { bulk: 'lane' });
  await transfer.peer.next('ACCEPT');
  return { ...transfer, lane, ourLane, laneLink };
};
const settle = async ({ notes }: { notes: Notebook }, frames: number): Promise<void> => {
  while (notes.told.length < frames) await new Promise((resolve) => setImmediate(resolve));
};

afterEach(() => {
  vi.useRealTimers();
});

describe('a lane of a transfer', () => {
  it('brings its bulk to the transfer', async () => {
    const transfer = await onLane();
    transfer.lane.stream.write(data(1, 1));
    transfer.lane.send('END', 1, { file: 0, size: 3, digest });
    transfer.lane.send('FINISH', 1, finish);
    await settle(transfer, 3);
    expect(transfer.notes.told).toEqual([['DATA'], ['END'], ['FINISH']]);
  });

  it('with frames of another request ends the session: bad-id', async () => {
    const { lane, ours, notes } = await onLane();
    lane.stream.write(data(3, 1));
    expect(await lane.next('ERROR')).toMatchObject({ code: 'bad-id', seen: '3', allowed: '1' });
    expect(await ours.ended).toMatchObject({ code: 'bad-id' });
    expect(notes.told).toEqual([['lost', 'bad-id', expect.any(String)]]);
  });

  it('that was chosen leaves no bulk to the control connection: bad-channel', async () => {
    const { peer, ours } = await onLane();
    peer.stream.write(data(1));
    expect(await peer.next('ERROR')).toMatchObject({ code: 'bad-channel' });
    expect(await ours.ended).toMatchObject({ code: 'bad-channel' });
  });

  it('that ends while the transfer is flowing ends the session: connection-lost', async () => {
    const { laneLink, ours, notes } = await onLane();
    laneLink.cut();
    expect(await ours.ended).toMatchObject({ code: 'connection-lost' });
    expect(notes.told).toEqual([['lost', 'connection-lost', expect.any(String)]]);
  });

  it('that ends after FINISH does no harm', async () => {
    const transfer = await onLane();
    transfer.lane.send('FINISH', 1, finish);
    transfer.lane.stream.close();
    await transfer.ourLane.whenClosed;
    await afterPong(transfer.peer);
    transfer.notes.wire.send('DONE', done);
    await transfer.peer.next('DONE');
    expect(transfer.ours.isEnded()).toBe(false);
  });

  it('whose end overtakes CANCEL is a cancelled transfer, not a lost connection', async () => {
    const { peer, lane, link, ourLane, notes, ours } = await onLane();
    link.toListener.hold();
    peer.send('CANCEL', 1, cancel);
    lane.stream.close();
    await ourLane.whenClosed;
    link.toListener.release();
    await notes.over;
    expect(notes.told).toEqual([['cancelled', 'cancelled', 'Enough.']]);
    expect(ours.isEnded()).toBe(false);
  });

  it('is closed when the transfer is over', async () => {
    const { lane, notes } = await onLane();
    notes.wire.release();
    expect(await lane.ended).toBeUndefined();
  });

  it('that says ERROR ends the session with what it says', async () => {
    const { lane, ours } = await onLane();
    lane.send('ERROR', 0, { code: 'disk-full', message: 'Full.' });
    expect(await ours.ended).toMatchObject({ code: 'disk-full', message: 'Full.' });
  });
});

describe('the keep-alive of a lane', () => {
  const timings = { handshakeMs: 1_000, pingAfterMs: 400, silentAfterMs: 1_200, completionGraceMs: 1_000 };
  const quietLane = async (): Promise<Awaited<ReturnType<typeof onLane>>> => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    return onLane({ later: queueMicrotask, timings });
  };
  /** The control connection alone shows a sign of life. */
  const pass = async ({ peer }: { peer: RawPeer }, ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      peer.send('PONG', 0, {});
      await vi.advanceTimersByTimeAsync(100);
    }
  };

  it('asks after silence on the lane itself, and takes the answer', async () => {
    const transfer = await quietLane();
    for (let round = 0; round < 10; round += 1) {
      await pass(transfer, 500);
      await transfer.lane.next('PING');
      transfer.lane.send('PONG', 0, {});
    }
    expect(transfer.ours.isEnded()).toBe(false);
  });

  it('answers PING of the other side', async () => {
    const { lane } = await onLane();
    lane.send('PING', 0, {});
    expect(await lane.next('PONG')).toEqual({});
  });

  it('counts a lane as gone that says nothing, while its session lives: peer-silent', async () => {
    const transfer = await quietLane();
    await pass(transfer, 1_500);
    expect(await transfer.ours.ended).toMatchObject({ code: 'peer-silent' });
    expect(transfer.notes.told).toEqual([['lost', 'peer-silent', expect.any(String)]]);
  });

  it('ends with the transfer', async () => {
    const transfer = await quietLane();
    transfer.lane.send('FINISH', 1, finish);
    await vi.advanceTimersByTimeAsync(1);
    transfer.notes.wire.send('DONE', done);
    transfer.notes.wire.release();
    await pass(transfer, 3_000);
    expect(transfer.ours.isEnded()).toBe(false);
  });
});
