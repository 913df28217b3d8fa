import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { chunkBytes, limits } from '../../../shared/protocol/limits.ts';
import { setLimits } from '../testing/limits.ts';
import { harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { leftovers, Rig, unfinishedIn } from '../testing/transfer-rig.ts';
import type { LoggedFrame } from '../testing/frame-log.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

interface Sent {
  readonly rig: Rig;
  readonly from: string;
  readonly to: string;
  readonly home: string;
  readonly dir: string;
}

/** Sends a tree; `when` changes the source at a frame of the sink or source. */
const send = async (
  tree: Tree,
  when: (frame: LoggedFrame, from: string, dir: string) => void = () => {},
  options: Partial<RigOptions> = {},
): Promise<Sent> => {
  const all = temporaryFolder();
  const [from, dir, home] = [join(all, 'from', 'tree'), join(all, 'to'), join(all, 'home')];
  plant(from, tree);
  const rig = await Rig.run({
    paths: [from],
    dir,
    home,
    onFrame: (frame) => when(frame, from, dir),
    ...options,
  });
  return { rig, from, to: join(dir, 'tree'), home, dir };
};

/** Both sides say the same of the end: numbers, and every fault with the other's view of whose side it was. */
const expectAgreement = async ({ rig }: Sent, summary: object): Promise<void> => {
  const { source, sink } = await rig.over();
  expect(sink).toEqual({ kind: 'done', summary: expect.objectContaining(summary) });
  expect(source).toEqual(sink);
  const mirrored = rig.sink.faults.map(
    ({ path, code, side }) => `${path} ${code} ${side === 'here' ? 'there' : 'here'}`,
  );
  expect(rig.source.faults.map(({ path, code, side }) => `${path} ${code} ${side}`).toSorted()).toEqual(
    mirrored.toSorted(),
  );
};

/** Runs the change once, at the first frame of a type. */
const once = (
  type: LoggedFrame['type'],
  change: (from: string, dir: string) => void,
): ((frame: LoggedFrame, from: string, dir: string) => void) => {
  let isDone = false;
  return (frame, from, dir) => {
    if (frame.type !== type || isDone) return;
    isDone = true;
    change(from, dir);
  };
};

const others: Tree = { a: { size: 10, seed: 1 }, z: { size: 20, seed: 2 } };
const large = { size: 12 * chunkBytes + 99, seed: 5 };

describe('a file of the source', () => {
  it.each([
    ['small', { size: 500, seed: 3 }],
    ['large', large],
  ])('that was removed since the manifest fails; the others go on (%s)', async (_what, file) => {
    const sent = await send(
      { ...others, m: file },
      once('ACCEPT', (from) => rmSync(join(from, 'm'))),
    );
    await expectAgreement(sent, { files: 2, failed: 1 });
    expect(sent.rig.sink.faults).toEqual([{ path: 'tree/m', code: 'file-vanished', side: 'there' }]);
    expect(Object.keys(harvest(sent.to))).toEqual(['a', 'z']);
  });

  it('that becomes shorter while it is sent fails; nothing of it comes under its name', async () => {
    const sent = await send(
      { ...others, m: large },
      once('DATA', (from) => truncateSync(join(from, 'm'), 100)),
    );
    await expectAgreement(sent, { files: 2, failed: 1 });
    expect(sent.rig.sink.faults).toMatchObject([{ path: 'tree/m', code: 'file-changed' }]);
    expect(Object.keys(harvest(sent.to))).toEqual(['a', 'z']);
  });

  it('whose place a symbolic link or a folder takes is not followed', async () => {
    for (const [take, code] of [
      [(path: string) => symlinkSync('/etc/hostname', path), 'symlink-in-path'],
      [(path: string) => mkdirSync(path), 'is-a-folder'],
    ] as const) {
      const sent = await send(
        { ...others, m: { size: 500, seed: 3 } },
        once('ACCEPT', (from) => {
          rmSync(join(from, 'm'));
          take(join(from, 'm'));
        }),
      );
      await expectAgreement(sent, { files: 2, failed: 1 });
      expect(sent.rig.sink.faults).toMatchObject([{ path: 'tree/m', code }]);
    }
  });

  it.skipIf(process.platform === 'win32')(
    'whose place a FIFO takes does not make the source wait',
    async () => {
      const sent = await send(
        { ...others, m: { size: 500, seed: 3 } },
        once('ACCEPT', (from) => {
          rmSync(join(from, 'm'));
          execFileSync('mkfifo', [join(from, 'm')]);
        }),
      );
      await expectAgreement(sent, { files: 2, failed: 1 });
    },
  );

  it('that fails is shown by its whole path, small or large', async () => {
    const deep: Tree = { one: { two: { m: { size: 5, seed: 1 }, n: large } } };
    const sent = await send(
      deep,
      once('ACCEPT', (from) => renameSync(join(from, 'one', 'two'), join(from, 'gone'))),
    );
    await expectAgreement(sent, { files: 0, failed: 2 });
    expect(sent.rig.source.faults.map(({ path }) => path).toSorted()).toEqual([
      'tree/one/two/m',
      'tree/one/two/n',
    ]);
  });
});

describe('a folder of the source', () => {
  it('that cannot be listed any more fails, by its path; the others go on', async () => {
    for (const roads of [{}, { lane: {}, link: { toListener: { turnsBetween: 20 } } }]) {
      const all = temporaryFolder();
      plant(join(all, 'tree'), { m: { x: { size: 3, seed: 1 } }, n: { y: { size: 4, seed: 2 } } });
      setLimits({ previewEntries: 4 });
      const rig = await Rig.start({
        paths: [join(all, 'tree')],
        dir: join(all, 'to'),
        home: join(all, 'home'),
        ...roads,
      });
      // The walk stands still before it lists the second folder.
      rmSync(join(all, 'tree', 'n'), { recursive: true });
      expect(await rig.sink.outcome).toMatchObject({ kind: 'done', summary: { files: 1, failed: 1 } });
      expect(await rig.source.outcome).toEqual(await rig.sink.outcome);
      expect(rig.sink.faults).toEqual([{ path: 'tree/n', code: 'file-vanished', side: 'there' }]);
    }
  });

  it('holds links, sockets and pipes, which are left out and counted', async () => {
    const all = temporaryFolder();
    const from = join(all, 'tree');
    plant(from, { ...others, inside: {} });
    symlinkSync('a', join(from, 'link'));
    symlinkSync('inside', join(from, 'linked-folder'));
    symlinkSync('nowhere', join(from, 'dangling'));
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(from, 'inside', 'pipe')]);
    const rig = await Rig.run({ paths: [from], dir: join(all, 'to'), home: join(all, 'home') });
    expect(rig.source.left.toSorted()).toEqual([
      'tree/dangling',
      'tree/inside/pipe',
      'tree/link',
      'tree/linked-folder',
    ]);
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done', summary: { files: 2, failed: 0 } });
    expect([rig.sending?.progress.omitted, rig.receiving?.progress.omitted]).toEqual([4, 4]);
    expect(rig.sink.left).toEqual(rig.source.left);
  });

  it.skipIf(process.platform === 'win32')('holds what no manifest can tell: both sides name it', async () => {
    const all = temporaryFolder();
    const from = join(all, 'tree');
    plant(from, { ...others, inside: {} });
    for (const name of ['caf\xe9', 'na\xefve'])
      writeFileSync(Buffer.concat([Buffer.from(`${from}/inside/`), Buffer.from(name, 'latin1')]), 'x');
    for (const road of [{}, { lane: {} }]) {
      const rig = await Rig.run({ paths: [from], dir: join(all, 'to'), home: join(all, 'home'), ...road });
      const sent = { rig, from, to: '', home: '', dir: '' };
      await expectAgreement(sent, { files: 2, failed: 2 });
      expect(rig.sink.faults).toEqual([
        { path: 'tree/inside/caf\ufffd', code: 'name-not-utf8', side: 'there' },
        { path: 'tree/inside/na\ufffdve', code: 'name-not-utf8', side: 'there' },
      ]);
    }
  });

  it.skipIf(process.platform === 'win32')(
    'holds more of that than is named: the rest is counted',
    async () => {
      const all = temporaryFolder();
      const from = join(all, 'tree');
      plant(from, others);
      for (let number = 0; number < 30; number += 1)
        writeFileSync(Buffer.concat([Buffer.from(`${from}/${number} `), Buffer.of(0xff)]), 'x');
      setLimits({ notices: 7 });
      const rig = await Rig.run({ paths: [from], dir: join(all, 'to'), home: join(all, 'home') });
      expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { files: 2, failed: 30 } });
      expect([rig.source.faults.length, rig.sink.faults.length]).toEqual([30, 7]);
    },
  );
});

describe('the target', () => {
  it('with a symbolic link where a folder must be takes nothing through it', async () => {
    const outside = temporaryFolder();
    const sent = await send(
      { ...others, docs: { x: { size: 5, seed: 3 }, y: { size: 6, seed: 4 } } },
      once('OFFER', (_from, dir) => {
        mkdirSync(join(dir, 'tree'), { recursive: true });
        symlinkSync(outside, join(dir, 'tree', 'docs'));
      }),
    );
    await expectAgreement(sent, { files: 2, failed: 3 });
    expect(sent.rig.sink.faults).toEqual([
      { path: 'tree/docs', code: 'symlink-in-path', side: 'here' },
      { path: 'tree/docs/x', code: 'symlink-in-path', side: 'here' },
      { path: 'tree/docs/y', code: 'symlink-in-path', side: 'here' },
    ]);
    expect(harvest(outside)).toEqual({});
  });

  it('whose folder is swapped for a link while files come takes nothing through it', async () => {
    const outside = temporaryFolder();
    const sent = await send(
      { docs: { x: large, y: { size: 2_000_000, seed: 4 } } },
      once('DATA', (_from, dir) => {
        renameSync(join(dir, 'tree', 'docs'), join(dir, 'tree', 'moved'));
        symlinkSync(outside, join(dir, 'tree', 'docs'));
      }),
    );
    await expectAgreement(sent, { files: 0, failed: 2 });
    expect(new Set(sent.rig.sink.faults.map(({ code }) => code))).toEqual(new Set(['symlink-in-path']));
    expect(harvest(outside)).toEqual({});
  });

  it('makes a folder again that somebody removes while files come', async () => {
    const sent = await send(
      { docs: { x: large, y: { size: 2_000_000, seed: 4 } } },
      once('DATA', (_from, dir) => rmSync(join(dir, 'tree', 'docs'), { recursive: true })),
    );
    await expectAgreement(sent, { files: 2, failed: 0 });
    expect(harvest(sent.to)).toEqual(harvest(sent.from));
  });

  it('whose unfinished files somebody tidies up again and again gets every file all the same', async () => {
    const sent = await send(
      { a: large, b: { size: 2_000_000, seed: 2 }, c: { size: 3, seed: 3 }, d: { e: large } },
      ({ type }, _from, dir) => {
        if (type !== 'END' && type !== 'DATA') return;
        for (const path of unfinishedIn(dir)) rmSync(join(dir, path));
      },
    );
    await expectAgreement(sent, { files: 4, failed: 0 });
    expect(harvest(sent.to)).toEqual(harvest(sent.from));
    expect(leftovers(sent.home, sent.dir)).toEqual([]);
  });

  it('in which something else takes the paths of unfinished files gets every file, and follows no link', async () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'precious'), 'precious');
    const sent = await send({ a: large, b: { c: { size: 3, seed: 3 } } }, ({ type }, _from, dir) => {
      if (type !== 'END' && type !== 'DATA') return;
      for (const path of unfinishedIn(dir)) {
        rmSync(join(dir, path));
        for (const number of [0, 1, 2]) {
          const taken = join(dir, path.replace(/\d+$/u, String(number)));
          rmSync(taken, { force: true });
          symlinkSync(join(outside, 'precious'), taken);
        }
      }
    });
    await expectAgreement(sent, { files: 2, failed: 0 });
    expect(harvest(sent.to)).toEqual(harvest(sent.from));
    expect(harvest(outside)).toMatchObject({ precious: { content: 'precious' } });
  });

  it.skipIf(process.platform !== 'linux')(
    'in which somebody moves the folder of a file that comes gets it, and leaves nothing unfinished there',
    async () => {
      const sent = await send(
        { docs: { x: large } },
        once('DATA', (_from, dir) => renameSync(join(dir, 'tree', 'docs'), join(dir, 'tree', 'moved'))),
      );
      await expectAgreement(sent, { files: 1, failed: 0 });
      expect(Object.keys(harvest(sent.to))).toEqual(['docs', 'docs/x', 'moved']);
      expect(leftovers(sent.home, sent.dir)).toEqual([]);
    },
  );

  it('gets nothing of unfinished files that lie in the source, and hears that they were left out', async () => {
    const all = temporaryFolder();
    plant(join(all, 'tree'), { ok: { size: 3, seed: 1 }, [`.HEXDROP-partial`]: { x: { size: 4, seed: 2 } } });
    const rig = await Rig.run({ paths: [join(all, 'tree')], dir: join(all, 'to'), home: join(all, 'home') });
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done', summary: { files: 1 } });
    expect(rig.source.faults).toEqual([]);
    expect(rig.source.left).toEqual(['tree/.HEXDROP-partial']);
    expect(Object.keys(harvest(join(all, 'to', 'tree')))).toEqual(['ok']);
  });
});

describe('a tree that is deeper than the protocol allows', () => {
  it('comes as far as it may; the rest fails, files too', async () => {
    const all = temporaryFolder();
    let folder = join(all, 'd');
    for (let depth = 1; depth <= limits.treeDepth + 1; depth += 1) {
      mkdirSync(folder);
      if (depth >= limits.treeDepth - 1) writeFileSync(join(folder, 'f'), String(depth));
      folder = join(folder, 'd');
    }
    const rig = await Rig.run({ paths: [join(all, 'd')], dir: join(all, 'to'), home: join(all, 'home') });
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done', summary: { files: 1 } });
    expect(rig.source.faults.map(({ code }) => code)).toEqual(['manifest-depth', 'manifest-depth']);
    expect(await rig.source.outcome).toEqual(await rig.sink.outcome);
  });
});

describe('names that are not UTF-8', () => {
  it.skipIf(process.platform !== 'linux')(
    'are left behind and told, also beside one that reads the same',
    async () => {
      const all = temporaryFolder();
      plant(join(all, 'tree'), { ok: { size: 3, seed: 1 }, '\ufffd': { size: 5, seed: 2 } });
      const raw = (byte: number): Buffer =>
        Buffer.concat([Buffer.from(join(all, 'tree', '/')), Buffer.of(byte)]);
      writeFileSync(raw(0xff), 'one');
      writeFileSync(raw(0xfe), 'two');
      const rig = await Rig.run({
        paths: [join(all, 'tree')],
        dir: join(all, 'to'),
        home: join(all, 'home'),
      });
      expect(await rig.sink.outcome).toMatchObject({ kind: 'done', summary: { files: 2 } });
      expect(await rig.source.outcome).toEqual(await rig.sink.outcome);
      expect(Object.keys(harvest(join(all, 'to', 'tree')))).toEqual(['ok', '\ufffd']);
      expect(rig.source.faults.map(({ code }) => code)).toEqual(['name-not-utf8', 'name-not-utf8']);
      expect(leftovers(join(all, 'home'), join(all, 'to'))).not.toContain('x');
    },
  );
});
