// Manifests that would lead elsewhere, break the order that makes them cheap to check, or promise what is not offered.

import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonOf, last } from './raw-peer.ts';
import type { RawPeer } from './raw-peer.ts';
import { finish, folder, manifest, offer, pack } from './raw-transfer.ts';
import type { RawEntry } from './raw-transfer.ts';
import { useSiege } from './siege.ts';

const siege = useSiege();

/** Offers entries and sends them as one page. */
async function told(entries: readonly RawEntry[], words: object = {}): Promise<RawPeer> {
  const peer = await siege.greet();
  peer.send('OFFER', 1, offer(entries, words));
  peer.send('MANIFEST', 1, manifest(entries), { flags: last });
  return peer;
}

/** The failures up to the first WANT: code by entry. */
async function faultsOf(peer: RawPeer): Promise<ReadonlyMap<number, string>> {
  const codes = new Map<number, string>();
  for (;;) {
    const heard = await peer.next();
    if (heard === undefined || heard.name === 'WANT') return codes;
    if (heard.name !== 'FAULT') continue;
    const { file: index, code } = jsonOf(heard) as { file: number; code: string };
    codes.set(index, code);
  }
}

const file = (name: string | Uint8Array, more: object = {}): RawEntry => ({ name, size: 1, ...more });
const dir = (name: string, more: object = {}): RawEntry => ({ kind: folder, name, ...more });

describe('a name that is no component', () => {
  test.each([
    ['..', 'unsafe-name'],
    ['.', 'unsafe-name'],
    ['../../x', 'unsafe-name'],
    ['a/../../b', 'unsafe-name'],
    ['/etc/x', 'unsafe-name'],
    ['a/b', 'unsafe-name'],
    ['/', 'unsafe-name'],
    ['nul\0byte', 'unsafe-name'],
    ['\0', 'unsafe-name'],
  ])('%j ends the session with %s', async (name, code) => {
    for (const entries of [[file(name)], [dir(name)], [dir('d'), file(name, { parent: 0 })]]) {
      const peer = await told(entries);
      expect(await peer.sessionError()).toBe(code);
    }
    expect(siege.landed()).toEqual([]);
  });
});

describe('a name that this system or this program does not take', () => {
  /** The transfer goes on; the entry gets its FAULT. */
  const faultOf = async (entry: RawEntry): Promise<string> => {
    const peer = await told([entry]);
    await peer.expect('ACCEPT');
    const code = (await faultsOf(peer)).get(0) ?? 'none';
    peer.send('FINISH', 1, finish({ files: 0 }));
    expect(jsonOf(await peer.expect('DONE'))).toMatchObject({ files: 0, failed: 1 });
    return code;
  };

  test.each([
    ['.hexdrop-partial', 'name-not-allowed'],
    [`.hexdrop-partial-${'0'.repeat(32)}.1`, 'name-not-allowed'],
  ])("%j is that file's failure: %s", async (name, code) => {
    expect(await faultOf(file(name))).toBe(code);
    expect(siege.landed()).toEqual([]);
  });

  test('makes all that is below it fail with it', async () => {
    const entries = [dir('.hexdrop-partial'), dir('inner', { parent: 0 }), file('x', { parent: 1 })];
    const peer = await told(entries);
    await peer.expect('ACCEPT');
    expect(await faultsOf(peer)).toEqual(
      new Map([
        [0, 'name-not-allowed'],
        [2, 'name-not-allowed'],
      ]),
    );
    expect(siege.landed()).toEqual([]);
  });
});

describe('a name that only looks dangerous', () => {
  const names = [
    '..\\..\\x',
    '\\\\server\\share',
    'C:\\x',
    'a\\b',
    'new\nline',
    'esc\u001b[2J',
    '...',
    '..x',
    'x..',
    ' ..',
    '.. ',
    '~',
    '%2e%2e%2f',
    '..%2f',
    '\u2025',
    '\uff0e\uff0e',
    'C:',
    'CON',
    '\u202egnp.exe',
    '-rf',
  ];

  test('lands as it is, in its folder', async () => {
    const sorted = names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    const peer = await told(sorted.map((name) => file(name)));
    await peer.expect('ACCEPT');
    await peer.expect('WANT');
    peer.send('PACK', 1, pack(sorted.map((_name, index) => ({ index, content: Buffer.from('x') }))));
    peer.send('FINISH', 1, finish());
    expect(jsonOf(await peer.expect('DONE'))).toMatchObject({ files: names.length, failed: 0 });
    expect(siege.landed().toSorted()).toEqual(names.toSorted());
    siege.clear();
  });
});

describe('the order of the manifest', () => {
  test.each([
    ['names that do not ascend', [file('b'), file('a')]],
    ['a name twice', [file('a'), file('a')]],
    ['a folder and a file of one name', [dir('a'), file('a')]],
    ['names in the order of UTF-16 instead of UTF-8', [file('\u{1f600}'), file('\uffee')]],
    ['a parent that is itself', [dir('a', { parent: 0 })]],
    ['a parent that comes later', [dir('a'), file('b', { parent: 2 }), dir('c')]],
    ['a parent that is a file', [file('a'), file('b', { parent: 0 })]],
    ['a parent that is far away', [dir('a'), file('b', { parent: 4_000_000_000 })]],
    ['parents that do not ascend', [dir('a'), dir('b'), file('x', { parent: 1 }), file('y', { parent: 0 })]],
    ['the top level again after a folder', [dir('a'), file('x', { parent: 0 }), file('b')]],
    ['a name twice in a folder', [dir('a'), file('x', { parent: 0 }), file('x', { parent: 0 })]],
  ])('may not have %s', async (_what, entries) => {
    const peer = await told(entries);
    expect(await peer.sessionError()).toBe('manifest-order');
  });

  test.each([
    ['begin with page 1', { page: 1 }],
    ['begin with another first entry', { first: 5 }],
    ['begin with the last entry there could be', { first: 0xffff_fffe }],
  ])('may not %s', async (_what, place) => {
    const peer = await siege.greet();
    peer.send('OFFER', 1, offer([file('a')]));
    peer.send('MANIFEST', 1, manifest([file('a')], place), { flags: last });
    expect(await peer.sessionError()).toBe('manifest-order');
  });

  test('may not repeat a page', async () => {
    const peer = await siege.greet();
    peer.send('OFFER', 1, offer([file('a'), file('b')]));
    peer.send('MANIFEST', 1, manifest([file('a')]));
    peer.send('MANIFEST', 1, manifest([file('a')]));
    expect(await peer.sessionError()).toBe('manifest-order');
  });
});

describe('a tree', () => {
  test('of 5,000 levels is refused', async () => {
    const entries = Array.from({ length: 5_000 }, (_, level) =>
      dir('d', level === 0 ? {} : { parent: level - 1 }),
    );
    const peer = await siege.greet();
    peer.send('OFFER', 1, offer(entries));
    for (let first = 0, page = 0; first < entries.length; first += 2_000, page += 1) {
      peer.send('MANIFEST', 1, manifest(entries.slice(first, first + 2_000), { first, page }));
    }
    expect(await peer.sessionError()).toBe('manifest-depth');
  });

  test('of 513 levels is refused, and of 512 it is not', async () => {
    const levels = (count: number): RawEntry[] =>
      Array.from({ length: count }, (_, level) => dir('d', level === 0 ? {} : { parent: level - 1 }));
    const peer = await told(levels(513));
    expect(await peer.sessionError()).toBe('manifest-depth');
    const other = await told(levels(512));
    await other.expect('ACCEPT');
    other.send('FINISH', 1, finish({ files: 0, bytes: 0 }));
    await other.expect('DONE');
    expect(siege.landed().length).toBe(512);
    siege.clear();
  });

  test('of names that are too long together fails where the system ends, not before', async () => {
    const long = 'n'.repeat(250);
    const entries = Array.from({ length: 30 }, (_, level) =>
      dir(long, level === 0 ? {} : { parent: level - 1 }),
    );
    const peer = await told(entries);
    await peer.expect('ACCEPT');
    const fault = jsonOf(await peer.expect('FAULT'));
    expect(['path-too-long', 'name-too-long']).toContain(fault['code']);
    peer.close();
    siege.clear();
  });

  test('of more unsettled entries than the window holds is refused', async () => {
    const files = 66_000;
    const peer = await siege.greet();
    const first = Array.from({ length: 1_000 }, (_, at) => file(`f${String(at).padStart(6, '0')}`));
    const totals = { files, folders: 0, bytes: files, complete: true };
    peer.send('OFFER', 1, offer(first, { rootCount: files, totals }));
    peer.send('MANIFEST', 1, manifest(first));
    await peer.expect('ACCEPT');
    for (let at = 1_000, page = 1; at < files; at += 1_000, page += 1) {
      const entries = Array.from({ length: 1_000 }, (_, each) =>
        file(`f${String(at + each).padStart(6, '0')}`),
      );
      peer.send('MANIFEST', 1, manifest(entries, { first: at, page }));
    }
    expect(await peer.sessionError()).toBe('manifest-too-large');
  });
});

describe('what was not offered', () => {
  test.each([
    ['another name at the top', [file('offered')], [file('other')]],
    ['more entries at the top', [file('a')], [file('a'), file('b')]],
    [
      'more files than the totals say',
      [dir('d'), file('x', { parent: 0 })],
      [dir('d'), file('x', { parent: 0 }), file('y', { parent: 0 })],
    ],
    ['more bytes than the totals say', [file('a')], [file('a', { size: 2 })]],
  ])('may not come: %s', async (_what, offered, sent) => {
    const peer = await siege.greet();
    peer.send('OFFER', 1, offer(offered));
    peer.send('MANIFEST', 1, manifest(sent), { flags: last });
    expect(await peer.sessionError()).toBe('unexpected-frame');
    expect(siege.landed()).toEqual([]);
  });
});

test('an offer in no words that make sense is declined or refused, never taken', async () => {
  const wrong = [
    { rootCount: -1 },
    { totals: { files: 2 ** 60, folders: 0, bytes: 0, complete: true } },
    { transfer: '../../etc' },
    { lane: { port: 0, token: 'ab'.repeat(16) } },
    { lane: { port: 22, token: 'short' } },
  ];
  for (const words of wrong) {
    const peer = await siege.greet();
    peer.send('OFFER', 1, offer([file('a')], words));
    expect(await peer.sessionError()).toBe('bad-payload');
  }
  expect(siege.landed()).toEqual([]);
});

test('a link that stands in the target is not gone through, by no name', async () => {
  symlinkSync(join(siege.target, '..'), join(siege.target, 'way out'));
  const peer = await told([
    dir('way out'),
    dir('inner', { parent: 0 }),
    file('x', { parent: 0 }),
    file('y', { parent: 1 }),
  ]);
  await peer.expect('ACCEPT');
  expect(await faultsOf(peer)).toEqual(new Map([0, 2, 3].map((index) => [index, 'symlink-in-path'])));
  expect(siege.landed()).toEqual(['way out']);
  siege.clear();
});

siege.servesAfterwards();
