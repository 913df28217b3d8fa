import { describe, expect, it } from 'vitest';

import type { Payload, TypeName } from '../../../shared/protocol/catalog.ts';
import { encodeFrame } from '../../../shared/protocol/codec.ts';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import type { ErrorCode } from '../../../shared/protocol/errors.ts';
import { memoryLink } from '../testing/memory-link.ts';
import { RawPeer, serverWith, sessionPair, withRawPeer } from '../testing/session-pair.ts';
import type { BulkType, ControlFrame } from './frame-stream.ts';
import { FrameStream } from './frame-stream.ts';
import type { TransferPort, TransferWire } from './transfer-wire.ts';

type Told = readonly [what: string, code?: string, message?: string];

/** Writes down what its session tells it. */
class Notebook implements TransferPort {
  readonly told: Told[] = [];
  wire!: TransferWire;
  onFrame: (frame: ControlFrame) => void = () => {};
  readonly over: Promise<void>;
  #end: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  frame(frame: ControlFrame): void {
    this.told.push([frame.type]);
    this.onFrame(frame);
  }

  bulk(type: BulkType): void {
    this.told.push([type]);
  }

  cancelled(code: ErrorCode, message: string): void {
    this.told.push(['cancelled', code, message]);
    this.#end();
  }

  lost(error: HexdropError): void {
    this.told.push(['lost', error.code, error.message]);
    this.#end();
  }
}

const offer: Payload<'OFFER'> = {
  transfer: '0f'.repeat(16),
  roots: [{ name: 'a.txt', kind: 'file', size: 3 }],
  rootCount: 1,
  totals: { files: 1, folders: 0, bytes: 3, complete: true },
};
const digest = new Uint8Array(32);
const data = (id: number, channel = 0): Uint8Array =>
  encodeFrame('DATA', { id, channel }, { file: 0, offset: 0, digest, content: Uint8Array.of(1, 2, 3) });
const finish: Payload<'FINISH'> = { files: 1, bytes: 3, failed: 0, omitted: 0 };
const done: Payload<'DONE'> = { files: 1, bytes: 3, skipped: 0, failed: 0, resumedBytes: 0 };
const cancel: Payload<'CANCEL'> = { code: 'cancelled', message: 'Enough.' };

/** Our side takes the offer of a raw peer and keeps notes. */
const offered = async (): Promise<Awaited<ReturnType<typeof withRawPeer>> & { notes: Notebook }> => {
  const notes = new Notebook();
  const server = serverWith({
    offered: (wire) => {
      notes.wire = wire;
      return notes;
    },
  });
  const raw = await withRawPeer('listener', { server });
  raw.peer.send('OFFER', 1, offer);
  raw.peer.send('PING', 0, {});
  await raw.peer.next('PONG');
  return { ...raw, notes };
};

/** Our side offers to a raw peer. */
const offering = async (): Promise<Awaited<ReturnType<typeof withRawPeer>> & { notes: Notebook }> => {
  const notes = new Notebook();
  const raw = await withRawPeer('dialer');
  raw.ours.session.openTransfer('OFFER', offer, (wire) => {
    notes.wire = wire;
    return notes;
  });
  await raw.peer.next('OFFER');
  return { ...raw, notes };
};

const afterPong = async (peer: RawPeer): Promise<void> => {
  peer.send('PING', 0, {});
  await peer.next('PONG');
};

describe('a frame that its state does not allow', () => {
  const manifest = { page: 0, first: 0, count: 0, entries: [] } as unknown as Payload<'MANIFEST'>;
  const early: readonly (readonly [TypeName, (peer: RawPeer) => void])[] = [
    ['DATA', (peer) => peer.stream.write(data(1))],
    ['END', (peer) => peer.send('END', 1, { file: 0, size: 3, digest })],
    ['SAME', (peer) => peer.send('SAME', 1, { file: 0 })],
    ['FINISH', (peer) => peer.send('FINISH', 1, finish)],
    ['ACCEPT', (peer) => peer.send('ACCEPT', 1, { bulk: 'inline' })],
    ['WANT', (peer) => peer.send('WANT', 1, { first: 0, count: 1 })],
    ['DONE', (peer) => peer.send('DONE', 1, done)],
    ['OFFER', (peer) => peer.send('OFFER', 1, offer)],
    ['LISTING', (peer) => peer.send('LISTING', 1, { path: '', writable: false, entries: [], more: false })],
  ];

  it.each(early)('ends the session: %s before ACCEPT', async (type, send) => {
    const { ours, peer, notes } = await offered();
    send(peer);
    const told = await peer.next('ERROR');
    expect(told).toMatchObject({ code: 'unexpected-frame', seen: type });
    expect(told.allowed).toContain('MANIFEST');
    expect(await ours.ended).toMatchObject({ code: 'unexpected-frame' });
    expect(notes.told).toEqual([['lost', 'unexpected-frame', expect.stringContaining(type)]]);
  });

  it('ends the session with the error that the transfer finds in it', async () => {
    const { ours, peer, notes } = await offered();
    notes.onFrame = () => {
      throw new HexdropError('manifest-order', 'Out of turn.');
    };
    peer.send('MANIFEST', 1, manifest);
    expect(await peer.next('ERROR')).toMatchObject({ code: 'manifest-order', message: 'Out of turn.' });
    expect(await ours.ended).toMatchObject({ code: 'manifest-order' });
    expect(notes.told).toEqual([['MANIFEST'], ['lost', 'manifest-order', 'Out of turn.']]);
  });

  it('of an id that nobody opened, or that is over, ends the session', async () => {
    for (const id of [7, 1]) {
      const { peer, notes } = await offered();
      notes.wire.send('ACCEPT', { bulk: 'inline' });
      if (id === 1) {
        peer.send('FINISH', 1, finish);
        await afterPong(peer);
        notes.wire.send('DONE', done);
      }
      peer.stream.write(data(id));
      expect(await peer.next('ERROR')).toMatchObject({ code: 'unexpected-frame', seen: 'DATA' });
    }
  });

  it('costs every transfer of that session its end, each told once', async () => {
    const { ours, peer, notes } = await offered();
    const others = [new Notebook(), new Notebook()];
    for (const other of others)
      ours.session.openTransfer('GET', { transfer: '11'.repeat(16), paths: ['s'] }, () => other);
    peer.stream.write(data(1));
    await ours.ended;
    for (const { told } of [notes, ...others])
      expect(told).toEqual([['lost', 'unexpected-frame', expect.anything()]]);
  });
});

describe('a transfer', () => {
  it('that the server refuses is declined with its reason; the session goes on', async () => {
    const { peer, ours } = await withRawPeer('listener');
    peer.send('OFFER', 1, offer);
    expect(await peer.next('DECLINE')).toMatchObject({ code: 'not-receiving' });
    peer.send('CANCEL', 1, cancel);
    peer.send('GET', 3, { transfer: offer.transfer, paths: ['s'] });
    expect(await peer.next('ERROR')).toMatchObject({ code: 'not-receiving' });
    await afterPong(peer);
    expect(ours.isEnded()).toBe(false);
    expect([ours.session.stateOf(1), ours.session.stateOf(3)]).toEqual(['over', 'over']);
  });

  it('that the peer declines is told with code and message, and answered by CANCEL', async () => {
    const { peer, notes, ours } = await offering();
    peer.send('DECLINE', 1, { code: 'declined', message: 'Not today.' });
    await peer.next('CANCEL');
    expect(notes.told).toEqual([['cancelled', 'declined', 'Not today.']]);
    expect(ours.session.stateOf(1)).toBe('over');
  });

  it('that the peer cancels is told once and answered by CANCEL', async () => {
    const { peer, notes, ours } = await offering();
    peer.send('ACCEPT', 1, { bulk: 'inline' });
    peer.send('CANCEL', 1, cancel);
    await peer.next('CANCEL');
    expect(notes.told).toEqual([['ACCEPT'], ['cancelled', 'cancelled', 'Enough.']]);
    expect(ours.session.stateOf(1)).toBe('over');
    await afterPong(peer);
  });

  it('that we cancel drops what still comes, until the answer; then the id is over', async () => {
    const { peer, notes, ours } = await offered();
    notes.wire.send('ACCEPT', { bulk: 'inline' });
    notes.wire.cancel('cancelled', 'Stop.');
    notes.wire.release();
    await peer.next('CANCEL');
    for (let count = 0; count < 3; count += 1) peer.stream.write(data(1));
    peer.send('FINISH', 1, finish);
    await afterPong(peer);
    expect(ours.session.stateOf(1)).toBe('cancelling');
    peer.send('CANCEL', 1, cancel);
    await afterPong(peer);
    expect(ours.session.stateOf(1)).toBe('over');
    expect(notes.told).toEqual([]);
  });

  it('that is cancelled while its answer is under way leaves the session as it is', async () => {
    const { peer, ours } = await withRawPeer('dialer');
    const notes = new Notebook();
    ours.session.openTransfer('GET', { transfer: offer.transfer, paths: ['s'] }, (wire) => {
      notes.wire = wire;
      return notes;
    });
    notes.wire.cancel('cancelled', '');
    notes.wire.release();
    peer.send('ERROR', 1, { code: 'no-such-share', message: '' });
    await peer.next('CANCEL');
    peer.send('CANCEL', 1, cancel);
    await afterPong(peer);
    expect([ours.isEnded(), ours.session.stateOf(1)]).toEqual([false, 'over']);
  });

  it('whose GET is refused is lost with what the peer said; the session goes on', async () => {
    const { peer, ours } = await withRawPeer('dialer');
    const notes = new Notebook();
    ours.session.openTransfer('GET', { transfer: offer.transfer, paths: ['s'] }, () => notes);
    peer.send('ERROR', 1, { code: 'no-such-share', message: 'There is no "s".' });
    await notes.over;
    expect(notes.told).toEqual([['lost', 'no-such-share', 'There is no "s".']]);
    await afterPong(peer);
    expect(ours.isEnded()).toBe(false);
  });

  it('is lost when the session ends, whoever ends it', async () => {
    const ends: readonly ((raw: Awaited<ReturnType<typeof offering>>) => void)[] = [
      ({ peer }) => peer.send('BYE', 0, {}),
      ({ peer }) => peer.stream.close(),
      ({ link }) => link.cut(),
      ({ ours }) => ours.session.close('done'),
    ];
    for (const end of ends) {
      const raw = await offering();
      end(raw);
      await raw.notes.over;
      expect(raw.notes.told).toEqual([['lost', 'connection-lost', expect.any(String)]]);
    }
  });

  it('that is opened in a session that is over does not wait for ever', async () => {
    const { ours } = await sessionPair().then(({ dialer }) => ({ ours: dialer }));
    ours.session.close('done');
    const notes = new Notebook();
    let thrown: unknown;
    try {
      ours.session.openTransfer('OFFER', offer, () => notes);
    } catch (error) {
      thrown = error;
    }
    if (thrown === undefined) await notes.over;
    else expect(thrown).toMatchObject({ code: 'connection-lost' });
  });
});

describe('a lane of a transfer', () => {
  const onLane = async (): Promise<
    Awaited<ReturnType<typeof offered>> & {
      lane: RawPeer;
      ourLane: FrameStream;
      laneLink: ReturnType<typeof memoryLink>;
    }
  > => {
    const transfer = await offered();
    const laneLink = memoryLink();
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
