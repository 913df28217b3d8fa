/** Offers of a peer that keeps to no rule but those of the frames. */

import { describe, expect, it } from 'vitest';

import type { Decision, OfferView, RootView } from '../../../shared/model/transfer.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { KnownDevices } from '../peers/known-devices.ts';
import { protocolTimings } from '../session/session.ts';
import { serverWith, withRawPeer } from '../testing/session-pair.ts';
import type { RawPeer } from '../testing/session-pair.ts';
import { temporaryFolder } from '../../base/testing/trees.ts';
import type { EngineEvent } from '../api.ts';
import type { TransferContext } from './context.ts';
import { TransferRegistry } from './transfer-registry.ts';
import { DownloadLimit } from './pace/download-limit.ts';
import { Incoming } from './incoming.ts';

const transfer = 'ab'.repeat(16);

const root = (name: string, kind: RootView['kind'] = 'file'): RootView => ({ name, kind, size: 0 });

const offerOf = (roots: readonly RootView[], more: Partial<Payload<'OFFER'>> = {}): Payload<'OFFER'> => ({
  transfer,
  roots: [...roots],
  rootCount: roots.length,
  totals: { files: roots.length, folders: 0, bytes: 0, complete: true },
  ...more,
});

interface Asked {
  readonly offer: OfferView;
  answer(decision: Decision): void;
}

/** What a raw peer offers comes to an `Incoming`; somebody is asked. */
const receiving = async ({ decidesAtOnce = true }: { readonly decidesAtOnce?: boolean } = {}) => {
  const events: EngineEvent[] = [];
  const book = new TransferRegistry((event) => events.push(event));
  const context: Partial<TransferContext> = {
    home: temporaryFolder(),
    knownDevices: KnownDevices.load(temporaryFolder()),
    bootId: 'boot-1',
    timings: protocolTimings,
    downloads: new DownloadLimit(),
    emit: (event) => events.push(event),
    track: (record) => book.track(record),
  };
  const incoming = new Incoming(context as TransferContext);
  const asked: Asked[] = [];
  const lookers = new Set<() => void>();
  const policy = {
    dir: temporaryFolder(),
    onConflict: 'rename' as const,
    decidesAtOnce,
    decide: (offer: OfferView): Promise<Decision> =>
      new Promise((answer) => {
        asked.push({ offer, answer });
        for (const look of lookers) look();
      }),
  };
  const peerOf = async (): Promise<RawPeer> => {
    const server = serverWith({ offered: (wire, offer) => incoming.push(wire, offer, policy) });
    return (await withRawPeer('listener', { server })).peer;
  };
  /** The question number `at`, once it is asked. */
  const question = (at: number): Promise<Asked> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = asked[at];
        if (found !== undefined) resolve(found);
      };
      lookers.add(look);
      look();
    });
  return { events, book, asked, question, peerOf };
};

describe('an offer that comes under the id of another one', () => {
  it('is not taken because that one was: names that nobody agreed to are refused', async () => {
    const { question, asked, peerOf } = await receiving();
    const peer = await peerOf();
    peer.send('OFFER', 1, offerOf([root('photo.jpg')]));
    (await question(0)).answer({ accept: true });
    await peer.next('ACCEPT');
    const again = await peerOf();
    again.send('OFFER', 1, offerOf([root('.bashrc')]));
    expect(await again.next('DECLINE')).toMatchObject({ code: 'unexpected-frame' });
    expect(asked).toHaveLength(1);
  });

  it('is refused as well when a file has become a folder of that name', async () => {
    const { question, peerOf } = await receiving();
    const peer = await peerOf();
    peer.send('OFFER', 1, offerOf([root('notes')]));
    (await question(0)).answer({ accept: true });
    await peer.next('ACCEPT');
    const again = await peerOf();
    again.send('OFFER', 1, offerOf([root('notes', 'folder')]));
    expect(await again.next('DECLINE')).toMatchObject({ code: 'unexpected-frame' });
  });

  it('does not take the place of the one that somebody is looking at', async () => {
    const { question, asked, peerOf } = await receiving();
    const peer = await peerOf();
    peer.send('OFFER', 1, offerOf([root('photo.jpg')]));
    const first = await question(0);
    peer.send('OFFER', 3, offerOf([root('.bashrc')]));
    expect(await peer.next('DECLINE')).toMatchObject({ code: 'unexpected-frame' });
    expect(asked).toHaveLength(1);
    first.answer({ accept: true });
    await peer.next('ACCEPT');
  });

  it('goes on without a question when it is the same one after its connection broke', async () => {
    const { question, asked, peerOf } = await receiving();
    const peer = await peerOf();
    peer.send('OFFER', 1, offerOf([root('photo.jpg')]));
    (await question(0)).answer({ accept: true });
    await peer.next('ACCEPT');
    peer.stream.destroy();
    const again = await peerOf();
    again.send('OFFER', 1, offerOf([root('photo.jpg')]));
    await again.next('ACCEPT');
    expect(asked).toHaveLength(1);
  });
});

describe('an offer under the id of a transfer that this side started', () => {
  it('is refused, and that one stays what it is', async () => {
    const { book, asked, peerOf } = await receiving();
    const ours = book.begin('send', 'push');
    const peer = await peerOf();
    peer.send('OFFER', 1, offerOf([root('a')], { transfer: ours.id }));
    expect(await peer.next('DECLINE')).toMatchObject({ code: 'unexpected-frame' });
    expect(asked).toEqual([]);
    expect(book.views()).toMatchObject([{ id: ours.id, direction: 'send', state: 'connecting' }]);
  });
});

describe('offers that wait for a person', () => {
  it('are eight of one device; one more is declined and asks nobody', async () => {
    const { peerOf, asked } = await receiving({ decidesAtOnce: false });
    const peer = await peerOf();
    const offerOne = (count: number): void =>
      peer.send(
        'OFFER',
        1 + 2 * count,
        offerOf([root(`file ${count}`)], { transfer: count.toString(16).padStart(32, '0') }),
      );
    for (let count = 0; count < 9; count += 1) offerOne(count);
    expect(await peer.next('DECLINE')).toMatchObject({ code: 'declined' });
    expect(peer.types()).not.toContain('DECLINE');
    expect(asked.length).toBeLessThanOrEqual(8);
  });
});
