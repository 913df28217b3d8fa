// What the receiver may choose: all, a part, or nothing.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Proxy } from '../faults/proxy.ts';
import { needs } from '../support/needs.ts';
import { expectExit, lastEvent } from '../support/program.ts';
import { makeTree, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const script = needs('script', 'a person at a terminal accepts, takes a part, or declines');

const photos = {
  'photos/2023/a.jpg': 'A',
  'photos/2023/a.raw': 'raw',
  'photos/2024/b.jpg': 'B',
  'photos/2024/deep/c.jpg': 'C',
  'photos/notes.txt': 'notes',
};

describe('--only', () => {
  test('takes of an offer what matches and no other file', async () => {
    const from = makeTree(world.folder('from'), photos);
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--once', '--only', '*.jpg');
    const sent = await world.device('sender').run(['send', join(from, 'photos'), '--to', receiver.address]);
    expectExit(sent, 0);
    const received = await receiver.program.end();
    expectExit(received, 0);
    const files = [...readTree(to)].filter(([, { kind }]) => kind === 'file').map(([path]) => path);
    expect(files).toEqual(['photos/2023/a.jpg', 'photos/2024/b.jpg', 'photos/2024/deep/c.jpg']);
    for (const side of [sent, received]) {
      expect(lastEvent(side, 'done')).toMatchObject({
        files: 3,
        bytes: 3,
        skipped: 2,
        failed: 0,
        resumedBytes: 0,
      });
    }
  });

  test('takes of a share what matches, from several patterns', async () => {
    const share = makeTree(world.folder('share'), photos);
    const to = world.folder('to');
    const sharer = await world.device('sharer').share(join(share, 'photos'));
    const only = ['--only', 'photos/2024/**', '--only', '*.txt'];
    const got = await world.device('getter').run(['get', `${sharer.address}/photos`, '--dir', to, ...only]);
    expectExit(got, 0);
    const files = [...readTree(to)].filter(([, { kind }]) => kind === 'file').map(([path]) => path);
    expect(files).toEqual(['photos/2024/b.jpg', 'photos/2024/deep/c.jpg', 'photos/notes.txt']);
    expect(lastEvent(got, 'done')).toMatchObject({ files: 3, skipped: 2 });
  });

  test('that matches nothing moves nothing and is no failure', async () => {
    const from = makeTree(world.folder('from'), photos);
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--only', '*.mp4');
    const sent = await world.device('sender').run(['send', join(from, 'photos'), '--to', receiver.address]);
    expectExit(sent, 0);
    expect(lastEvent(sent, 'done')).toMatchObject({ files: 0, bytes: 0, skipped: 5 });
    expect(await receiver.program.event('unmatched')).toMatchObject({ pattern: '*.mp4' });
    await receiver.program.says(/Nothing fits the pattern "\*\.mp4"\./);
    const files = [...readTree(to)].filter(([, { kind }]) => kind === 'file');
    expect(files).toEqual([]);
  });
});

describe('a name with brackets in it', () => {
  const brackets = {
    'share/Colony[ettv].nfo': 'brackets',
    'share/Colonye.nfo': 'class',
    'share/Other.nfo': 'other',
  };

  test.each([
    ['as it stands', 'Colony[ettv].nfo', ['Colony[ettv].nfo', 'Colonye.nfo']],
    ['with its brackets escaped', 'Colony\\[ettv\\].nfo', ['Colony[ettv].nfo']],
    ['as a class that fits something else', 'Colony[a-f].nfo', ['Colonye.nfo']],
  ])('is found %s', async (_rule, pattern, expected) => {
    const share = makeTree(world.folder('from'), brackets);
    const to = world.folder('to');
    const sharer = await world.device('sharer').share(join(share, 'share'));
    const got = await world
      .device('getter')
      .run(['get', `${sharer.address}/share`, '--dir', to, '--only', pattern]);
    expectExit(got, 0);
    expect(readdirSync(join(to, 'share')).sort()).toEqual(expected);
    expect(got.stderr).not.toContain('Nothing fits');
  });

  test('is not found as a class that fits nothing, and the brackets are explained', async () => {
    const share = makeTree(world.folder('from'), brackets);
    const sharer = await world.device('sharer').share(join(share, 'share'));
    const got = await world
      .device('getter')
      .run(['get', `${sharer.address}/share`, '--dir', world.folder('to'), '--only', 'Colony[xyz].nfo']);
    expectExit(got, 0);
    expect(got.stderr).toContain('Brackets stand for one character');
    expect(lastEvent(got, 'unmatched')).toMatchObject({ pattern: 'Colony[xyz].nfo' });
  });
});

/** `receive` on a terminal of its own: answers are typed, and what it says comes over one stream. */
const onTerminal = (command: readonly string[]): readonly string[] => {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return [script.path, '-qefc', `exec ${quoted}`, '/dev/null'];
};

describe.skipIf(!script.available)('a person at a terminal', () => {
  const asked = async (to: string, ...args: readonly string[]) => {
    const receiver = world.device('receiver');
    const command = ['receive', '--dir', to, '--host', '127.0.0.1', '--port', '0', ...args];
    const program = receiver.start(command, { wrap: onTerminal });
    const { port } = await program.event('listening');
    return { program, address: `127.0.0.1:${port}` };
  };

  test('sees what is offered, accepts, and gets it', async () => {
    const from = makeTree(world.folder('from'), photos);
    const to = world.folder('to');
    const { program, address } = await asked(to, '--once');
    const sender = world.device('sender').start(['send', join(from, 'photos'), '--to', address]);
    await program.event('offer');
    await program.says(/5 files/);
    await program.says(/\?/);
    program.type('y\r');
    expectExit(await sender.end(), 0);
    expectExit(await program.end(), 0);
    expect(readTree(to).size).toBe(9);
  });

  test('declines, and both sides say so', async () => {
    const from = makeTree(world.folder('from'), photos);
    const to = world.folder('to');
    const { program, address } = await asked(to);
    const sender = world.device('sender').start(['send', join(from, 'photos'), '--to', address]);
    await program.event('offer');
    await program.says(/\?/);
    program.type('n\r');
    const sent = await sender.end();
    expectExit(sent, 3);
    expect(lastEvent(sent, 'error').code).toBe('declined');
    expect(sent.stderr).toMatch(/declined/i);
    await program.event('declined');
    expect([...readTree(to).keys()]).toEqual([]);
  });

  test('is told when the sender takes the offer back', async () => {
    const from = makeTree(world.folder('from'), photos);
    const to = world.folder('to');
    const { program, address } = await asked(to);
    const sender = world.device('sender').start(['send', join(from, 'photos'), '--to', address]);
    await program.event('offer');
    await program.says(/\?/);
    sender.signal('SIGINT');
    expectExit(await sender.end(), 130);
    await program.says(/took it back/);
    expect([...readTree(to).keys()]).toEqual([]);
  });
});

test('a device that receives one transfer declines another sender meanwhile', async () => {
  const from = makeTree(world.folder('from'), { big: new Uint8Array(2_000_000), small: 'x' });
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--once');
  const proxy = world.keep(await Proxy.open(receiver.port, () => ({ up: { stallAfter: 1_000_000 } })));
  const first = world.device('first').start(['send', join(from, 'big'), '--to', proxy.address]);
  await proxy.stalled;
  const second = await world.device('second').run(['send', join(from, 'small'), '--to', receiver.address]);
  expectExit(second, 3);
  expect(lastEvent(second, 'error')).toMatchObject({ code: 'declined' });
  expect(second.stderr).toContain('one transfer only');
  proxy.release();
  expectExit(await first.end(), 0);
  expectExit(await receiver.program.end(), 0);
});

test('a device that only shares takes no offers', async () => {
  const share = makeTree(world.folder('share'), { a: 'A' });
  const sharer = await world.device('sharer').share(share);
  const sent = await world.device('sender').run(['send', join(share, 'a'), '--to', sharer.address]);
  expectExit(sent, 3);
  expect(lastEvent(sent, 'error').code).toBe('not-receiving');
});
