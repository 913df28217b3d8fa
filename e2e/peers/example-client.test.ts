// The example client of docs/example-client, which was written from docs/PROTOCOL.md alone, against the program: what the
// page says is what the program does.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { expectExit, lastEvent, Program } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { emptyFolder, expectSameTree, landedPaths, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const proves = 'a second implementation, written from docs/PROTOCOL.md alone, talks to the program';
const python = needs('python3', proves);
const openssl = needs('openssl', proves);

const script = join(import.meta.dirname, '../../docs/example-client/hexdrop_client.py');

const world = useWorld();

/** Starts the example client. */
function client(...args: readonly string[]): Program {
  const home = join(world.path, 'home-python');
  const program = new Program(args, {
    wrap: () => [python.path, script, '--home', home, ...args],
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  });
  world.keep({ close: () => void program.kill() });
  return program;
}

async function clientDone(...args: readonly string[]): Promise<Ended> {
  const ended = await client(...args).end();
  expectExit(ended, 0);
  return ended;
}

/** The example client listens; returns its address. */
async function clientReceives(dir: string, ...args: readonly string[]): Promise<readonly [Program, string]> {
  const where = ['--host', '127.0.0.1', '--port', '0', '--dir', dir];
  const receiver = client(...args, ...where);
  await receiver.says(/^listening on \S+ as/);
  const [, address = ''] = /^listening on (\S+)/.exec(receiver.stdout) ?? [];
  return [receiver, address];
}

const largeBytes = 20 * 262_144 + 5;

/** Small files to pack, one of several chunks, one that ends on a border, one without bytes, folders, times, names. */
const makeFrom = (): string =>
  makeTree(world.folder('from'), {
    'tree/a.txt': 'A',
    'tree/empty': '',
    'tree/run.sh': { content: '#!/bin/sh\n', mode: 0o755 },
    'tree/old': { content: 'from before 1970', mtimeUs: -1_234_567 },
    'tree/two chunks': randomBytes(2 * 262_144),
    'tree/large.bin': randomBytes(largeBytes),
    'tree/folder/資料 e\u0301 😀.txt': 'Unicode as sent',
    'tree/folder/deep/deeper/x': 'x',
    'tree/nothing in it': emptyFolder,
    ...Object.fromEntries(Array.from({ length: 2_500 }, (_, at) => [`tree/many/${at}`, `file ${at}`])),
  });

describe.skipIf(!python.available || !openssl.available).each([
  ['over TLS', []],
  ['over a plain connection', ['--plain']],
] as const)('the example client, %s,', (_mode, mode) => {
  test('lists shares and folders, and gets a tree, by a lane', async () => {
    const from = makeFrom();
    const { address, deviceId } = await world.device('sharer').share(join(from, 'tree'), ...mode);
    const shares = await clientDone(...mode, 'list', '--expect', deviceId, address);
    expect(shares.stdout).toMatch(/^share +- {2}tree\n$/);
    const listed = await clientDone(...mode, 'list', address, 'tree');
    expect(listed.stdout).toMatch(new RegExp(`^file +${largeBytes} {2}large.bin$`, 'm'));
    const many = await clientDone(...mode, 'list', address, 'tree/many');
    expect(many.stdout.trim().split('\n')).toHaveLength(2_500);

    const to = world.folder('to');
    const got = await clientDone(...mode, 'get', address, 'tree', '--dir', to);
    expect(got.stdout).toContain('the bulk comes on a lane');
    expect(got.stdout).toMatch(/^done: 2508 files, .* 0 skipped, 0 failed$/m);
    await expectSameTree(join(from, 'tree'), join(to, 'tree'));
    const again = await clientDone(
      ...mode,
      'get',
      address,
      'tree/a.txt',
      'tree/many/7',
      '--dir',
      join(to, 'tree'),
    );
    expect(again.stdout).toMatch(/^done: 1 files, 6 bytes, 1 skipped, 0 failed$/m);
  });

  test('opens a share with its PIN', async () => {
    makeTree(world.path, { secret: '2468\n', wrong: '1357\n', 'from/a': 'A' });
    const pin = join(world.path, 'secret');
    const { address } = await world
      .device('sharer')
      .share(join(world.path, 'from'), '--pin-file', pin, ...mode);
    const to = world.folder('to');
    const get = [...mode, 'get', address, 'from', '--dir', to];
    expect((await client(...get).end()).stderr).toMatch(/^pin-required: /);
    expect((await client(...get, '--pin-file', join(world.path, 'wrong')).end()).stderr).toMatch(
      /^pin-wrong: /,
    );
    await clientDone(...get, '--pin-file', pin);
    expect(landedPaths(to)).toContain('from/a');
  });

  test('sends a tree, and what is there already is not sent again', async () => {
    const from = makeFrom();
    const to = world.folder('to');
    const { address } = await world.device('receiver').receive(to, '--on-conflict', 'skip', ...mode);
    const sent = await clientDone(...mode, 'send', address, join(from, 'tree'));
    expect(sent.stdout).toMatch(/^done: 2508 files, .* 0 skipped, 0 failed$/m);
    await expectSameTree(join(from, 'tree'), join(to, 'tree'));
    // The sink asks by the chain, and hears SAME.
    const again = await clientDone(...mode, 'send', address, join(from, 'tree'));
    expect(again.stdout).toMatch(/^done: 0 files, 0 bytes, 2508 skipped, 0 failed$/m);
    await expectSameTree(join(from, 'tree'), join(to, 'tree'));
  });

  test.each([
    ['as it was', false],
    // Its version is another one: the sink asks by `resumeIf`.
    ['touched meanwhile', true],
  ])('goes on where it was when it is killed and sends a file again, %s', async (_, isTouched) => {
    const from = world.folder('from');
    writeFileSync(join(from, 'large.bin'), randomBytes(largeBytes));
    const to = world.folder('to');
    const device = world.device('receiver');
    const slow = await device.receive(to, '--limit', '2M', ...mode);
    const first = client(...mode, 'send', slow.address, join(from, 'large.bin'));
    await slow.program.event(({ event, bytes = 0 }) => event === 'progress' && bytes > 1_000_000);
    await first.kill();
    slow.program.signal('SIGINT');
    await slow.program.end();

    if (isTouched) utimesSync(join(from, 'large.bin'), 1_700_000_000, 1_700_000_000);
    const fast = await device.receive(to, '--once', ...mode);
    await clientDone(...mode, 'send', fast.address, join(from, 'large.bin'));
    const done = lastEvent(await fast.program.end(), 'done');
    expect(done.resumedBytes).toBeGreaterThan(0);
    expect((done.bytes ?? 0) + (done.resumedBytes ?? 0)).toBe(largeBytes);
    await expectSameTree(from, to);
  });

  test('is interrupted, and the receiver hears CANCEL and takes the next one', async () => {
    const from = world.folder('from');
    writeFileSync(join(from, 'large.bin'), randomBytes(largeBytes));
    writeFileSync(join(from, 'small'), 'small');
    const to = world.folder('to');
    const { address, program } = await world.device('receiver').receive(to, '--limit', '1M', ...mode);
    const sender = client(...mode, 'send', address, join(from, 'large.bin'));
    await program.event(({ event, bytes = 0 }) => event === 'progress' && bytes > 0);
    sender.signal('SIGINT');
    expectExit(await sender.end(), 130);
    expect(await program.event('error')).toMatchObject({ code: 'cancelled' });
    await clientDone(...mode, 'send', address, join(from, 'small'));
    expect(landedPaths(to)).toEqual(['small']);
  });

  test('receives a tree, by a lane, and a text', async () => {
    const from = makeFrom();
    const to = world.folder('to');
    const [receiver, address] = await clientReceives(to, ...mode, 'receive', '--yes');
    const sender = world.device('sender');
    const sent = await sender.run(['send', join(from, 'tree'), '--to', address, ...mode]);
    expectExit(sent, 0);
    expect(lastEvent(sent, 'done')).toMatchObject({ files: 2_508, skipped: 0, failed: 0 });
    await expectSameTree(join(from, 'tree'), join(to, 'tree'));
    expect(receiver.stdout).toContain('the bulk comes on a lane');
    expectExit(await sender.run(['text', address, 'for\u202eyou', ...mode]), 0);
    await receiver.says(/text from .*: for\\u\{202e\}you/);
    expectExit(await sender.run(['send', join(from, 'tree'), '--to', address, ...mode]), 0);
    await receiver.says(/done: 0 files, 0 bytes, 2508 skipped, 0 failed/);
  });

  test('declines what its user does not want', async () => {
    const from = makeTree(world.folder('from'), { a: 'A' });
    const to = world.folder('to');
    const [receiver, address] = await clientReceives(to, ...mode, 'receive', '--once');
    const sending = world.device('sender').run(['send', join(from, 'a'), '--to', address, ...mode]);
    await receiver.says(/Accept\?/);
    receiver.type('n\n');
    expectExit(await sending, 3);
    expect(landedPaths(to)).toEqual([]);
  });
});

test.skipIf(!python.available || !openssl.available)(
  'the example client may have a key of another kind, and refuses another key than it expects',
  async () => {
    const from = makeTree(world.folder('from'), { a: 'A' });
    const { address } = await world.device('sharer').share(from);
    const home = join(world.path, 'home-python');
    mkdirSync(home);
    const files = ['-keyout', join(home, 'key.pem'), '-out', join(home, 'certificate.pem')];
    execFileSync(
      openssl.path,
      ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=other', ...files],
      { stdio: 'ignore' },
    );
    expect((await clientDone('list', address)).stdout).toMatch(/from/);
    const other = await client('list', '--expect', '0'.repeat(64), address).end();
    expect([other.exitCode, other.stderr]).toEqual([1, expect.stringMatching(/^identity-mismatch: /)]);
  },
);
