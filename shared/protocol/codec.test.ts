import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Payload, type TypeName, typeNames, typeNumber } from './catalog.ts';
import { decodePayload, decodePayloadOf, encodeFrame } from './codec.ts';
import { decodeHeader } from './header.ts';
import { chunkBytes, headerBytes, limits } from './limits.ts';
import { encodeUtf8, isComponent } from '../base/text.ts';
import { thrownCode } from '../testing/thrown-code.ts';

const text = (minLength: number, maxLength: number) => fc.string({ unit: 'binary', minLength, maxLength });
const hexText = (length: number) =>
  fc.string({
    unit: fc.constantFrom(...Array.from('0123456789abcdef')),
    minLength: length,
    maxLength: length,
  });
const component = text(1, 30).filter(isComponent);
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
      name: component,
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
        fc.constantFrom('skip', 'resume', 'resumeIf', 'unless', 'later'),
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
    const resumeIf: [number, number, string][] = [];
    const unless: [number, string][] = [];
    let next = first;
    for (const [gap, count, list, chain] of pieces) {
      next += gap;
      if (list === 'skip') skip.push([next, count]);
      else if (list === 'later') later.push([next, count]);
      else if (list === 'resume') resume.push([next, chunkBytes * count, chain]);
      else if (list === 'resumeIf') resumeIf.push([next, chunkBytes * count, chain]);
      else unless.push([next, chain]);
      next += list === 'skip' || list === 'later' ? count : 1;
    }
    return { first, count: Math.max(1, next - first), skip, later, resume, resumeIf, unless };
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
  READ: fc.record({ path: text(1, 300), offset: natural, length: fc.integer({ min: 1, max: chunkBytes }) }),
  CONTENT: fc.record({ size: natural, offset: natural, content: fc.uint8Array({ maxLength: 300 }) }),
  TEXT: fc.record({ text: text(1, 300) }),
  TAKEN: fc.constant({}),
  GET: fc.record({ transfer: hexText(32), paths: fc.array(text(1, 30), { minLength: 1, maxLength: 20 }) }),
  OFFER: fc
    .record(
      {
        transfer: hexText(32),
        roots: fc.array(
          fc.record({
            name: component,
            kind: fc.constantFrom('file' as const, 'folder' as const),
            size: natural,
          }),
          { maxLength: limits.offerRoots },
        ),
        totals,
        target: fc.record({ path: text(0, 50) }),
        lane: fc.record(
          { port: fc.integer({ min: 1, max: 65_535 }), token: hexText(32) },
          { requiredKeys: ['token'] },
        ),
      },
      { requiredKeys: ['transfer', 'roots', 'totals'] },
    )
    .chain((offer) =>
      fc
        .nat(offer.roots.length < limits.offerRoots ? 0 : 5_000)
        .map((hidden) => ({ ...offer, rootCount: offer.roots.length + hidden })),
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
  PACE: fc.record({ bytesPerSecond: natural }, optional),
  NOTICE: fc.record({
    kind: fc.constantFrom('failed', 'omitted', 'note', 'of-a-later-version'),
    path: fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    code: fc.constantFrom('name-not-utf8', 'symlink', 'grew'),
    message: fc.string({ unit: 'binary', maxLength: 60 }),
  }),
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
