/** Files that are written to, touched or replaced between the walk and the last byte (docs/PROTOCOL.md, "Bulk"). */

import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { chunkBytes } from '../../../shared/protocol/limits.ts';
import type { LoggedFrame } from '../testing/frame-log.ts';
import { contentOf, harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { FileSeed, Tree } from '../../base/testing/trees.ts';
import { Rig } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

const small = { size: 500, seed: 3 };
const large = { size: 12 * chunkBytes + 99, seed: 5 };
const others: Tree = { a: { size: 10, seed: 1 }, z: { size: 20, seed: 2 } };
const roads: readonly (readonly [string, Partial<RigOptions>])[] = [
  ['inline', {}],
  ['over a lane', { lane: {} }],
];

interface Sent {
  readonly rig: Rig;
  readonly path: string;
  readonly to: string;
}

type When = (frame: LoggedFrame, path: string, count: number) => void;

/** Sends `m` between two others; `when` is called for each frame, with how many of its type there were before. */
const send = async (m: FileSeed, when: When, road: Partial<RigOptions> = {}): Promise<Sent> => {
  const all = temporaryFolder();
  const from = join(all, 'tree');
  plant(from, { ...others, m });
  const path = join(from, 'm');
  const counts = new Map<string, number>();
  const rig = await Rig.run({
    paths: [from],
    dir: join(all, 'to'),
    home: join(all, 'home'),
    onFrame: (frame) => {
      const count = counts.get(frame.type) ?? 0;
      counts.set(frame.type, count + 1);
      when(frame, path, count);
    },
    ...road,
  });
  return { rig, path, to: join(all, 'to', 'tree') };
};

const at =
  (type: LoggedFrame['type'], change: (path: string) => void): When =>
  (frame, path, count) => {
    if (frame.type === type && count === 0) change(path);
  };

const overwrite = (path: string, position: number, text: string): void => {
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.from(text), 0, text.length, position);
  closeSync(fd);
};

const arrived = (to: string): Buffer => readFileSync(join(to, 'm'));

const expectNotice = ({ rig }: Sent, code: string | undefined): void => {
  const told =
    code === undefined ? [] : [{ path: 'tree/m', code, message: expect.stringContaining('"tree/m"') }];
  expect(rig.source.notices).toEqual(told.map((notice) => ({ ...notice, side: 'here' })));
  expect(rig.sink.notices).toEqual(told.map((notice) => ({ ...notice, side: 'there' })));
};

const expectAllArrived = async ({ rig }: Sent): Promise<void> => {
  const { source, sink } = await rig.over();
  expect(sink).toMatchObject({ kind: 'done', summary: { files: 3, failed: 0 } });
  expect(source).toEqual(sink);
};

const expectChanged = async ({ rig, to }: Sent): Promise<void> => {
  const { source, sink } = await rig.over();
  expect(sink).toMatchObject({ kind: 'done', summary: { files: 2, failed: 1 } });
  expect(source).toEqual(sink);
  expect(rig.sink.faults).toEqual([{ path: 'tree/m', code: 'file-changed', side: 'there' }]);
  expect(rig.source.faults).toEqual([{ path: 'tree/m', code: 'file-changed', side: 'here' }]);
  expect(Object.keys(harvest(to))).toEqual(['a', 'z']);
};

describe.each(roads)('a file that grows (%s)', (_, road) => {
  it.each([
    ['small', small],
    ['large', large],
    ['empty', { size: 0, seed: 1 }],
  ])('after the offer arrives with the size of then, and both sides say so (%s)', async (_what, m) => {
    const sent = await send(
      m,
      at('ACCEPT', (path) => appendFileSync(path, 'and more')),
      road,
    );
    await expectAllArrived(sent);
    expect(arrived(sent.to).equals(contentOf(m))).toBe(true);
    expectNotice(sent, 'grew');
  });

  it('with every frame while it is sent arrives with the size of the start', async () => {
    const sent = await send(
      large,
      ({ type }, path) => {
        if (type === 'DATA' || type === 'ACK') appendFileSync(path, 'one line more\n');
      },
      road,
    );
    await expectAllArrived(sent);
    expect(arrived(sent.to).equals(contentOf(large))).toBe(true);
    expectNotice(sent, 'grew');
  });
});

const touches: readonly (readonly [string, (path: string) => void])[] = [
  ['gets another name by a backup', (path) => linkSync(path, `${path}.backup`)],
  ['gets another mode', (path) => chmodSync(path, 0o600)],
];

describe.each(touches)('a file that %s', (_, touch) => {
  it.each([
    ['ACCEPT', 'small', small],
    ['ACCEPT', 'large', large],
    ['DATA', 'large', large],
  ] as const)('at the first %s arrives as ever (%s)', async (type, _what, m) => {
    const sent = await send(m, at(type, touch));
    await expectAllArrived(sent);
    expect(arrived(sent.to).equals(contentOf(m))).toBe(true);
    expectNotice(sent, undefined);
  });
});

describe('a file that is written to', () => {
  it.each([
    ['small', small],
    ['large', large],
  ])('before its turn arrives as it is then, and both sides say so (%s)', async (_what, m) => {
    const sent = await send(
      m,
      at('ACCEPT', (path) => overwrite(path, 7, 'NEW')),
    );
    await expectAllArrived(sent);
    expect(arrived(sent.to).equals(readFileSync(sent.path))).toBe(true);
    expect(arrived(sent.to).subarray(7, 10).toString()).toBe('NEW');
    expectNotice(sent, 'newer');
  });

  it('where it has been read already fails, alone', async () => {
    await expectChanged(
      await send(
        large,
        at('DATA', (path) => overwrite(path, 7, 'NEW')),
      ),
    );
  });

  it('where it has been read already fails, also when its time is set back', async () => {
    const sent = await send(
      large,
      at('DATA', (path) => {
        const { atime, mtime } = statSync(path);
        overwrite(path, 7, 'NEW');
        utimesSync(path, atime, mtime);
      }),
    );
    await expectChanged(sent);
  });

  it('at its end and where it has been read fails, and never arrives half old, half new', async () => {
    const sent = await send(
      large,
      at('DATA', (path) => {
        overwrite(path, 7, 'NEW');
        overwrite(path, large.size - 3, 'NEW');
      }),
    );
    await expectChanged(sent);
  });

  it('and grows beyond what was told fails when what was told is another', async () => {
    const sent = await send(
      large,
      at('DATA', (path) => writeFileSync(path, contentOf({ size: large.size + 500, seed: 77 }))),
    );
    await expectChanged(sent);
  });

  it('only by its time arrives, which is said', async () => {
    const sent = await send(
      large,
      at('DATA', (path) => utimesSync(path, 1, 1)),
    );
    await expectAllArrived(sent);
    expect(arrived(sent.to).equals(contentOf(large))).toBe(true);
    expectNotice(sent, 'newer');
  });
});

describe('a file whose place another one takes', () => {
  const replace = (path: string, by: FileSeed): void => {
    writeFileSync(`${path}.new`, contentOf(by));
    renameSync(`${path}.new`, path);
  };

  it.each([
    ['small', small],
    ['large', large],
  ])('of the same size arrives as the new one, and both sides say so (%s)', async (_what, m) => {
    const sent = await send(
      m,
      at('ACCEPT', (path) => replace(path, { ...m, seed: 99 })),
    );
    await expectAllArrived(sent);
    expect(arrived(sent.to).equals(contentOf({ ...m, seed: 99 }))).toBe(true);
    expectNotice(sent, 'newer');
  });

  it.each([
    ['small', small],
    ['large', large],
  ])('that is longer fails: its beginning alone is no document (%s)', async (_what, m) => {
    await expectChanged(
      await send(
        m,
        at('ACCEPT', (path) => replace(path, { size: m.size + 9, seed: 99 })),
      ),
    );
  });
});

describe('a file of which a part is there', () => {
  const cut = async (): Promise<{ options: RigOptions; path: string; to: string }> => {
    const all = temporaryFolder();
    plant(join(all, 'tree'), { m: large });
    const options = { paths: [join(all, 'tree')], dir: join(all, 'to'), home: join(all, 'home') };
    await Rig.run({
      ...options,
      link: { toListener: { cutAfterBytes: 8 * chunkBytes, deliveryBytes: () => 40_000 } },
    });
    return { options, path: join(all, 'tree', 'm'), to: join(all, 'to', 'tree') };
  };
  const onceWanted = (change: () => void): ((frame: LoggedFrame) => void) => {
    let isDone = false;
    return ({ type }) => {
      if (type !== 'WANT' || isDone) return;
      isDone = true;
      change();
    };
  };

  it('and that is touched before it goes on is not sent again', async () => {
    const { options, path, to } = await cut();
    const rig = await Rig.run({ ...options, onFrame: onceWanted(() => chmodSync(path, 0o640)) });
    expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { files: 1, failed: 0 } });
    expect(rig.contentBytes).toBeLessThan(large.size - 5 * chunkBytes);
    expect(arrived(to).equals(contentOf(large))).toBe(true);
  });

  it('and in which that part is another before it goes on fails, and comes whole with the next run', async () => {
    const { options, path, to } = await cut();
    const rig = await Rig.run({ ...options, onFrame: onceWanted(() => overwrite(path, 7, 'NEW')) });
    expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { files: 0, failed: 1 } });
    expect(rig.sink.faults).toMatchObject([{ path: 'tree/m', code: 'file-changed' }]);
    expect(rig.contentBytes).toBe(0);
    const again = await Rig.run(options);
    expect((await again.over()).sink).toMatchObject({ kind: 'done', summary: { files: 1, failed: 0 } });
    expect(arrived(to).equals(readFileSync(path))).toBe(true);
  });
});
