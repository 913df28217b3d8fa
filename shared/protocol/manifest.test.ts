import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ManifestEntry } from './catalog.ts';
import { mostTime } from './entry-time.ts';
import { decodePayloadOf, encodeFrame } from './codec.ts';
import { HexdropError } from '../errors/errors.ts';
import { decodeHeader, flagLast } from './header.ts';
import { headerBytes, limits } from './limits.ts';
import { ManifestPageWriter, readManifestPage } from './manifest.ts';
import { encodeUtf8 } from '../base/text.ts';
import { thrownCode } from '../testing/thrown-code.ts';

const entryOf = (name: string, more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  kind: 'file',
  executable: false,
  parent: -1,
  size: 0,
  mtime: 0,
  version: '0'.repeat(32),
  name,
  ...more,
});

const entry: fc.Arbitrary<ManifestEntry> = fc.record({
  kind: fc.constantFrom('file' as const, 'folder' as const),
  executable: fc.boolean(),
  parent: fc.integer({ min: -1, max: 0xffff_fffe }),
  size: fc.maxSafeNat(),
  mtime: fc.oneof(
    fc.maxSafeInteger(),
    fc.maxSafeInteger().map((value) => value * 64),
    fc.constantFrom(-mostTime, mostTime),
  ),
  version: fc.string({
    unit: fc.constantFrom(...Array.from('0123456789abcdef')),
    minLength: 32,
    maxLength: 32,
  }),
  name: fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
});

const written = (entries: readonly ManifestEntry[]): Uint8Array[] => {
  const writer = new ManifestPageWriter(3, 0);
  const frames: Uint8Array[] = [];
  for (const each of entries) {
    if (writer.add(each)) continue;
    frames.push(writer.finish(false));
    expect(writer.add(each)).toBe(true);
  }
  frames.push(writer.finish(true));
  return frames;
};

describe('a page', () => {
  test('is what the codec writes, and reads as the codec reads it', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        const [frame] = written(entries) as [Uint8Array];
        expect(frame).toEqual(
          encodeFrame('MANIFEST', { id: 3, flags: flagLast }, { page: 0, first: 0, entries }),
        );
        const payload = frame.subarray(headerBytes);
        expect(readManifestPage(payload)).toEqual({ page: 0, first: 0, entries });
        expect(readManifestPage(payload)).toEqual(decodePayloadOf('MANIFEST', payload));
      }),
    );
  });

  test('is refused where the codec refuses it', () => {
    const noise = fc.uint8Array({ maxLength: 120 });
    const nearly = fc
      .tuple(
        fc.array(entry, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.constantFrom(0, 1, 0x80, 0xff),
        fc.nat(3),
      )
      .map(([entries, at, byte, cut]) => {
        const bytes = encodeFrame('MANIFEST', { id: 1 }, { page: 0, first: 0, entries }).slice(headerBytes);
        bytes[at % bytes.length] = byte;
        return bytes.subarray(0, bytes.length - cut);
      });
    fc.assert(
      fc.property(fc.oneof(noise, nearly), (bytes) => {
        const code = thrownCode(() => readManifestPage(bytes));
        expect(code).toBe(thrownCode(() => decodePayloadOf('MANIFEST', bytes)));
        expect(['none', 'bad-payload']).toContain(code);
      }),
      { numRuns: 1_000 },
    );
  });

  test('keeps a name that starts with a byte order mark', () => {
    const [frame] = written([entryOf('\ufeffname')]) as [Uint8Array];
    expect(readManifestPage(frame.subarray(headerBytes)).entries[0]?.name).toBe('\ufeffname');
  });

  test('is a buffer of its own: the next page does not change it', () => {
    const writer = new ManifestPageWriter(1);
    writer.add(entryOf('a'));
    const first = writer.finish(false);
    const before = first.slice();
    writer.add(entryOf('b'));
    writer.finish(true);
    expect(first).toEqual(before);
    expect(first.buffer.byteLength).toBe(first.length);
  });
});

describe('pages of one manifest', () => {
  test('count on, and only the last one is marked LAST', () => {
    const entries = Array.from({ length: limits.manifestPageEntries * 2 + 5 }, (_, at) =>
      entryOf(`name-${at}`),
    );
    const frames = written(entries);
    const pages = frames.map((frame) => readManifestPage(frame.subarray(headerBytes)));
    expect(pages.map((page) => [page.page, page.first, page.entries.length])).toEqual([
      [0, 0, 2_048],
      [1, 2_048, 2_048],
      [2, 4_096, 5],
    ]);
    expect(frames.map((frame) => decodeHeader(frame).flags)).toEqual([0, 0, flagLast]);
    expect(pages.flatMap((page) => page.entries)).toEqual(entries);
  });

  test('hold fewer entries when names are long, and never pass the limit', () => {
    for (const name of ['x'.repeat(255), '写'.repeat(85), '😀'.repeat(63)]) {
      const entries = Array.from({ length: 2_000 }, () => entryOf(name));
      const frames = written(entries);
      for (const frame of frames)
        expect(decodeHeader(frame).length).toBeLessThanOrEqual(limits.manifestBytes);
      expect(
        frames.slice(0, -1).every((frame) => decodeHeader(frame).length > limits.manifestBytes - 300),
      ).toBe(true);
      const names = frames.flatMap((frame) =>
        readManifestPage(frame.subarray(headerBytes)).entries.map((each) => each.name),
      );
      expect(names).toEqual(entries.map(() => name));
    }
  });

  test('may be a single empty one', () => {
    const frames = written([]);
    expect(frames).toHaveLength(1);
    expect(readManifestPage((frames[0] as Uint8Array).subarray(headerBytes))).toEqual({
      page: 0,
      first: 0,
      entries: [],
    });
  });
});

describe('the writer refuses as internal', () => {
  test.each([
    ['an empty name', entryOf('')],
    ['a name of 256 bytes', entryOf('x'.repeat(256))],
    ['a name of 258 bytes in 86 characters', entryOf('写'.repeat(86))],
    ['a lone surrogate', entryOf('a\ud800')],
    ['a short version', entryOf('a', { version: '00' })],
    ['a version that is not hex', entryOf('a', { version: 'zz'.repeat(16) })],
    ['a size beyond 2^53-1', entryOf('a', { size: 2 ** 53 })],
    ['a negative size', entryOf('a', { size: -1 })],
    ['a broken mtime', entryOf('a', { mtime: Number.NaN })],
    ['a time beyond 2^59', entryOf('a', { mtime: mostTime * 2 })],
  ])('%s', (_, wrong) => {
    expect(thrownCode(() => new ManifestPageWriter(1).add(wrong))).toBe('internal');
  });

  test('a name that is too long also where the page is nearly full', () => {
    const writer = new ManifestPageWriter(1);
    while (writer.add(entryOf('x'.repeat(255))));
    expect(() => writer.add(entryOf('x'.repeat(256)))).toThrow(HexdropError);
    expect(encodeUtf8('x'.repeat(255))).toHaveLength(limits.nameBytes);
  });
});
