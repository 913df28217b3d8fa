import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { protocolTimings } from '../session/session.ts';
import { ManualClock, turns } from '../testing/manual-clock.ts';
import { RawSource } from '../testing/raw-source.ts';
import { bytesOf, harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { Rig } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

const tree: Tree = {
  big: { size: 12 * chunkBytes + 5, seed: 1 },
  small: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}`, { size: 50 + n, seed: n + 2 }])),
};

const places = (): Pick<RigOptions, 'paths' | 'dir' | 'home'> & { from: string } => {
  const all = temporaryFolder();
  plant(join(all, 'tree'), tree);
  return {
    from: join(all, 'tree'),
    paths: [join(all, 'tree')],
    dir: join(all, 'to'),
    home: join(all, 'home'),
  };
};

const bulk: ReadonlySet<TypeName> = new Set(['DATA', 'PACK', 'END', 'SAME', 'FAULT', 'FINISH']);
const bulkOf = (rig: Rig): number => rig.log.filter(({ type }) => bulk.has(type)).length;
const pacesBy = (rig: Rig, by: 'source' | 'sink'): (number | undefined)[] =>
  rig.log
    .filter((frame) => frame.type === 'PACE' && frame.by === by)
    .map(({ payload }) => (payload as { bytesPerSecond?: number }).bytesPerSecond);

/** As long as what is under way takes to arrive, and then so long again: whoever is paused sends nothing in it. */
const standsStill = async (rig: Rig): Promise<void> => {
  await turns(40);
  const before = bulkOf(rig);
  await turns(200);
  expect(bulkOf(rig)).toBe(before);
};

const arrived = ({ from, dir }: { from: string; dir: string }): void =>
  expect(harvest(join(dir, 'tree'))).toEqual(harvest(from));

type Side = 'source' | 'sink';
const hold = (rig: Rig, by: Side, isHeld: boolean): void =>
  by === 'source' ? rig.sending?.hold(isHeld) : rig.receiving?.hold(isHeld);

/** Pauses once the third DATA has come. */
const pausedInTheMiddle = async (
  by: Side,
  options: Partial<RigOptions> = {},
): Promise<{ rig: Rig; at: ReturnType<typeof places> }> => {
  const at = places();
  let count = 0;
  const rig = await Rig.start({
    ...at,
    link: { toListener: { turnsBetween: 2 } },
    ...options,
    onFrame: ({ type }, now) => {
      if (type === 'DATA' && (count += 1) === 3) setImmediate(() => hold(now, by, true));
    },
  });
  while (rig.framesOf('PACE').length === 0) await turns(1);
  return { rig, at };
};

describe('a pause', () => {
  it.each([
    ['source', 'push', false],
    ['sink', 'push', false],
    ['source', 'push', true],
    ['sink', 'push', true],
    ['source', 'pull', false],
    ['sink', 'pull', true],
  ] as const)(
    'of the %s stops a running %s (lane: %s) until the same side goes on',
    async (by, opening, hasLane) => {
      const { rig, at } = await pausedInTheMiddle(by, { opening, ...(hasLane ? { lane: {} } : {}) });
      await standsStill(rig);
      const other = by === 'source' ? rig.sink : rig.source;
      expect(other.pauses).toEqual([true]);
      expect(rig.contentBytes).toBeLessThan(bytesOf(tree));
      hold(rig, by, false);
      expect(await rig.over()).toMatchObject({ source: { kind: 'done' }, sink: { kind: 'done' } });
      expect(other.pauses).toEqual([true, false]);
      expect(pacesBy(rig, by)).toEqual([0, undefined]);
      arrived(at);
    },
  );

  it.each([
    ['inline', {}],
    ['on a lane', { lane: {} }],
  ])('is no silence: both sides go on to show that they are there (%s)', async (_how, more) => {
    const timings = { ...protocolTimings, pingAfterMs: 20, silentAfterMs: 80 };
    const { rig, at } = await pausedInTheMiddle('source', { timings, ...more });
    const pongs = (): number => rig.log.filter(({ type }) => type === 'PONG').length;
    const before = pongs();
    while (pongs() < before + 20) await turns(1);
    hold(rig, 'source', false);
    expect(await rig.over()).toMatchObject({ source: { kind: 'done' }, sink: { kind: 'done' } });
    arrived(at);
  });

  it('of both ends when both have let go', async () => {
    const { rig, at } = await pausedInTheMiddle('sink');
    hold(rig, 'source', true);
    await standsStill(rig);
    hold(rig, 'sink', false);
    await standsStill(rig);
    expect([rig.source.ends, rig.sink.ends]).toEqual([0, 0]);
    hold(rig, 'source', false);
    expect(await rig.over()).toMatchObject({ source: { kind: 'done' }, sink: { kind: 'done' } });
    arrived(at);
  });

  it.each(['source', 'sink'] as const)('of the %s before anybody accepted holds what follows', async (by) => {
    const at = places();
    const rig = await Rig.start({
      ...at,
      needsPreview: true,
      decide: (now) => {
        hold(now, by, true);
        void now.receiving?.accept(now.target());
      },
    });
    while (rig.framesOf('PACE').length === 0) await turns(1);
    await standsStill(rig);
    // The sink can say it only when it has accepted: what was on its way by then came.
    if (by === 'source') expect(bulkOf(rig)).toBe(0);
    else expect(rig.contentBytes).toBeLessThan(bytesOf(tree));
    hold(rig, by, false);
    expect(await rig.over()).toMatchObject({ source: { kind: 'done' }, sink: { kind: 'done' } });
    arrived(at);
  });

  it('taken back before anybody accepted is never told', async () => {
    const at = places();
    const rig = await Rig.run({
      ...at,
      decide: (now) => {
        for (const by of ['source', 'sink'] as const) {
          hold(now, by, true);
          hold(now, by, false);
        }
        void now.receiving?.accept(now.target());
      },
    });
    expect(rig.framesOf('PACE')).toEqual([]);
    arrived(at);
  });

  it('keeps a transfer of which nothing is left to send from ending', async () => {
    const all = temporaryFolder();
    plant(join(all, 'tree'), { empty: {} });
    const rig = await Rig.start({
      paths: [join(all, 'tree')],
      dir: join(all, 'to'),
      home: join(all, 'home'),
      decide: (now) => {
        now.sending?.hold(true);
        void now.receiving?.accept(now.target());
      },
    });
    while (rig.framesOf('PACE').length === 0) await turns(1);
    await standsStill(rig);
    expect(rig.framesOf('FINISH')).toEqual([]);
    rig.sending?.hold(false);
    expect(await rig.over()).toMatchObject({ source: { kind: 'done' }, sink: { kind: 'done' } });
  });

  it.each([
    ['source', 'source'],
    ['source', 'sink'],
    ['sink', 'source'],
    ['sink', 'sink'],
  ] as const)('of the %s does not keep the %s from cancelling', async (by, canceller) => {
    const { rig } = await pausedInTheMiddle(by);
    await standsStill(rig);
    const enough = new HexdropError('cancelled', 'Enough.');
    if (canceller === 'source') rig.sending?.cancel(enough);
    else rig.receiving?.cancel(enough);
    expect(await rig.over()).toMatchObject({ source: { kind: 'cancelled' }, sink: { kind: 'cancelled' } });
    hold(rig, by, false);
    hold(rig, by, true);
    await turns(20);
    expect(pacesBy(rig, by)).toEqual([0]);
  });

  it.each(['source', 'sink'] as const)('of the %s that comes after FINISH does no harm', async (by) => {
    const at = places();
    const rig = await Rig.run({
      ...at,
      onFrame: ({ type }, now) => {
        if (type === 'FINISH') hold(now, by, true);
      },
    });
    expect(await rig.over()).toMatchObject({ source: { kind: 'done' }, sink: { kind: 'done' } });
    expect(pacesBy(rig, 'source')).toEqual([]);
    arrived(at);
  });
});

describe('a limit', () => {
  /** How many bytes a second arrive, by the clock of the source. */
  const rateOf = async (set: (rig: Rig) => void, opening: 'push' | 'pull' = 'push'): Promise<number> => {
    const at = places();
    const clock = new ManualClock();
    const rig = await Rig.start({
      ...at,
      opening,
      clock,
      decide: (now) => {
        set(now);
        void now.receiving?.accept(now.target());
      },
    });
    const ms = await clock.run(() => rig.source.ends > 0);
    arrived(at);
    // The first frame leaves at once: what took the time is what came behind it.
    return ((rig.contentBytes - chunkBytes) / ms) * 1_000;
  };

  it.each(['push', 'pull'] as const)(
    'that the sink tells is held by the source within 10 percent (%s)',
    async (opening) => {
      const rate = await rateOf((rig) => rig.downloads.set(500_000), opening);
      expect(rate / 500_000).toBeGreaterThan(0.9);
      expect(rate / 500_000).toBeLessThan(1.1);
    },
  );

  it('of the source is held within 10 percent, and not told', async () => {
    let told: readonly unknown[] = [0];
    const rate = await rateOf((rig) => {
      rig.uploads.set(500_000);
      told = rig.framesOf('PACE');
    });
    expect(rate / 500_000).toBeGreaterThan(0.9);
    expect(rate / 500_000).toBeLessThan(1.1);
    expect(told).toEqual([]);
  });

  it('of both sides: the slower holds', async () => {
    const rate = await rateOf((rig) => {
      rig.uploads.set(800_000);
      rig.downloads.set(400_000);
    });
    expect(rate / 400_000).toBeGreaterThan(0.9);
    expect(rate / 400_000).toBeLessThan(1.1);
  });

  it('that is taken away in the middle lets the rest come at once', async () => {
    const at = places();
    const clock = new ManualClock();
    const rig = await Rig.start({
      ...at,
      clock,
      decide: (now) => {
        now.downloads.set(1_000);
        void now.receiving?.accept(now.target());
      },
    });
    while (rig.framesOf('PACE').length === 0) await turns(1);
    await standsStill(rig);
    rig.downloads.set(undefined);
    expect(await rig.over()).toMatchObject({ source: { kind: 'done' }, sink: { kind: 'done' } });
    arrived(at);
  });

  it('of a download that is paused goes to the others, and comes back', async () => {
    const at = places();
    const told: (number | undefined)[] = [];
    const other = { limit: (share: number | undefined) => void told.push(share) };
    const clock = new ManualClock();
    const rig = await Rig.start({
      ...at,
      clock,
      decide: (now) => {
        now.downloads.set(1_000);
        now.downloads.join(other);
        void now.receiving?.accept(now.target());
      },
    });
    while (rig.framesOf('PACE').length === 0) await turns(1);
    rig.receiving?.hold(true);
    rig.receiving?.hold(false);
    rig.sending?.hold(true);
    while (rig.sink.pauses.length === 0) await turns(1);
    rig.sending?.hold(false);
    while (rig.sink.pauses.length === 1) await turns(1);
    expect(told).toEqual([1_000, 500, 1_000, 500, 1_000, 500]);
    rig.receiving?.cancel(new HexdropError('cancelled', 'Enough.'));
    expect(told.at(-1)).toBe(1_000);
    await turns(40);
    expect(pacesBy(rig, 'sink')).toEqual([500, 0, 500]);
    rig.close();
    await rig.over();
  });
});

describe('PACE where it may not be said', () => {
  it.each([
    ['before ACCEPT', true],
    ['after FINISH', false],
  ])('by the source, %s, ends the session', async (_when, isUndecided) => {
    const raw = await RawSource.offer({ isUndecided });
    if (!isUndecided) {
      raw.peer.send('FINISH', 1, { files: 0, bytes: 0, failed: 0, omitted: 0 });
    }
    raw.peer.send('PACE', 1, { bytesPerSecond: 0 });
    expect(await raw.ours.ended).toMatchObject({ code: 'unexpected-frame', seen: 'PACE' });
  });
});
