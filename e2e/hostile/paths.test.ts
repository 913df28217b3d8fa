// Paths in requests that would lead out of a share, or where nobody may go: each is refused by the one function that
// all of LIST, STAT, GET and uploads go through.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { jsonOf, last } from './raw-peer.ts';
import { manifest, newTransferId, offer } from './raw-transfer.ts';
import { useSiege } from './siege.ts';

const siege = useSiege({
  command: 'share',
  flags: ['--writable'],
  target: { 'a file': 'content', 'folder/inside': 'inside' },
});

beforeAll(() => {
  symlinkSync('..', join(siege.target, 'link'));
  symlinkSync('/etc/hostname', join(siege.target, 'folder/leak'));
  mkdirSync(join(siege.target, '.hexdrop-partial/0123'), { recursive: true });
  writeFileSync(join(siege.target, '.hexdrop-partial/0123/1.part'), 'half of a secret');
});

const traversals: readonly (readonly [path: string, code: string])[] = [
  ['..', 'unsafe-path'],
  ['../..', 'unsafe-path'],
  ['.', 'unsafe-path'],
  ['target/..', 'unsafe-path'],
  ['target/../target', 'unsafe-path'],
  ['target/folder/../../canary', 'unsafe-path'],
  ['target/./a file', 'unsafe-path'],
  ['target//a file', 'unsafe-path'],
  ['/target', 'unsafe-path'],
  ['/etc/passwd', 'unsafe-path'],
  ['//server/share', 'unsafe-path'],
  ['\\etc\\passwd', 'unsafe-path'],
  ['\\\\server\\share', 'unsafe-path'],
  ['target\\..\\..\\canary', 'no-such-share'],
  ['target/..\\..\\canary', 'no-such-path'],
  ['C:\\Windows', 'unsafe-path'],
  ['c:/Windows', 'unsafe-path'],
  ['target/nul\0byte', 'unsafe-path'],
  ['x/'.repeat(600), 'unsafe-path'],
  ['target/link', 'symlink-in-path'],
  ['target/link/canary', 'symlink-in-path'],
  ['target/link/folder/canary', 'symlink-in-path'],
  ['target/folder/leak', 'symlink-in-path'],
  ['target/.hexdrop-partial', 'name-not-allowed'],
  ['target/.hexdrop-partial/0123/1.part', 'name-not-allowed'],
  ['target/.HexDrop-Partial', 'name-not-allowed'],
  ['canary', 'no-such-share'],
  ['inner', 'no-such-share'],
  ['target/nothing', 'no-such-path'],
  [`target/${'x'.repeat(255)}`, 'no-such-path'],
  ['target/a file/deeper', 'not-a-folder'],
];

describe.each(traversals)('%j', (path, code) => {
  test.each([
    ['LIST', { path }],
    ['STAT', { path }],
    ['GET', { transfer: newTransferId(), paths: [path] }],
  ] as const)(`is ${code} for %s, and the session goes on`, async (type, payload) => {
    const peer = await siege.greet();
    peer.send(type, 1, payload);
    const answer = await peer.expect('ERROR');
    expect(answer.id).toBe(1);
    expect(jsonOf(answer)['code']).toBe(code);
    // Nothing of this machine is told.
    expect(JSON.stringify(jsonOf(answer))).not.toContain(siege.world.path);
    peer.send('LIST', 3, { path: '' });
    await peer.expect('LISTING');
  });

  test(`is declined as ${code} for an upload`, async () => {
    const peer = await siege.greet();
    const entries = [{ name: 'x', size: 1 }];
    peer.send('OFFER', 1, offer(entries, { target: { path } }));
    peer.send('MANIFEST', 1, manifest(entries), { flags: last });
    const answer = await peer.expect('DECLINE');
    expect(jsonOf(answer)['code']).toBe(code);
    expect(JSON.stringify(jsonOf(answer))).not.toContain(siege.world.path);
    peer.send('CANCEL', 1, { code: 'cancelled', message: '' });
    peer.send('LIST', 3, { path: '' });
    await peer.expect('LISTING');
  });
});

test('a path one character too long is bad-payload', async () => {
  for (const type of ['LIST', 'STAT'] as const) {
    const peer = await siege.greet();
    peer.send(type, 1, { path: 'x'.repeat(4_097) });
    expect(await peer.sessionError()).toBe('bad-payload');
  }
});

test('a listing shows neither links nor what is unfinished', async () => {
  const peer = await siege.greet();
  peer.send('LIST', 1, { path: 'target' });
  const { entries } = jsonOf(await peer.expect('LISTING')) as { entries: { name: string }[] };
  expect(entries.map(({ name }) => name)).toEqual(['a file', 'folder']);
  peer.send('LIST', 3, { path: 'target/folder' });
  expect(jsonOf(await peer.expect('LISTING'))).toMatchObject({ entries: [{ name: 'inside' }] });
});

test('a trailing slash is ignored, and a backslash separates nothing, as the document says', async () => {
  const peer = await siege.greet();
  for (const [at, path] of ['target/folder/', 'target/folder/inside/'].entries()) {
    peer.send('STAT', 1 + 2 * at, { path });
    await peer.expect('ENTRY');
  }
  peer.send('STAT', 5, { path: 'target\\folder' });
  expect(jsonOf(await peer.expect('ERROR'))['code']).toBe('no-such-share');
});

test('one bad path among good ones fails the whole GET, before anything is offered', async () => {
  const peer = await siege.greet();
  peer.send('GET', 1, { transfer: newTransferId(), paths: ['target/a file', 'target/../canary'] });
  expect(jsonOf(await peer.expect('ERROR'))['code']).toBe('unsafe-path');
});

test('two paths that end in one name are refused', async () => {
  mkdirSync(join(siege.target, 'other'));
  writeFileSync(join(siege.target, 'other/inside'), 'other');
  const peer = await siege.greet();
  peer.send('GET', 1, { transfer: newTransferId(), paths: ['target/folder/inside', 'target/other/inside'] });
  expect(jsonOf(await peer.expect('ERROR'))['code']).toBe('file-exists');
});

siege.servesAfterwards();
