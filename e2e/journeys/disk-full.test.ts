// A disk that runs full fails the files that do not fit, with the reason on both sides, and nothing else.

import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { memoryDisk, mounts } from '../support/mounts.ts';
import { expectOnlyWholeFiles, makeTree, isUnfinished, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const disk = mounts('a disk that runs full fails only the files that do not fit');

const mebibyte = 1_048_576;

const files = (root: string): readonly string[] =>
  [...readTree(root, isUnfinished)].filter(([, { kind }]) => kind === 'file').map(([path]) => path);

/** Takes what there is no space for, unless it is told otherwise. */
async function smallReceiver(to: string, mebibytes: number, manner: readonly string[] = ['--force']) {
  const args = ['receive', '--yes', ...manner, '--dir', to];
  const receiver = await world
    .device('receiver')
    .listen(args, { wrap: disk.wrap(memoryDisk(to, `${mebibytes}m`)) });
  return { ...receiver, seen: disk.seen(receiver.program.pid, to) };
}

describe.skipIf(!disk.available)('a full disk', () => {
  test('fails a file that does not fit, and the others go on', async () => {
    const random = seededRandom();
    const from = makeTree(world.folder('from'), {
      'tree/1 small': 'first',
      'tree/2 too large': random.bytes(24 * mebibyte),
      'tree/3 fits': random.bytes(2 * mebibyte),
      'tree/4 small': 'last',
    });
    const receiver = await smallReceiver(world.folder('to'), 8);
    const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
    expectExit(sent, 1);
    const fault = { path: 'tree/2 too large', code: 'disk-full' };
    expect(eventsOf(sent, 'fault')).toMatchObject([{ ...fault, side: 'there' }]);
    expect(await receiver.program.event('fault')).toMatchObject({ ...fault, side: 'here' });
    expect(lastEvent(sent, 'done')).toMatchObject({ files: 3, failed: 1 });
    expect(await receiver.program.event('done')).toMatchObject({ files: 3, failed: 1 });
    expect(files(receiver.seen)).toEqual(['tree/1 small', 'tree/3 fits', 'tree/4 small']);
    expectOnlyWholeFiles(from, receiver.seen);
  });

  test('fails the small files that do not fit, each by itself', async () => {
    const random = seededRandom();
    const tree: Record<string, Uint8Array> = {};
    for (let file = 0; file < 200; file += 1)
      tree[`tree/${String(file).padStart(3, '0')}`] = random.bytes(20_000);
    const from = makeTree(world.folder('from'), tree);
    const receiver = await smallReceiver(world.folder('to'), 2);
    const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
    expectExit(sent, 1);
    const landed = files(receiver.seen).length;
    expect(landed).toBeGreaterThan(60);
    expect(lastEvent(sent, 'done')).toMatchObject({ files: landed, failed: 200 - landed });
    expect(new Set(eventsOf(sent, 'fault').map(({ code }) => code))).toEqual(new Set(['disk-full']));
    expectOnlyWholeFiles(from, receiver.seen);
  });

  test('that has room again takes the rest in the next run', async () => {
    const random = seededRandom();
    const from = makeTree(world.folder('from'), {
      'tree/a': random.bytes(5 * mebibyte),
      'tree/b': random.bytes(5 * mebibyte),
    });
    const receiver = await smallReceiver(world.folder('to'), 8);
    makeTree(receiver.seen, { 'in the way': random.bytes(mebibyte) });
    const sender = world.device('sender');
    const args = ['send', join(from, 'tree'), '--to', receiver.address];
    expectExit(await sender.run(args), 1);
    expect(files(receiver.seen)).toContain('tree/a');
    rmSync(join(receiver.seen, 'tree/a'));
    rmSync(join(receiver.seen, 'in the way'));
    rmSync(join(from, 'tree/a'));
    const again = await sender.run(args);
    expectExit(again, 0);
    expectOnlyWholeFiles(from, receiver.seen);
    expect(files(receiver.seen)).toEqual(['tree/b']);
  });

  test('leaves get --force with the same: the file fails, the rest is fetched', async () => {
    const share = makeTree(world.folder('share'), {
      'a too large': seededRandom().bytes(12 * mebibyte),
      'b small': 'small',
    });
    const sharer = await world.device('sharer').share(share);
    const to = world.folder('to');
    const getter = world.device('getter');
    const keep = 'share/b small';
    // What the getter saw goes with it: it looks for itself before it goes.
    const wrap = disk.wrap(memoryDisk(to, '4m'));
    const program = getter.start(['get', `${sharer.address}/share`, '--force', '--dir', to], {
      wrap: (command) =>
        wrap(['sh', '-c', '"$@"; code=$?; cat "$0" >&2; exit $code', join(to, keep), ...command]),
    });
    const got = await program.end();
    expectExit(got, 1);
    expect(eventsOf(got, 'fault')).toMatchObject([
      { path: 'share/a too large', code: 'disk-full', side: 'here' },
    ]);
    expect(got.stderr.endsWith('small')).toBe(true);
    expect(await sharer.program.event('fault')).toMatchObject({ code: 'disk-full', side: 'there' });
  });
});

describe.skipIf(!disk.available)('an offer that cannot fit', () => {
  test('is declined with the sizes when nobody is asked, and nothing of it arrives', async () => {
    const from = makeTree(world.folder('from'), { 'tree/large': new Uint8Array(12 * mebibyte) });
    const receiver = await smallReceiver(world.folder('to'), 8, ['--once']);
    const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
    expectExit(sent, 3);
    expect(lastEvent(sent, 'error').code).toBe('no-space');
    expect(sent.stderr).toContain('There is no space for it: it needs 12.6 MB, and 8.39 MB are free there.');
    await receiver.program.event('declined');
    await receiver.program.says(/Declined an offer .* no space .* --force/);
    expect([...readTree(receiver.seen).keys()]).toEqual([]);
    // It was not the one transfer that --once waits for.
    const small = makeTree(world.folder('small'), { words: 'words' });
    expectExit(await world.device('sender').run(['send', join(small, 'words'), '--to', receiver.address]), 0);
    expectExit(await receiver.program.end(), 0);
  });

  test('is declined though a folder of its name is there, where too little is in it', async () => {
    const from = makeTree(world.folder('from'), { 'tree/large': new Uint8Array(12 * mebibyte) });
    const receiver = await smallReceiver(world.folder('to'), 8, []);
    makeTree(receiver.seen, { 'tree/small': 'small' });
    const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
    expectExit(sent, 3);
    expect(lastEvent(sent, 'error').code).toBe('no-space');
    expect(files(receiver.seen)).toEqual(['tree/small']);
  });

  test('is not taken into a writable share', async () => {
    const from = makeTree(world.folder('from'), { 'tree/large': new Uint8Array(12 * mebibyte) });
    const to = world.folder('to');
    const sharer = await world
      .device('sharer')
      .listen(['share', to, '--writable'], { wrap: disk.wrap(memoryDisk(to, '8m')) });
    const seen = disk.seen(sharer.program.pid, to);
    const put = (path: string) =>
      world.device('putter').run(['put', path, `${sharer.address}/${basename(to)}`]);
    const refused = await put(join(from, 'tree'));
    expectExit(refused, 3);
    expect(lastEvent(refused, 'error').code).toBe('no-space');
    expect(refused.stderr).toContain(
      'There is no space for it: it needs 12.6 MB, and 8.39 MB are free there.',
    );
    expect([...readTree(seen).keys()]).toEqual([]);
    // Most of what is told may be there already.
    const large = makeTree(world.folder('large'), { 'same/large': seededRandom().bytes(6 * mebibyte) });
    expectExit(await put(join(large, 'same')), 0);
    makeTree(large, { 'same/added': 'added' });
    expectExit(await put(join(large, 'same')), 0);
    expect(files(seen)).toHaveLength(2);
  });

  test('is not fetched', async () => {
    const share = makeTree(world.folder('share'), { large: new Uint8Array(12 * mebibyte), small: 'small' });
    const sharer = await world.device('sharer').share(share);
    const to = world.folder('to');
    const wrap = disk.wrap(memoryDisk(to, '8m'));
    // What is on the disk goes with the getter, which looks for itself before it goes.
    const program = world.device('getter').start(['get', `${sharer.address}/share`, '--dir', to], {
      wrap: (command) =>
        wrap(['sh', '-c', '"$@"; code=$?; find "$0" -type f >&2; exit $code', to, ...command]),
    });
    const got = await program.end();
    expectExit(got, 3);
    expect(lastEvent(got, 'error').code).toBe('no-space');
    expect(got.stderr).toContain('There is no space for it: it needs 12.6 MB, and 8.39 MB are free there.');
    expect(got.stderr).not.toContain(join(to, 'share'));
  });

  test('is taken as far as it goes with --force', async () => {
    const from = makeTree(world.folder('from'), {
      'tree/large': new Uint8Array(12 * mebibyte),
      'tree/small': 'small',
    });
    const receiver = await smallReceiver(world.folder('to'), 8);
    const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
    expectExit(sent, 1);
    expect(files(receiver.seen)).toEqual(['tree/small']);
  });

  test('is not declined when most of it is there already', async () => {
    const random = seededRandom();
    const from = makeTree(world.folder('from'), { 'tree/large': random.bytes(6 * mebibyte) });
    const receiver = await smallReceiver(world.folder('to'), 8, ['--on-conflict', 'skip']);
    const send = ['send', join(from, 'tree'), '--to', receiver.address];
    expectExit(await world.device('sender').run(send), 0);
    makeTree(from, { 'tree/added': random.bytes(mebibyte) });
    expectExit(await world.device('sender').run(send), 0);
    expect(files(receiver.seen)).toContain('tree/added');
  });

  test('is ended as soon as its sender has counted enough', async () => {
    // More than is counted before the offer leaves, and the large file is the last of it.
    const tree: Record<string, string | Uint8Array> = {};
    for (let file = 0; file < 12_000; file += 1) tree[`tree/a/${file}`] = 'x';
    tree['tree/z/large'] = new Uint8Array(80 * mebibyte);
    const from = makeTree(world.folder('from'), tree);
    const receiver = await smallReceiver(world.folder('to'), 60, []);
    const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
    expectExit(sent, 3);
    expect(lastEvent(sent, 'error').code).toBe('no-space');
    expect(files(receiver.seen)).not.toContain('tree/z/large');
  });
});
