import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HexdropError } from '../../../shared/errors/errors.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { Rig } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

const tree: Tree = {
  'a.bin': { size: 3 * chunkBytes + 1, seed: 1 },
  b: { c: { size: 900, seed: 2 }, d: { size: 0, seed: 3 }, e: { size: 100_000, seed: 4 } },
  'z.bin': { size: 2 * chunkBytes, seed: 5 },
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

const enough = new HexdropError('cancelled', 'Enough.');
const anyMoment = fc.record({
  by: fc.constantFrom('source', 'sink', 'both'),
  /** Frames of the transfer that pass before. */
  after: fc.nat({ max: 24 }),
  opening: fc.constantFrom('push', 'pull'),
  hasLane: fc.boolean(),
  turnsToListener: fc.nat({ max: 3 }),
  turnsToDialer: fc.nat({ max: 3 }),
});

describe('CANCEL', () => {
  it('from either side or both, at any moment, ends it on both; the session goes on and a later run brings the rest', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(anyMoment, async ({ by, after, opening, hasLane, turnsToListener, turnsToDialer }) => {
        const { from, ...where } = places();
        let frames = 0;
        const rig = await Rig.start({
          ...where,
          opening,
          staysOpen: true,
          link: { toListener: { turnsBetween: turnsToListener }, toDialer: { turnsBetween: turnsToDialer } },
          ...(hasLane ? { lane: {} } : {}),
          onFrame: (frame, at) => {
            if (
              ['HELLO', 'WELCOME', 'PING', 'PONG', 'CANCEL', 'BYE'].includes(frame.type) ||
              frames++ !== after
            )
              return;
            // Not from within a delivery.
            setImmediate(() => {
              if (by !== 'sink') at.sending?.cancel(enough);
              if (by !== 'source') at.receiving?.cancel(enough);
            });
          },
        });
        const wasDone = (await (opening === 'push' ? rig.source : rig.sink).outcome).kind === 'done';
        if (wasDone) rig.pair.dialer.session.close('done');
        const { source, sink } = await rig.over();
        seen.add(`${by} ${source.kind} ${sink.kind}`);
        // It may have been done by then: on the side that said DONE, or on both.
        expect(['cancelled', 'done']).toContain(source.kind);
        expect(['cancelled', 'done']).toContain(sink.kind);
        if (source.kind === 'done') expect(sink.kind).toBe('done');
        expect([rig.source.ends, rig.sink.ends]).toEqual([1, 1]);
        if (!wasDone)
          expect([rig.pair.dialer.isEnded(), rig.pair.listener.isEnded()]).toEqual([false, false]);
        const whole = harvest(from);
        for (const [path, grown] of Object.entries(harvest(where.dir))) {
          if (grown.kind === 'file') expect(grown.content).toBe(whole[path.slice('tree/'.length)]?.content);
        }
        const again = await Rig.run(where);
        expect((await again.over()).sink).toMatchObject({ kind: 'done', summary: { failed: 0 } });
        expect(harvest(join(where.dir, 'tree'))).toEqual(whole);
        for (const rigs of [rig, again]) rigs.close();
      }),
      { numRuns: 60 },
    );
    expect([...seen].filter((outcome) => outcome.endsWith('cancelled cancelled')).length).toBe(3);
  });

  it('tells the other side code and message, and the own side what it said itself', async () => {
    const rig = await Rig.start({ ...places(), decide: ({ sending }) => sending?.cancel(enough) });
    expect(await rig.source.outcome).toEqual({
      kind: 'cancelled',
      code: 'cancelled',
      message: expect.any(String),
    });
    expect(await rig.sink.outcome).toEqual({ kind: 'cancelled', code: 'cancelled', message: 'Enough.' });
  });

  it('twice is said once', async () => {
    const rig = await Rig.start({
      ...places(),
      decide: ({ receiving }) => {
        receiving?.cancel(enough);
        receiving?.cancel(enough);
        receiving?.decline(enough);
      },
    });
    await rig.over();
    expect(rig.log.filter(({ type, by }) => type === 'CANCEL' && by === 'sink')).toHaveLength(1);
    expect(rig.framesOf('DECLINE')).toEqual([]);
    expect([rig.source.ends, rig.sink.ends]).toEqual([1, 1]);
  });

  it('leaves no partial beside what was verified, and no lane open', async () => {
    const { from: _from, ...where } = places();
    const rig = await Rig.start({
      ...where,
      lane: { toDialer: { deliveryBytes: () => 90_000 } },
      onFrame: ({ type }, { receiving }) => {
        if (type === 'DATA') setImmediate(() => receiving?.cancel(enough));
      },
    });
    await rig.over();
    const again = await Rig.run(where);
    expect(again.framesOf('WANT')[0]?.resume).toEqual([[1, expect.any(Number), expect.any(String)]]);
  });
});

describe('DECLINE', () => {
  it('ends the offer on both sides; manifest pages that cross it do no harm', async () => {
    const rig = await Rig.start({
      ...places(),
      staysOpen: true,
      decide: ({ receiving }) => receiving?.decline(new HexdropError('declined', 'Not today.')),
    });
    expect(await rig.source.outcome).toEqual({ kind: 'cancelled', code: 'declined', message: 'Not today.' });
    expect(await rig.sink.outcome).toMatchObject({ kind: 'cancelled', code: 'declined' });
    expect([rig.pair.dialer.isEnded(), rig.pair.listener.isEnded()]).toEqual([false, false]);
    rig.close();
  });

  it('that crosses CANCEL ends on both sides too', async () => {
    const rig = await Rig.start({
      ...places(),
      staysOpen: true,
      decide: ({ receiving, sending }) => {
        sending?.cancel(enough);
        receiving?.decline(new HexdropError('declined'));
      },
    });
    await rig.over();
    await rig.pair.dialer.session.ask('LIST', { path: '' }).catch(() => {});
    expect([rig.pair.dialer.session.stateOf(1), rig.pair.listener.session.stateOf(1)]).toEqual([
      'over',
      'over',
    ]);
    rig.close();
  });
});
