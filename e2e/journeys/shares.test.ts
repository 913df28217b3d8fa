// Shares: what is listed, what may be fetched and uploaded, and what a PIN keeps.

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { emptyFolder, makeTree, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import type { Device } from '../support/stage.ts';

const world = useWorld();

const things = {
  'empty folder': emptyFolder,
  'folder/照片.jpg': { content: 'photo', mtimeUs: 1_600_000_000_123_456 },
  'folder/new\nline': 'x',
  'run.sh': { content: '#!/bin/sh\n', mode: 0o755 },
};

test('get --stdout writes the content of one file to standard output, and nothing else there', async () => {
  const content = randomBytes(2_500_000).toString('base64');
  const share = makeTree(world.folder('share'), { 'folder/large': content, 'folder/empty': '', pin: '1' });
  const pin = join(share, 'pin');
  const { address } = await world.device('sharer').share(share, '--pin-file', pin);
  const getter = world.device('getter');
  const get = (path: string, ...more: readonly string[]) =>
    getter.run(['get', `${address}/share/${path}`, '--stdout', ...more], { isForPeople: true });
  const large = await get('folder/large', '--pin-file', pin);
  expectExit(large, 0);
  expect(large.stdout === content).toBe(true);
  const empty = await get('folder/empty', '--pin-file', pin);
  expect([empty.exitCode, empty.stdout]).toEqual([0, '']);
  for (const [path, more, code, words] of [
    ['folder', ['--pin-file', pin], 1, /"share\/folder" is a folder/],
    ['nothing', ['--pin-file', pin], 1, /There is no/],
    ['folder/large', [], 5, /asks for a PIN/],
  ] as const) {
    const refused = await get(path, ...more);
    expect([refused.exitCode, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toMatch(words);
  }
});

describe('ls', () => {
  test('lists shares, folders and files, as JSON and for people', async () => {
    const share = makeTree(world.folder('things'), things);
    const other = world.folder('other');
    const sharer = await world.device('sharer').listen(['share', share, other]);
    const looker = world.device('looker');

    const shares = await looker.run(['ls', sharer.address]);
    expectExit(shares, 0);
    expect(eventsOf(shares, 'entry')).toMatchObject([
      { path: 'other', kind: 'share', writable: false, locked: false },
      { path: 'things', kind: 'share', writable: false, locked: false },
    ]);

    const top = await looker.run(['ls', `${sharer.address}/things`]);
    expect(eventsOf(top, 'entry')).toMatchObject([
      { path: 'things/empty folder', name: 'empty folder', kind: 'folder' },
      { path: 'things/folder', kind: 'folder' },
      { path: 'things/run.sh', kind: 'file', size: 10, executable: true },
    ]);
    expect(top.stderr).not.toContain('\n\n');

    const all = await looker.run(['ls', '-R', `${sharer.address}/things`]);
    expect(eventsOf(all, 'entry').map(({ path }) => path)).toEqual([
      'things/empty folder',
      'things/folder',
      'things/run.sh',
      'things/folder/new\nline',
      'things/folder/照片.jpg',
    ]);
    const photo = eventsOf(all, 'entry').find(({ path }) => path === 'things/folder/照片.jpg');
    expect(photo).toMatchObject({ size: 5, mtime: 1_600_000_000_123_456, executable: false });

    const single = await looker.run(['ls', `${sharer.address}/things/run.sh`]);
    expect(eventsOf(single, 'entry')).toMatchObject([{ path: 'things/run.sh', kind: 'file' }]);
  });

  test('of everything walks through all shares', async () => {
    const one = makeTree(world.folder('one'), { a: 'A' });
    const two = makeTree(world.folder('two'), { 'b/c': 'C' });
    const sharer = await world.device('sharer').listen(['share', one, two]);
    const listed = await world.device('looker').run(['ls', '-R', sharer.address]);
    expectExit(listed, 0);
    expect(eventsOf(listed, 'entry').map(({ path }) => path)).toEqual([
      'one',
      'two',
      'one/a',
      'two/b',
      'two/b/c',
    ]);
  });

  test('of two folders of one name gives the second a number', async () => {
    makeTree(world.path, { 'a/photos/x': 'X', 'b/photos/y': 'Y' });
    const folders = ['a', 'b'].map((name) => join(world.path, name, 'photos'));
    const sharer = await world.device('sharer').listen(['share', ...folders]);
    const listed = await world.device('looker').run(['ls', sharer.address]);
    expect(eventsOf(listed, 'entry').map(({ path }) => path)).toEqual(['photos', 'photos (1)']);
  });

  test.each([
    ['no-such-share', 'nowhere', 1],
    ['no-such-path', 'things/nowhere', 1],
    ['not-a-folder', 'things/run.sh/deeper', 1],
  ])('says %s', async (code, path, exitCode) => {
    const sharer = await world.device('sharer').share(makeTree(world.folder('things'), things));
    const looker = world.device('looker');
    for (const args of [['ls'], ['get', '--dir', world.folder('to')]]) {
      const ended = await looker.run([...args, `${sharer.address}/${path}`]);
      expectExit(ended, exitCode);
      expect(lastEvent(ended, 'error').code).toBe(code);
    }
  });
});

describe('put', () => {
  test('into a share that is read-only is refused with exit code 5', async () => {
    const share = makeTree(world.folder('things'), things);
    const before = readTree(share);
    const sharer = await world.device('sharer').share(share);
    const from = makeTree(world.folder('from'), { new: 'new' });
    const put = await world.device('putter').run(['put', join(from, 'new'), `${sharer.address}/things`]);
    expectExit(put, 5);
    expect(lastEvent(put, 'error').code).toBe('read-only');
    expect(readTree(share)).toEqual(before);
  });

  test.each([
    ['no-such-share', 'nowhere'],
    ['no-such-path', 'things/nowhere'],
    ['not-a-folder', 'things/run.sh'],
  ])('says %s', async (code, path) => {
    const share = makeTree(world.folder('things'), things);
    const sharer = await world.device('sharer').share(share, '--writable');
    const from = makeTree(world.folder('from'), { new: 'new' });
    const put = await world.device('putter').run(['put', join(from, 'new'), `${sharer.address}/${path}`]);
    expectExit(put, 1);
    expect(lastEvent(put, 'error').code).toBe(code);
  });

  test('never replaces what is in the share', async () => {
    const share = makeTree(world.folder('inbox'), { report: 'theirs' });
    const sharer = await world.device('sharer').share(share, '--writable');
    const from = makeTree(world.folder('from'), { report: 'mine' });
    expectExit(await world.device('putter').run(['put', join(from, 'report'), `${sharer.address}/inbox`]), 0);
    expect([...readTree(share).keys()]).toEqual(['report', 'report (1)']);
  });

  test('is seen by the next ls and can be fetched back', async () => {
    const share = world.folder('inbox');
    const sharer = await world.device('sharer').share(share, '--writable');
    const from = makeTree(world.folder('from'), { 'tree/a': 'A' });
    const device = world.device('putter');
    expectExit(await device.run(['put', join(from, 'tree'), `${sharer.address}/inbox`]), 0);
    const back = world.folder('back');
    expectExit(await device.run(['get', `${sharer.address}/inbox/tree`, '--dir', back]), 0);
    expect([...readTree(back).keys()]).toEqual(['tree', 'tree/a']);
  });
});

describe('a PIN', () => {
  const pinFile = (name: string, pin: string): string => {
    const path = join(world.path, name);
    writeFileSync(path, `${pin}\n`, { mode: 0o600 });
    return path;
  };

  const locked = async (...args: readonly string[]) => {
    const share = makeTree(world.folder('things'), things);
    const sharer = await world.device('sharer').share(share, '--pin-file', pinFile('right', '2468'), ...args);
    return { share, sharer, looker: world.device('looker') };
  };

  test('is asked for, and without it only the name of the share is seen', async () => {
    const { sharer, looker } = await locked();
    const shares = await looker.run(['ls', '-R', sharer.address]);
    expectExit(shares, 0);
    expect(eventsOf(shares, 'entry')).toMatchObject([{ path: 'things', locked: true }]);
    for (const args of [
      ['ls', `${sharer.address}/things`],
      ['get', `${sharer.address}/things`, '--dir', world.folder('to')],
    ]) {
      const ended = await looker.run(args);
      expectExit(ended, 5);
      expect(lastEvent(ended, 'error').code).toBe('pin-required');
      expect(ended.stderr).toContain('--pin-file');
    }
    expect(readTree(world.folder('to')).size).toBe(0);
  });

  test('opens the share for ls, get and put', async () => {
    const { share, sharer, looker } = await locked('--writable');
    const pin = ['--pin-file', pinFile('mine', '2468')];
    const listed = await looker.run(['ls', `${sharer.address}/things`, ...pin]);
    expectExit(listed, 0);
    expect(eventsOf(listed, 'entry').length).toBe(3);
    const to = world.folder('to');
    expectExit(await looker.run(['get', `${sharer.address}/things/run.sh`, '--dir', to, ...pin]), 0);
    expect([...readTree(to).keys()]).toEqual(['run.sh']);
    const from = makeTree(world.folder('from'), { new: 'new' });
    expectExit(await looker.run(['put', join(from, 'new'), `${sharer.address}/things`, ...pin]), 0);
    expect(readTree(share).has('new')).toBe(true);
  });

  test('keeps uploads out too', async () => {
    const { share, sharer, looker } = await locked('--writable');
    const from = makeTree(world.folder('from'), { new: 'new' });
    const put = await looker.run(['put', join(from, 'new'), `${sharer.address}/things`]);
    expectExit(put, 5);
    expect(lastEvent(put, 'error').code).toBe('pin-required');
    expect(readTree(share).has('new')).toBe(false);
  });

  test('that is wrong is refused, and after a few tries even the right one has to wait', async () => {
    const { sharer, looker } = await locked();
    const tryPin = async (looking: Device, file: string) => {
      const startedAt = performance.now();
      const ended = await looking.run(['ls', `${sharer.address}/things`, '--pin-file', file]);
      expectExit(ended, 5);
      const { code, retryAfterMs = 0 } = lastEvent(ended, 'error');
      return { code, retryAfterMs: Number(retryAfterMs), tookMs: performance.now() - startedAt };
    };
    const wrong = pinFile('wrong', '1111');
    for (let tries = 0; tries < 3; tries += 1) expect((await tryPin(looker, wrong)).code).toBe('pin-wrong');
    // The waits grow with each wrong try: one comes that is long enough for the next process to meet it.
    for (;;) {
      const { code, retryAfterMs, tookMs } = await tryPin(looker, wrong);
      if (code === 'pin-throttled' && retryAfterMs > 3 * tookMs) break;
      expect(['pin-wrong', 'pin-throttled']).toContain(code);
    }
    // Whoever has the PIN gains nothing by being another device at the same address.
    expect((await tryPin(world.device('other'), pinFile('mine', '2468'))).code).toBe('pin-throttled');
  });

  test('appears in nothing that either side says', async () => {
    const secret = 'correct horse 7319';
    const share = makeTree(world.folder('things'), things);
    const sharer = await world.device('sharer').share(share, '--pin-file', pinFile('right', secret));
    const ended = await world
      .device('looker')
      .run(['ls', `${sharer.address}/things`, '--pin-file', pinFile('mine', secret)]);
    expectExit(ended, 0);
    const said = await sharer.program.kill();
    for (const text of [ended.stdout, ended.stderr, said.stdout, said.stderr])
      expect(text).not.toContain('7319');
  });
});

test('what people see of names cannot steer their terminal', async () => {
  const name = 'evil \u001b[2J\u001b]0;title\u0007 new\nline \u202egnp.exe';
  const share = makeTree(world.folder('things'), { [`${name}/${name}`]: 'x' });
  const sharer = await world.device('sharer').share(share);
  const looker = world.device('looker');
  const to = world.folder('to');
  const forPeople = { isForPeople: true };
  const { stderr: sharerSaid } = sharer.program;
  const ended = [
    await looker.run(['ls', `${sharer.address}/things`], forPeople),
    await looker.run(['ls', '-R', `${sharer.address}/things`], forPeople),
    await looker.run(['get', `${sharer.address}/things`, '--dir', to, '--only', '*'], forPeople),
    await looker.run(['get', `${sharer.address}/things/${name}/${name}/nothing`, '--dir', to], forPeople),
  ];
  const said = [...ended.flatMap(({ stdout, stderr }) => [stdout, stderr]), sharerSaid].join('');
  expect(said).toContain('evil');
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/u);
  expect(said).not.toContain('new\nline');
  expect(readTree(to).has(`things/${name}/${name}`)).toBe(true);
});
