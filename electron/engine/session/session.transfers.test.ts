import { describe, expect, it } from 'vitest';

import type { Payload, TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import {
  afterPong,
  cancel,
  data,
  digest,
  done,
  finish,
  Notebook,
  offer,
  offered,
  offering,
} from '../testing/noted-transfer.ts';
import { sessionPair, withRawPeer } from '../testing/session-pair.ts';
import type { RawPeer } from '../testing/session-pair.ts';

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
