import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageOf, type Payload, type TypeName, typeNames, typeNumber } from './catalog.ts';
import { decodePayload, decodePayloadOf, encodeFrame } from './codec.ts';
import { decodeHeader } from './header.ts';
import { chunkBytes, headerBytes, limits } from './limits.ts';
import { encodeUtf8 } from './text.ts';
import { thrownCode } from './thrown-code.ts';

/** All that an error says. */
const thrown = (action: () => unknown): string => {
  try {
    action();
    return 'nothing';
  } catch (error) {
    return JSON.stringify(error) + String(error);
  }
};

const text = (minLength: number, maxLength: number) => fc.string({ unit: 'binary', minLength, maxLength });
const hexText = (length: number) =>
  fc.string({
    unit: fc.constantFrom(...Array.from('0123456789abcdef')),
    minLength: length,
    maxLength: length,
  });
const word = fc.constantFrom('disk-full', 'internal', 'x', '0-9');
const natural = fc.maxSafeNat();
const entryIndex = fc.integer({ min: 0, max: 0xffff_fffe });
const exact = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const optional: { requiredKeys: [] } = { requiredKeys: [] };

const who = { app: text(1, 64), alias: text(1, 32), deviceId: hexText(64), platform: text(1, 8) };
const capabilities = fc.array(fc.constantFrom('lane', 'text', 'x-1'), { maxLength: 64 });
const refusal = fc.record({ code: word, message: text(0, 100) });
const totals = fc.record({ files: natural, folders: natural, bytes: natural, complete: fc.boolean() });
const listed = fc
  .tuple(
    fc.record({
      name: text(1, 30),
      kind: fc.constantFrom('share' as const, 'folder' as const, 'file' as const),
    }),
    fc.record(
      {
        size: natural,
        mtime: fc.maxSafeInteger(),
        executable: fc.boolean(),
        writable: fc.boolean(),
        locked: fc.boolean(),
      },
      optional,
    ),
  )
  .map(([always, sometimes]) => ({ ...always, ...sometimes }));

/** Spans of one WANT, dealt out to its lists so that its rule holds. */
const want = fc
  .tuple(
    entryIndex.filter((first) => first < 0xffff_0000),
    fc.array(
      fc.tuple(
        fc.nat(3),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('skip', 'resume', 'unless', 'later'),
        hexText(64),
      ),
      {
        maxLength: 20,
      },
    ),
  )
  .map(([first, pieces]): Payload<'WANT'> => {
    const skip: [number, number][] = [];
    const later: [number, number][] = [];
    const resume: [number, number, string][] = [];
    const unless: [number, string][] = [];
    let next = first;
    for (const [gap, count, list, chain] of pieces) {
      next += gap;
      if (list === 'skip') skip.push([next, count]);
      else if (list === 'later') later.push([next, count]);
      else if (list === 'resume') resume.push([next, chunkBytes * count, chain]);
      else unless.push([next, chain]);
      next += list === 'skip' || list === 'later' ? count : 1;
    }
    return { first, count: Math.max(1, next - first), skip, later, resume, unless };
  });

const manifestEntry = fc.record({
  kind: fc.constantFrom('file' as const, 'folder' as const),
  executable: fc.boolean(),
  parent: fc.integer({ min: -1, max: 0xffff_fffe }),
  size: natural,
  mtime: fc.maxSafeInteger(),
  version: hexText(32),
  name: text(1, 60),
});

const payloads: { readonly [Name in TypeName]: fc.Arbitrary<Payload<Name>> } = {
  HELLO: fc.record({
    versions: fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 16 }),
    ...who,
    capabilities,
    digests: fc.array(word, { minLength: 1, maxLength: 16 }),
  }),
  WELCOME: fc.record({
    version: fc.integer({ min: 1, max: 65_535 }),
    ...who,
    capabilities,
    digest: fc.constantFrom('blake3' as const, 'sha256' as const),
  }),
  PING: fc.constant({}),
  PONG: fc.constant({}),
  ERROR: fc
    .tuple(
      refusal,
      fc.record({ seen: text(0, 50), allowed: text(0, 50), retryAfterMs: fc.nat(86_400_000) }, optional),
    )
    .map(([always, sometimes]) => ({ ...always, ...sometimes })),
  BYE: fc.record({ reason: text(0, 100) }, optional),
  LANE: fc.record({ token: hexText(32), deviceId: hexText(64) }, { requiredKeys: ['token'] }),
  JOINED: fc.constant({}),
  LIST: fc.record({ path: text(0, 300), after: text(1, 50) }, { requiredKeys: ['path'] }),
  LISTING: fc.record({
    path: text(0, 300),
    writable: fc.boolean(),
    entries: fc.array(listed, { maxLength: 20 }),
    more: fc.boolean(),
  }),
  STAT: fc.record({ path: text(1, 300) }),
  ENTRY: fc.record({ path: text(1, 300), entry: listed }),
  UNLOCK: fc.record({ share: text(1, 30), pin: text(1, 30) }),
  UNLOCKED: fc.record({ share: text(1, 30) }),
  GET: fc.record({ transfer: hexText(32), paths: fc.array(text(1, 30), { minLength: 1, maxLength: 20 }) }),
  OFFER: fc.record(
    {
      transfer: hexText(32),
      roots: fc.array(
        fc.record({
          name: text(1, 30),
          kind: fc.constantFrom('file' as const, 'folder' as const),
          size: natural,
        }),
        {
          maxLength: 20,
        },
      ),
      rootCount: natural,
      totals,
      target: fc.record({ path: text(0, 50) }),
      lane: fc.record(
        { port: fc.integer({ min: 1, max: 65_535 }), token: hexText(32) },
        { requiredKeys: ['token'] },
      ),
    },
    { requiredKeys: ['transfer', 'roots', 'rootCount', 'totals'] },
  ),
  TOTALS: totals,
  ACCEPT: fc.record({ bulk: fc.constantFrom('inline' as const, 'lane' as const) }),
  DECLINE: refusal,
  MANIFEST: fc.record({
    page: fc.integer({ min: 0, max: 0xffff_ffff }),
    first: entryIndex,
    entries: fc.array(manifestEntry, { maxLength: 20 }),
  }),
  WANT: want,
  DATA: fc.record({
    file: entryIndex,
    offset: fc.nat(0x7fff_ffff).map((chunk) => chunk * chunkBytes),
    digest: exact(32),
    content: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  PACK: fc.record({
    entries: fc.array(
      fc.record({ file: entryIndex, digest: exact(32), content: fc.uint8Array({ maxLength: 100 }) }),
      {
        minLength: 1,
        maxLength: 20,
      },
    ),
  }),
  END: fc.record({ file: entryIndex, size: natural, digest: exact(32) }),
  SAME: fc.record({ file: entryIndex }),
  FAULT: fc.tuple(entryIndex, refusal).map(([file, why]) => ({ file, ...why })),
  ACK: fc.record({ settled: entryIndex, bytes: natural }),
  FINISH: fc.record({ files: natural, bytes: natural, failed: natural, omitted: natural }),
  DONE: fc.record({
    files: natural,
    bytes: natural,
    skipped: natural,
    failed: natural,
    resumedBytes: natural,
  }),
  CANCEL: refusal,
};

/** Type-safe in the table above; here any type with its own arbitrary. */
const arbitraryOf = (name: TypeName): fc.Arbitrary<never> => payloads[name] as unknown as fc.Arbitrary<never>;

describe('round trip', () => {
  test.each(typeNames)('%s comes back as it was sent', (name) => {
    fc.assert(
      fc.property(arbitraryOf(name), fc.nat(0xffff), (payload, channel) => {
        const frame = encodeFrame(name, { id: 5, channel }, payload);
        const header = decodeHeader(frame);
        expect(header).toEqual({
          type: typeNumber[name],
          flags: 0,
          channel,
          id: 5,
          length: frame.length - headerBytes,
        });
        expect(frame.buffer.byteLength).toBe(frame.length);
        expect(decodePayload(header, frame.subarray(headerBytes))).toEqual(payload);
      }),
      { numRuns: 60 },
    );
  });
});

describe('arbitrary bytes give only bad-payload', () => {
  test.each(typeNames)('%s', (name) => {
    const mutated = fc
      .tuple(arbitraryOf(name), fc.nat(), fc.nat(255), fc.nat(30))
      .map(([payload, at, byte, cut]) => {
        const bytes = encodeFrame(name, { id: 1 }, payload).slice(headerBytes);
        bytes[at % bytes.length] = byte;
        return bytes.subarray(0, Math.max(0, bytes.length - (cut > 20 ? cut : 0)));
      });
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated, fc.json().map(encodeUtf8)),
        (bytes) => {
          expect(['none', 'bad-payload']).toContain(thrownCode(() => decodePayloadOf(name, bytes)));
        },
      ),
      { numRuns: 200 },
    );
  });
});

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
