// Frames that are wrong in themselves: each gets its typed error before anything is allocated for it.

import { describe, expect, test } from 'vitest';
import { frame, hello, jsonOf, last, optional, types } from './raw-peer.ts';
import type { TypeName } from './raw-peer.ts';
import { manifest, newTransferId, offer } from './raw-transfer.ts';
import { useSiege } from './siege.ts';

const siege = useSiege({ command: 'share', target: { 'a file': 'content' } });

/** Sends bytes into an open session and returns the code of the ERROR that ends it. */
async function codeFor(...bytes: readonly Uint8Array[]): Promise<string> {
  const peer = await siege.greet();
  for (const each of bytes) peer.write(each);
  return peer.sessionError();
}

const json = (text: string | Uint8Array): Buffer => Buffer.from(text as string);

const listOf = (payload: Uint8Array): Buffer => frame('LIST', 1, payload);

describe('a header', () => {
  test.each([
    ['wrong magic', frame('PING', 0, {}, { magic: 0x48584432 }), 'bad-magic'],
    ['undefined flag bits', frame('PING', 0, {}, { flags: 0x04 }), 'bad-flags'],
    ['LAST on a type that has none', frame('PING', 0, {}, { flags: last }), 'bad-flags'],
    ['all flag bits on an unknown type', frame(0x77, 0, {}, { flags: 0xff }), 'bad-flags'],
    ['an unknown type', frame(0x77, 0), 'unknown-type'],
    ['type 0', frame(0, 0), 'unknown-type'],
    ['type 255', frame(255, 9), 'unknown-type'],
    ['a length of 4 GiB', frame('LIST', 1, {}, { length: 0xffff_ffff }), 'frame-too-large'],
    ['a length one too large', frame('LIST', 1, {}, { length: 262_145 }), 'frame-too-large'],
    ['a length too large for its type', frame('PING', 0, {}, { length: 8_193 }), 'frame-too-large'],
    [
      'a length too large for an unknown type',
      frame(0x77, 0, {}, { flags: optional, length: 262_145 }),
      'frame-too-large',
    ],
    [
      '4 GiB of an unknown type',
      frame(0x77, 0, {}, { flags: optional, length: 0xffff_ffff }),
      'frame-too-large',
    ],
    ["a channel that is not the connection's", frame('PING', 0, {}, { channel: 1 }), 'bad-channel'],
    ['an id on a frame of the session', frame('PING', 1), 'bad-id'],
    ['no id on a request', frame('LIST', 0, { path: '' }), 'bad-id'],
  ])('with %s gets its error', async (_what, bytes, code) => {
    expect(await codeFor(bytes)).toBe(code);
  });

  test('is judged before the payload is waited for', async () => {
    const peer = await siege.greet();
    peer.write(frame('DATA', 1, {}, { length: 262_193 }).subarray(0, 16));
    expect(await peer.sessionError()).toBe('frame-too-large');
  });

  test.each(Object.keys(types) as TypeName[])('of %s with 4 GiB is refused', async (name) => {
    expect(await codeFor(frame(name, 1, {}, { length: 0xffff_ffff }).subarray(0, 16))).toBe(
      'frame-too-large',
    );
  });
});

describe('a frame of an unknown type marked optional', () => {
  test('is skipped, whatever its channel, id and payload', async () => {
    const peer = await siege.greet();
    peer.send(0x77, 0, Buffer.alloc(0), { flags: optional });
    peer.send(0x33, 12_345, Buffer.alloc(262_144, 9), { flags: optional, channel: 9 });
    peer.send(0xee, 1, json('not json'), { flags: optional });
    peer.send('LIST', 1, { path: '' });
    expect(jsonOf(await peer.expect('LISTING'))).toMatchObject({ entries: [{ name: 'target' }] });
  });

  test('does not come without end before the handshake', async () => {
    const peer = await siege.dial();
    for (let round = 0; round < 40; round += 1)
      peer.send(0x77, 0, Buffer.alloc(262_144), { flags: optional });
    expect(await peer.sessionError()).not.toBe('closed without a word');
  });
});

describe('a stream that ends inside of', () => {
  test.each([
    ['a header', frame('LIST', 1, { path: '' }).subarray(0, 9)],
    ['a payload', frame('LIST', 1, { path: '' }).subarray(0, 20)],
    ['a skipped payload', frame(0x77, 0, Buffer.alloc(500), { flags: optional }).subarray(0, 100)],
  ])('%s is over: nothing is said to who has closed', async (_where, bytes) => {
    const peer = await siege.greet();
    peer.write(bytes);
    peer.socket.end();
    expect(await peer.sessionError()).toBe('closed without a word');
  });
});

const deep = (levels: number): string => `{"path":"","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;

describe('a JSON payload', () => {
  test.each([
    ['that is empty', ''],
    ['that is no JSON', '{path:""}'],
    ['that is no object', '[]'],
    ['that is null', 'null'],
    ['that goes on behind the object', '{"path":""}{"path":""}'],
    ['with a byte order mark', '\ufeff{"path":""}'],
    ['in UTF-16', Buffer.from('{"path":""}', 'utf16le')],
    ['that is not UTF-8', Buffer.from([...Buffer.from('{"path":"'), 0xff, 0xfe, ...Buffer.from('"}')])],
    [
      'with an overlong encoding',
      Buffer.from([...Buffer.from('{"path":"'), 0xc0, 0xaf, ...Buffer.from('"}')]),
    ],
    ['with a lone surrogate, escaped', '{"path":"\\ud800"}'],
    ['without what it must have', '{}'],
    ['with a number for a text', '{"path":1}'],
    ['with null for a text', '{"path":null}'],
    ['with a text that is too long', JSON.stringify({ path: 'x'.repeat(4_097) })],
    ['of the largest size without an end', `{"path":"${'x'.repeat(262_100)}`],
  ])('%s is bad-payload', async (_what, payload) => {
    expect(await codeFor(listOf(json(payload)))).toBe('bad-payload');
  });

  test.each([1_000, 100_000, 131_060])(
    '%i levels deep in what nobody asked for is survived',
    async (levels) => {
      const peer = await siege.greet();
      peer.write(listOf(json(deep(levels))));
      const answer = await peer.next();
      expect(['LISTING', 'ERROR']).toContain(answer?.name);
    },
  );

  test('may have properties that nobody knows', async () => {
    const peer = await siege.greet();
    peer.write(listOf(json('{"__proto__":{"path":"x"},"constructor":1,"toString":[[[]]],"path":""}')));
    await peer.expect('LISTING');
  });

  test('of the largest size may be spent on unknown properties', async () => {
    const peer = await siege.greet();
    peer.write(listOf(json(JSON.stringify({ path: '', x: 'y'.repeat(262_000) }))));
    await peer.expect('LISTING');
  });
});

describe('HELLO', () => {
  test.each([
    ['without versions', { versions: [] }],
    ['with too many versions', { versions: Array.from({ length: 17 }, (_, at) => at + 1) }],
    ['with version 0', { versions: [0] }],
    ['with a fraction for a version', { versions: [1.5] }],
    ['with an id that is too short', { deviceId: 'ab' }],
    ['with an id in capitals', { deviceId: 'AB'.repeat(32) }],
    ['with an alias that is too long', { alias: 'x'.repeat(65) }],
    ['without an alias', { alias: '' }],
    ['with too many capabilities', { capabilities: Array.from({ length: 65 }, (_, at) => `x-${at}`) }],
    ['with a capability that is no word', { capabilities: ['LANE!'] }],
    ['without a digest that is known', { digests: ['x-none'] }],
  ])('%s is bad-payload', async (_what, words) => {
    const peer = await siege.dial();
    peer.send('HELLO', 0, hello(words));
    expect(await peer.sessionError()).toBe('bad-payload');
  });

  test('of other versions is told which one is spoken here', async () => {
    const peer = await siege.dial();
    peer.send('HELLO', 0, hello({ versions: [2, 99] }));
    const error = jsonOf(await peer.expect('ERROR'));
    expect(error).toMatchObject({ code: 'version-unsupported', allowed: '1' });
    expect(error['message']).toMatch(/99/);
  });
});

describe('a binary payload', () => {
  const page = (bytes: Uint8Array, flags = last): readonly Buffer[] => [
    frame('OFFER', 1, offer([])),
    frame('MANIFEST', 1, bytes, { flags }),
  ];
  const entry = { name: 'a', size: 1 };

  // The sharer declines the offer; until that is known, pages of it are checked and dropped.
  test.each([
    ['that is empty', Buffer.alloc(0)],
    ['shorter than its first fields', manifest([entry]).subarray(0, 11)],
    ['cut within an entry', manifest([entry]).subarray(0, 40)],
    ['that goes on behind its last entry', Buffer.concat([manifest([entry]), Buffer.alloc(1)])],
    ['that counts more entries than there are', manifest([entry], { count: 2 })],
    ['that counts four billion entries', manifest([entry], { count: 0xffff_ffff })],
    ['that counts more than a page may hold', manifest([entry], { count: 2_049 })],
    ['with a kind that does not exist', manifest([{ ...entry, kind: 3 }])],
    ['with entry flags that do not exist', manifest([{ ...entry, flags: 2 }])],
    ['with an empty name', manifest([{ name: '' }])],
    ['with a name of 256 bytes', manifest([{ name: 'x'.repeat(256) }])],
    ['with a name that reaches beyond the end', manifest([{ ...entry, nameLength: 200 }])],
    ['with a name that is not UTF-8', manifest([{ name: Buffer.from([0x61, 0xff]) }])],
    ['with a size beyond 2^53', manifest([{ ...entry, size: 2n ** 60n }])],
    ['with a time beyond 2^59', manifest([{ ...entry, mtime: -(2n ** 59n) - 128n }])],
  ])('%s is bad-payload', async (_what, payload) => {
    expect(await codeFor(...page(payload))).toBe('bad-payload');
  });
});

test('a request that is wrong in its words alone ends that session and no other', async () => {
  const other = await siege.greet();
  expect(await codeFor(frame('GET', 1, { transfer: newTransferId(), paths: [] }))).toBe('bad-payload');
  expect(await codeFor(frame('GET', 1, { transfer: 'xyz', paths: ['a'] }))).toBe('bad-payload');
  other.send('LIST', 1, { path: '' });
  await other.expect('LISTING');
});

siege.servesAfterwards();
