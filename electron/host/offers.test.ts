import { describe, expect, it } from 'vitest';

import type { OfferView } from '../../shared/model/transfer.ts';
import { plant, temporaryFolder } from '../base/testing/trees.ts';
import type { Devices } from './devices.ts';
import { Offers } from './offers.ts';
import { fakeContext } from './testing/context.ts';
import type { Transfers } from './transfers.ts';

const idOf = (number: number): string => number.toString(16).padStart(32, '0');

const offer = (number: number, address = '192.168.1.5'): OfferView => ({
  transferId: idOf(number),
  peer: { deviceId: 'a'.repeat(64), alias: 'studio', address, port: 1, secure: true, trust: 'known' },
  roots: [
    { name: 'a.txt', kind: 'file', size: 5 },
    { name: 'tree', kind: 'folder', size: 0 },
  ],
  rootCount: 2,
  totals: { files: 3, folders: 1, bytes: 9, complete: true },
  preview: [],
  isResumed: false,
});

const desk = ({ takesAll = false } = {}) => {
  const context = fakeContext();
  const described: [string, object][] = [];
  const offers = new Offers(
    context,
    { takesAll: () => takesAll } as unknown as Devices,
    { describe: (id: string, about: object) => described.push([id, about]) } as unknown as Transfers,
    () => {},
  );
  const policy = offers.policy();
  const cards = () => context.state.list('offers');
  return { ...context, offers, policy, described, cards };
};

describe('an offer', () => {
  it('is shown with where it would go and what is taken there', async () => {
    const { home, policy, cards, told } = desk();
    plant(home, { tree: {} });
    void policy.decide(offer(1));
    await expect.poll(() => cards().size).toBe(1);
    expect(cards().get(idOf(1))).toMatchObject({
      shownDir: home,
      conflicts: ['tree'],
      conflictCount: 1,
      rootCount: 2,
    });
    expect(cards().get(idOf(1))?.freeBytes).toBeGreaterThan(0);
    expect(told).toMatchObject([
      { name: 'attention', data: { about: 'offer', alias: 'studio', title: 'a.txt' } },
    ]);
  });

  it('shows what the sender has counted since, before and after it came to the front', async () => {
    const { offers, policy, cards } = desk();
    const counting = { files: 3, folders: 1, bytes: 9, complete: false };
    void policy.decide({ ...offer(1), totals: counting });
    offers.recounted(idOf(1), { ...counting, files: 100 });
    await expect.poll(() => cards().get(idOf(1))?.totals.files).toBe(100);
    offers.recounted(idOf(1), { files: 5_000, folders: 1, bytes: 99, complete: true });
    expect(cards().get(idOf(1))?.totals).toEqual({ files: 5_000, folders: 1, bytes: 99, complete: true });
    offers.recounted(idOf(2), counting);
    expect(cards().size).toBe(1);
  });

  it('is taken as the person said: elsewhere, without some, with another treatment of names', async () => {
    const { offers, policy, cards } = desk();
    const decision = policy.decide(offer(1));
    await expect.poll(() => cards().size).toBe(1);
    const dir = temporaryFolder();
    offers.accept(idOf(1), { dir, onConflict: 'skip', except: ['tree/b'] });
    const accepted = await decision;
    expect(accepted).toMatchObject({ accept: true, dir, onConflict: 'skip' });
    const wants = accepted.accept ? accepted.wants : undefined;
    expect([wants?.('a.txt', 'file'), wants?.('tree/b', 'folder')]).toEqual([true, false]);
    expect(cards().size).toBe(0);
    expect(() => offers.decline(idOf(1))).toThrow(expect.objectContaining({ code: 'transfer-unknown' }));
  });

  it('is answered once when it is declined or taken back', async () => {
    const { offers, policy, cards } = desk();
    const declined = policy.decide(offer(1));
    const withdrawn = policy.decide(offer(2));
    offers.decline(idOf(1));
    offers.withdraw(idOf(2));
    offers.withdraw(idOf(2));
    expect([await declined, await withdrawn]).toEqual([{ accept: false }, { accept: false }]);
    // Those before would have been shown before this one.
    void policy.decide(offer(3));
    await expect.poll(() => cards().has(idOf(3))).toBe(true);
    expect([...cards().keys()]).toEqual([idOf(3)]);
  });

  it('of a device that is let in is taken at once, to where settings say', async () => {
    const { policy, cards, home, described } = desk({ takesAll: true });
    expect(await policy.decide(offer(1))).toEqual({
      accept: true,
      dir: home,
      onConflict: 'rename',
      mustFit: true,
    });
    expect(cards().size).toBe(0);
    expect(described).toMatchObject([[idOf(1), { title: 'a.txt', moreRoots: 1, dir: home }]]);
  });

  it('of a device that is let in is declined with the reason when there is certainly no space for it', async () => {
    const { policy, cards, described } = desk({ takesAll: true });
    const decision = await policy.decide({ ...offer(1), missingBytes: 1_000 });
    expect(decision).toEqual({ accept: false, code: 'no-space' });
    expect(cards().size).toBe(0);
    expect(described).toMatchObject([[idOf(1), { title: 'a.txt' }]]);
  });

  it('of any other device is shown, however little space there is', async () => {
    const { policy, cards } = desk();
    void policy.decide({ ...offer(1), missingBytes: 1_000 });
    await expect.poll(() => cards().size).toBe(1);
  });

  it('that comes again over another connection has one card, and nobody waits at the old one', async () => {
    const { policy, offers, cards } = desk();
    const first = policy.decide(offer(1));
    const second = policy.decide({ ...offer(1), isResumed: true });
    expect(await first).toEqual({ accept: false });
    await expect.poll(() => cards().get(idOf(1))?.isResumed).toBe(true);
    offers.accept(idOf(1), { onConflict: 'rename' });
    expect(await second).toMatchObject({ accept: true });
  });

  it('is declined without a word to anybody when an address offers and takes back without end', async () => {
    const { policy, offers, described } = desk();
    for (let number = 1; number <= 60; number += 1) {
      void policy.decide(offer(number));
      offers.withdraw(idOf(number));
    }
    expect(await policy.decide(offer(61))).toMatchObject({ accept: false });
    expect(described).toHaveLength(60);
    void policy.decide(offer(62, '192.168.1.6'));
    expect(offers.count).toBe(1);
  });

  it('is declined when too many wait, of one address or of all', async () => {
    const { policy, offers } = desk();
    for (let number = 1; number <= 10; number += 1) void policy.decide(offer(number));
    expect(await policy.decide(offer(11))).toMatchObject({ accept: false, message: expect.any(String) });
    for (let number = 12; number <= 51; number += 1) void policy.decide(offer(number, `10.0.0.${number}`));
    expect(offers.count).toBe(50);
    expect(await policy.decide(offer(52, '10.0.0.52'))).toMatchObject({ accept: false });
    offers.decline(idOf(1));
    void policy.decide(offer(53, '10.0.0.53'));
    expect(offers.count).toBe(50);
  });
});
