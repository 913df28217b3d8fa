import { describe, expect, test } from 'vitest';
import { messageOf } from './catalog.ts';
import type { TypeName } from './catalog.ts';
import { decodePayloadOf, encodeFrame } from './codec.ts';
import { decodeHeader } from './header.ts';
import { chunkBytes, headerBytes, limits } from './limits.ts';
import { encodeUtf8 } from '../base/text.ts';
import { thrownCode } from '../testing/thrown-code.ts';

/** All that an error says. */
const thrown = (action: () => unknown): string => {
  try {
    action();
    return 'nothing';
  } catch (error) {
    return JSON.stringify(error) + String(error);
  }
};

describe('JSON payloads', () => {
  const listOf = (json: string) => decodePayloadOf('LIST', encodeUtf8(json));

  test('ignore properties that this version does not know', () => {
    expect(listOf('{"path":"a","depth":3,"__proto__":{"after":"x"},"constructor":1}')).toEqual({ path: 'a' });
  });

  test('take nothing from the prototype of an object', () => {
    expect(Object.getPrototypeOf(listOf('{"path":"a","__proto__":{"x":1}}'))).toBe(Object.prototype);
  });

  test('are refused with the place, what was seen and what is allowed', () => {
    expect(() => decodePayloadOf('HELLO', encodeUtf8('{"versions":[0]}'))).toThrow(
      'HELLO, versions.0: seen 0; allowed: an integer from 1 to 65535.',
    );
  });

  test.each([
    [
      'HELLO',
      '{"versions":[]}',
      'versions: seen a list of 0; allowed: list of 1 to 16: an integer from 1 to 65535.',
    ],
    ['HELLO', '{"versions":1}', 'versions: seen 1; allowed: list of 1 to 16: an integer from 1 to 65535.'],
    ['HELLO', '{"versions":[1]}', 'app: seen nothing; allowed: text of 1 to 64 characters.'],
    ['LIST', '{"path":7}', 'path: seen 7; allowed: text of at most 4096 characters.'],
    ['LIST', '{"path":"","after":null}', 'after: seen null; allowed: text of 1 to 255 characters.'],
    ['LANE', '{"token":"ab"}', 'token: seen "ab"; allowed: 32 lower-case hex digits.'],
    ['ACCEPT', '{"bulk":"both"}', 'bulk: seen "both"; allowed: "inline" or "lane".'],
    ['TOTALS', '{"files":0,"folders":0,"bytes":0,"complete":1}', 'complete: seen 1; allowed: true or false.'],
    [
      'WANT',
      '{"first":0,"count":1,"skip":[[0]]}',
      'skip.0.1: seen nothing; allowed: an integer from 1 to 65536.',
    ],
    [
      'WANT',
      '{"first":0,"count":1,"skip":[[1,1]]}',
      'allowed: entries within the span, ascending in each list',
    ],
    ['PING', 'null', 'seen null; allowed: a JSON object.'],
  ] as const)('are refused in the words of the page: %s %s', (type, json, words) => {
    expect(() => decodePayloadOf(type, encodeUtf8(json))).toThrow(words);
  });

  test.each([
    ['fewer than there are', 2, ['a']],
    ['more than there are', 1, ['a', 'b']],
    ['fewer than the first hundred', 5_000, ['a']],
  ])('of OFFER that show %s are refused', (_what, rootCount, names) => {
    const offer = {
      transfer: 'ab'.repeat(16),
      roots: names.map((name) => ({ name, kind: 'file', size: 0 })),
      rootCount,
      totals: { files: 0, folders: 0, bytes: 0, complete: false },
    };
    const decode = (each: unknown): unknown => decodePayloadOf('OFFER', encodeUtf8(JSON.stringify(each)));
    expect(() => decode(offer)).toThrow('as many roots as rootCount, or the first 100 of them');
    expect(decode({ ...offer, rootCount: names.length })).toMatchObject({ rootCount: names.length });
  });

  test.each([
    ['..', 'unsafe-name'],
    ['.', 'unsafe-name'],
    ['a/b', 'unsafe-name'],
    ['../x', 'unsafe-name'],
    ['a\0', 'unsafe-name'],
    ['', 'bad-payload'],
    ['a'.repeat(256), 'bad-payload'],
  ])('tell no name that is not one component: %j', (name, code) => {
    const refused = (type: TypeName, payload: unknown): void =>
      expect(thrownCode(() => decodePayloadOf(type, encodeUtf8(JSON.stringify(payload))))).toBe(code);
    const entry = { name, kind: 'file', size: 1 };
    const totals = { files: 1, folders: 0, bytes: 1, complete: true };
    const offer = { transfer: 'ab'.repeat(16), roots: [entry], rootCount: 1, totals };
    refused('OFFER', offer);
    const listing = { path: 's', writable: false, entries: [entry], more: false };
    refused('LISTING', listing);
    refused('ENTRY', { path: 's', entry });
  });

  test('never name a secret in an error', () => {
    const share = JSON.stringify({ share: 'a', pin: 'hush'.repeat(40) });
    const told = thrown(() => decodePayloadOf('UNLOCK', encodeUtf8(share)));
    expect(told).toContain('a secret');
    expect(told).not.toContain('hush');
  });

  test('nested a hundred thousand levels deep are refused without harm', () => {
    const deep = `{"path":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(thrownCode(() => listOf(deep))).toBe('bad-payload');
  });

  test('count characters, not UTF-16 units, against a cap', () => {
    const alias = '😀'.repeat(limits.aliasCharacters);
    const hello = {
      versions: [1],
      app: 'a',
      alias,
      deviceId: '0'.repeat(64),
      platform: 'x',
      capabilities: [],
      digests: ['sha256'],
    };
    expect(thrownCode(() => encodeFrame('HELLO', { id: 0 }, hello))).toBe('none');
    expect(thrownCode(() => encodeFrame('HELLO', { id: 0 }, { ...hello, alias: `${alias}a` }))).toBe(
      'internal',
    );
  });
});

describe('what we send ourselves', () => {
  test('is refused as internal when a peer would refuse it', () => {
    expect(thrownCode(() => encodeFrame('LIST', { id: 1 }, { path: '\ud800' }))).toBe('internal');
    expect(thrownCode(() => encodeFrame('SAME', { id: 1 }, { file: -1 }))).toBe('internal');
    expect(
      thrownCode(() => encodeFrame('END', { id: 1 }, { file: 1, size: 2 ** 53, digest: new Uint8Array(32) })),
    ).toBe('internal');
    expect(
      thrownCode(() => encodeFrame('END', { id: 1 }, { file: 1, size: 1, digest: new Uint8Array(31) })),
    ).toBe('internal');
    expect(
      thrownCode(() =>
        encodeFrame(
          'DATA',
          { id: 1 },
          { file: 1, offset: 1, digest: new Uint8Array(32), content: new Uint8Array(1) },
        ),
      ),
    ).toBe('internal');
  });

  test('is refused as too large when it is over the limit of its type', () => {
    const paths = Array.from({ length: limits.getPaths }, () => 'x'.repeat(300));
    expect(thrownCode(() => encodeFrame('GET', { id: 1 }, { transfer: '0'.repeat(32), paths }))).toBe(
      'frame-too-large',
    );
  });

  test('may fill every frame to its limit', () => {
    const content = new Uint8Array(chunkBytes);
    const data = encodeFrame('DATA', { id: 1 }, { file: 1, offset: 0, digest: new Uint8Array(32), content });
    expect(data.length).toBe(headerBytes + limits.bulkBytes);
    const empty = { file: 1, digest: new Uint8Array(32), content: new Uint8Array(0) };
    const pack = encodeFrame(
      'PACK',
      { id: 1 },
      { entries: Array.from({ length: limits.packEntries - 1 }, () => empty) },
    );
    expect(decodeHeader(pack).length).toBeLessThanOrEqual(limits.bulkBytes);
  });

  test('fits where a WANT for a full page says all it can', () => {
    const chain = 'f'.repeat(64);
    const first = 0xfffe_0000;
    const resume = Array.from({ length: limits.manifestPageEntries }, (_, at): [number, number, string] => [
      first + at,
      Math.floor(Number.MAX_SAFE_INTEGER / chunkBytes) * chunkBytes,
      chain,
    ]);
    expect(
      thrownCode(() => encodeFrame('WANT', { id: 1 }, { first, count: limits.manifestPageEntries, resume })),
    ).toBe('none');
  });

  test('fits where an ERROR says all it can', () => {
    const nasty = '\u0001'.repeat(limits.messageCharacters);
    const seen = '\u0001'.repeat(limits.detailCharacters);
    expect(
      thrownCode(() =>
        encodeFrame('ERROR', { id: 0 }, { code: 'internal', message: nasty, seen, allowed: seen }),
      ),
    ).toBe('none');
  });
});

test('every type has a limit that its longest payload of fixed size reaches', () => {
  expect(messageOf('END').limitBytes).toBe(
    encodeFrame('END', { id: 1 }, { file: 0, size: 0, digest: new Uint8Array(32) }).length - headerBytes,
  );
});
