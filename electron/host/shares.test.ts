import { readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { TransferView } from '../../shared/model/transfer.ts';
import type { EngineEvent } from '../engine/api.ts';
import { Shares } from '../engine/share/shares.ts';
import { plant, temporaryFolder } from '../base/testing/trees.ts';
import { HostShares } from './shares.ts';
import { fakeContext } from './testing/context.ts';

/** With the engine's own shares, and no network. */
const desk = (home?: string) => {
  const engine = new Shares();
  const context = fakeContext(
    {
      addShare: (request) => engine.add(request),
      updateShare: (name, change) => engine.update(name, change),
      removeShare: (name) => {
        engine.remove(name);
      },
    },
    home,
  );
  const shares = new HostShares(context, () => {});
  const folder = join(temporaryFolder(), 'photos');
  plant(folder, { 'a.jpg': { size: 5, seed: 1 } });
  return { ...context, engine, shares, folder, cards: () => context.state.list('shares') };
};

const served = (kind: 'transfer' | 'finished', files: number, id = '1'): EngineEvent => ({
  kind,
  transfer: {
    id,
    kind: 'serve',
    direction: 'send',
    share: 'photos',
    files,
    bytes: files * 10,
  } as TransferView,
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a share that is kept', () => {
  it('is served again with its PIN, from a file of its owner alone', () => {
    const { home, shares, folder } = desk();
    shares.add({ path: folder, writable: true, pin: '4711' });
    expect(statSync(join(home, 'shares.json')).mode & 0o077).toBe(0);
    const next = desk(home);
    next.shares.restore();
    expect(next.cards().get('photos')).toMatchObject({ writable: true, locked: true });
    expect(next.engine.views()).toMatchObject([{ name: 'photos', locked: true, writable: true }]);
  });

  it('is told when its folder goes away, and that it is back', async () => {
    const { shares, folder, cards } = desk();
    shares.add({ path: folder });
    renameSync(folder, `${folder}-away`);
    vi.advanceTimersByTime(6_000);
    await expect.poll(() => cards().get('photos')?.fault).toBe('file-vanished');
    renameSync(`${folder}-away`, folder);
    vi.advanceTimersByTime(6_000);
    await expect.poll(() => cards().get('photos')?.fault).toBeUndefined();
  });

  it('whose folder was away at the start is served as soon as it is there', async () => {
    const { home, shares, folder } = desk();
    shares.add({ path: folder, pin: '4711' });
    renameSync(folder, `${folder}-away`);
    const next = desk(home);
    next.shares.restore();
    expect(next.engine.count).toBe(0);
    expect(next.cards().get('photos')?.fault).toBeDefined();
    next.shares.update('photos', { writable: true });
    renameSync(`${folder}-away`, folder);
    vi.advanceTimersByTime(6_000);
    await expect.poll(() => next.engine.count).toBe(1);
    expect(next.engine.views()).toMatchObject([{ name: 'photos', writable: true, locked: true }]);
    expect(next.cards().get('photos')?.fault).toBeUndefined();
  });

  it('is passed over, and told, when the file is damaged', () => {
    const { home, shares, cards, troubles } = desk();
    writeFileSync(join(home, 'shares.json'), '{"version":1,"shares":[{"name":7}]}');
    shares.restore();
    expect(cards().size).toBe(0);
    expect(troubles).toHaveLength(1);
  });
});

describe('a share', () => {
  it('counts what was fetched from it, running and done, each once', () => {
    const { shares, folder, cards } = desk();
    shares.add({ path: folder });
    shares.heard(served('transfer', 1));
    shares.heard(served('transfer', 2));
    shares.heard(served('transfer', 4, '2'));
    expect(cards().get('photos')).toMatchObject({ servedFiles: 6, servedBytes: 60 });
    shares.heard(served('finished', 3));
    expect(cards().get('photos')).toMatchObject({ servedFiles: 7, servedBytes: 70 });
  });

  it('loses its PIN for good when that is taken away', () => {
    const { home, shares, folder, engine } = desk();
    shares.add({ path: folder, pin: '4711' });
    shares.update('photos', { pin: null });
    expect(engine.views()).toMatchObject([{ locked: false }]);
    expect(readFileSync(join(home, 'shares.json'), 'utf8')).not.toContain('4711');
  });

  it('is one and the same by whatever way its folder is named', () => {
    const { shares, folder, cards } = desk();
    shares.add({ path: folder });
    symlinkSync(folder, `${folder}-link`);
    expect(shares.add({ path: `${folder}-link` })).toBe('photos');
    expect(cards().size).toBe(1);
  });

  it('that is not there cannot be changed or removed', () => {
    const { shares } = desk();
    expect(() => shares.update('x', {})).toThrow(expect.objectContaining({ code: 'no-such-share' }));
    expect(() => shares.remove('x')).toThrow(expect.objectContaining({ code: 'no-such-share' }));
  });
});
