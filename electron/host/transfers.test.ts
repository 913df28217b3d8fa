import { describe, expect, it } from 'vitest';

import type { TransferView } from '../../shared/model/transfer.ts';
import type { TransferHandle } from '../engine/api.ts';
import { plant } from '../base/testing/trees.ts';
import { History } from './history.ts';
import { fakeContext } from './testing/context.ts';
import { aboutPaths, Transfers } from './transfers.ts';

const idOf = (number: number): string => number.toString(16).padStart(32, '0');

const view = (more: Partial<TransferView> = {}): TransferView => ({
  id: idOf(1),
  direction: 'send',
  kind: 'push',
  state: 'running',
  totals: { files: 1, folders: 0, bytes: 10, complete: true },
  files: 0,
  bytes: 0,
  resumedBytes: 0,
  passedBytes: 0,
  skipped: 0,
  same: 0,
  failed: 0,
  omitted: 0,
  bytesPerSecond: 0,
  startedAtMs: 1,
  ...more,
});

const handleOf = (about: TransferView): TransferHandle => ({
  id: about.id,
  view: () => about,
  cancel: () => {},
  pause: () => {},
  resume: () => {},
  done: new Promise(() => {}),
});

const desk = () => {
  const context = fakeContext({ transfer: () => undefined });
  const history = new History(context.home, context.trouble);
  const transfers = new Transfers(context, history, () => {});
  return { ...context, history, transfers, cards: () => context.state.list('transfers') };
};

describe('the list of transfers', () => {
  it('shows one that another device started, with what its offer says', () => {
    const { transfers, cards } = desk();
    transfers.heard({ kind: 'transfer', transfer: view({ direction: 'receive', state: 'waiting' }) });
    transfers.describe(idOf(1), { title: 'a.txt', moreRoots: 2, names: ['a.txt'] });
    expect(cards().get(idOf(1))).toMatchObject({
      title: 'a.txt',
      moreRoots: 2,
      canRetry: false,
      canReveal: false,
    });
    expect(cards().get(idOf(1))?.endedAtMs).toBeUndefined();
  });

  it('forgets an offer that was refused before anybody was asked', () => {
    const { transfers, cards, history } = desk();
    const refused = view({ direction: 'receive', state: 'waiting' });
    transfers.heard({ kind: 'transfer', transfer: refused });
    transfers.heard({ kind: 'finished', transfer: { ...refused, state: 'declined' } });
    expect(cards().size).toBe(0);
    expect(history.size).toBe(0);
    expect(transfers.running()).toEqual([]);
  });

  it('tells what failed in the last attempt, and what was left out, once, and for ever', () => {
    const { transfers, home } = desk();
    const fault = { path: 'a', code: 'read-failed', message: 'No.', side: 'here' } as const;
    transfers.started(handleOf(view()), aboutPaths(['/tmp/a']));
    const id = idOf(1);
    const omission = { path: 'latest', reason: 'symlink' } as const;
    const tell = (): void => {
      transfers.heard({ kind: 'fault', transferId: id, fault });
      transfers.heard({ kind: 'omitted', transferId: id, ...omission });
    };
    tell();
    transfers.heard({ kind: 'transfer', transfer: view({ state: 'retrying' }) });
    expect(transfers.faults(id)).toEqual([fault]);
    transfers.heard({ kind: 'transfer', transfer: view({ state: 'waiting' }) });
    tell();
    expect(transfers.faults(id)).toEqual([fault]);
    expect(transfers.omissions(id)).toEqual([omission]);
    transfers.heard({ kind: 'finished', transfer: view({ state: 'done', failed: 1, omitted: 1 }) });
    expect(new History(home, () => {}).get(id)).toMatchObject({ faults: [fault], omissions: [omission] });
  });

  it('calls what is fetched from a share by the name of the share', () => {
    const { transfers, cards } = desk();
    transfers.heard({ kind: 'transfer', transfer: view({ kind: 'serve', share: 'photos' }) });
    expect(cards().get(idOf(1))?.title).toBe('photos');
  });

  it('names one that begins here by the name that the offer has first', () => {
    expect(aboutPaths(['/in/photos', '/in/a.txt', '/in/z'])).toEqual({
      title: 'a.txt',
      moreRoots: 2,
      names: ['a.txt', 'photos', 'z'],
    });
  });

  it('can start again what failed and was begun here, and nothing else', () => {
    const { transfers, cards } = desk();
    const recipe = { kind: 'push', to: { address: 'x' }, paths: ['/nowhere/a.txt'] } as const;
    transfers.started(handleOf(view()), {
      ...aboutPaths(['/nowhere/a.txt']),
      recipe: { ...recipe, paths: [...recipe.paths] },
    });
    expect(cards().get(idOf(1))?.canRetry).toBe(false);
    transfers.heard({ kind: 'finished', transfer: view({ state: 'failed' }) });
    expect(cards().get(idOf(1))).toMatchObject({ canRetry: true, canReveal: false, title: 'a.txt' });
    expect(transfers.retryOf(idOf(1))).toMatchObject(recipe);

    transfers.heard({ kind: 'transfer', transfer: view({ id: idOf(2), direction: 'receive' }) });
    transfers.describe(idOf(2), { title: 'a' });
    transfers.heard({
      kind: 'finished',
      transfer: view({ id: idOf(2), direction: 'receive', state: 'failed' }),
    });
    expect(() => transfers.retryOf(idOf(2))).toThrow(expect.objectContaining({ code: 'not-possible-now' }));
    expect(() => transfers.retryOf(idOf(3))).toThrow(expect.objectContaining({ code: 'transfer-unknown' }));
  });

  it('offers to start again what is done when single files failed', () => {
    const { transfers, cards } = desk();
    const about = {
      ...aboutPaths(['/a']),
      recipe: { kind: 'push' as const, to: { address: 'x' }, paths: ['/a'] },
    };
    transfers.started(handleOf(view()), about);
    const fault = { path: 'a/b', code: 'permission-denied', message: 'No.', side: 'here' } as const;
    transfers.heard({ kind: 'fault', transferId: idOf(1), fault });
    transfers.heard({ kind: 'finished', transfer: view({ state: 'done', failed: 1 }) });
    expect(cards().get(idOf(1))?.canRetry).toBe(true);
    expect(transfers.faults(idOf(1))).toEqual([fault]);
  });

  it('asks for the PIN again after a restart, and not before', () => {
    const { transfers, home, told } = desk();
    const recipe = {
      kind: 'get' as const,
      to: { address: 'x' },
      paths: ['s/a'],
      dir: home,
      onConflict: 'rename' as const,
      isLocked: true,
    };
    const again = { run: () => Promise.resolve('new'), isPossible: () => true };
    transfers.started(handleOf(view({ kind: 'get', direction: 'receive' })), {
      ...aboutPaths(['s/a']),
      recipe,
      again,
    });
    transfers.heard({
      kind: 'finished',
      transfer: view({ kind: 'get', direction: 'receive', state: 'failed' }),
    });
    expect(transfers.retryOf(idOf(1))).toBe(again);
    expect(told).toMatchObject([{ name: 'attention', data: { about: 'failed' } }]);

    const next = fakeContext({}, home);
    const after = new Transfers(next, new History(home, next.trouble), () => {});
    expect(() => after.retryOf(idOf(1))).toThrow(expect.objectContaining({ code: 'pin-required' }));
    expect(next.state.list('transfers').get(idOf(1))?.canRetry).toBe(false);
  });

  it('cannot start again what came from a page that is gone', () => {
    const { transfers, cards } = desk();
    let isThere = true;
    const again = { run: () => Promise.resolve('new'), isPossible: () => isThere };
    transfers.started(handleOf(view()), { ...aboutPaths(['a']), again });
    transfers.heard({ kind: 'finished', transfer: view({ state: 'failed' }) });
    expect(cards().get(idOf(1))?.canRetry).toBe(true);
    expect(transfers.retryOf(idOf(1))).toBe(again);
    isThere = false;
    transfers.recheck();
    expect(cards().get(idOf(1))?.canRetry).toBe(false);
    expect(() => transfers.retryOf(idOf(1))).toThrow(expect.objectContaining({ code: 'not-possible-now' }));
  });

  it('points at the file that is there, else at its folder, else says that all is gone', () => {
    const { transfers, home } = desk();
    plant(home, { 'b.txt': { size: 1, seed: 1 } });
    transfers.heard({ kind: 'transfer', transfer: view({ direction: 'receive' }) });
    transfers.describe(idOf(1), { names: ['a.txt', 'b.txt'], dir: home });
    expect(transfers.place(idOf(1))).toEqual({ path: `${home}/b.txt`, folder: home });
    transfers.describe(idOf(1), { names: ['c.txt'] });
    expect(transfers.place(idOf(1))).toEqual({ path: home, folder: home });
    transfers.describe(idOf(1), { dir: `${home}/gone` });
    expect(() => transfers.place(idOf(1))).toThrow(expect.objectContaining({ code: 'file-vanished' }));
  });

  it('keeps the latest two hundred that are over, and all that run', () => {
    const { transfers, cards, history } = desk();
    transfers.heard({ kind: 'transfer', transfer: view({ id: idOf(1) }) });
    for (let number = 2; number <= 300; number += 1) {
      transfers.heard({ kind: 'finished', transfer: view({ id: idOf(number), state: 'done' }) });
    }
    expect(cards().size).toBe(201);
    expect(cards().has(idOf(1))).toBe(true);
    expect(cards().has(idOf(100))).toBe(false);
    expect(cards().has(idOf(101))).toBe(true);
    expect(history.size).toBe(299);
    transfers.clear();
    expect([...cards().keys()]).toEqual([idOf(1)]);
    expect(history.size).toBe(0);
    transfers.heard({ kind: 'finished', transfer: view({ id: idOf(1), state: 'done' }) });
    expect(cards().get(idOf(1))?.state).toBe('done');
  });

  it('removes only what is over', () => {
    const { transfers, cards } = desk();
    transfers.heard({ kind: 'transfer', transfer: view() });
    expect(() => transfers.remove(idOf(1))).toThrow(expect.objectContaining({ code: 'not-possible-now' }));
    transfers.heard({ kind: 'finished', transfer: view({ state: 'cancelled' }) });
    expect(() => transfers.pause(idOf(1))).toThrow(expect.objectContaining({ code: 'not-possible-now' }));
    transfers.remove(idOf(1));
    expect(cards().size).toBe(0);
  });
});
