import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeFrame } from './codec.ts';
import { FrameScanner } from './frame-scanner.ts';
import type { Loose, ScannedFrame } from './frame-scanner.ts';

const scanned = (keepBytes = Number.POSITIVE_INFINITY) => {
  const frames: ScannedFrame[] = [];
  const loose: Loose[] = [];
  const gaps: [number, number][] = [];
  const scanner = new FrameScanner({
    keepBytes: () => keepBytes,
    frame: (frame) => frames.push(frame),
    loose: (each) => loose.push(each),
    gap: (offset, length) => gaps.push([offset, length]),
  });
  return { scanner, frames, loose, gaps };
};

const text = (length: number): Uint8Array =>
  encodeFrame('BYE', { id: 0 }, { reason: 'x'.repeat(Math.min(length, 900)) });
const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

describe('a scanner', () => {
  it('finds the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(100), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        (lengths, cuts) => {
          const parts = lengths.map(text);
          const stream = joined(parts);
          const { scanner, frames, loose } = scanned();
          for (let at = 0, cut = 0; at < stream.length; cut += 1) {
            const length = cuts[cut % cuts.length] as number;
            scanner.push(stream.subarray(at, at + length), cut);
            at += length;
          }
          scanner.end();
          expect(frames.map(({ bytes }) => bytes)).toEqual(parts);
          expect(loose).toEqual([]);
        },
      ),
    );
  });

  it('loses by a gap inside a payload what is missing and no more, and says what that is', () => {
    const [one, other] = [text(50), text(10)];
    const { scanner, frames, gaps } = scanned();
    scanner.push(one.subarray(0, 30), 1);
    scanner.skip(15, 2);
    scanner.skip(5, 2);
    scanner.push(one.subarray(50), 3);
    scanner.push(other, 4);
    expect(frames.map(({ bytes }) => bytes)).toEqual([
      joined([one.subarray(0, 30), one.subarray(50)]),
      other,
    ]);
    expect(frames.map((frame) => frame.gaps)).toEqual([[{ offset: 14, length: 20 }], []]);
    expect(frames.map(({ timeMs, isCutOff }) => [timeMs, isCutOff])).toEqual([
      [3, false],
      [4, false],
    ]);
    expect(gaps).toEqual([]);
  });

  it('tells a frame that the end cut off as such, with the time of its last byte', () => {
    const frame = text(50);
    const { scanner, frames } = scanned();
    scanner.push(frame.subarray(0, 20), 1);
    scanner.skip(3, 2);
    scanner.push(frame.subarray(23, 30), 5);
    scanner.end();
    const rest = { offset: 14, length: frame.length - 30 };
    expect(frames).toMatchObject([{ isCutOff: true, timeMs: 5, gaps: [{ offset: 4, length: 3 }, rest] }]);
    expect(frames[0]?.bytes.length).toBe(27);
  });

  it('tells loose bytes with the push that brought them, and why they belong to no frame', () => {
    const { scanner, loose, frames } = scanned();
    const refused = (at: number, value: number): Uint8Array => {
      const bytes = text(5);
      bytes[at] = value;
      return bytes;
    };
    scanner.push(Uint8Array.of(1, 2, 3), 1);
    scanner.push(joined([Uint8Array.of(4, 5), refused(8, 0x77)]), 2);
    scanner.push(text(5), 3);
    scanner.push(refused(4, 0xff), 4);
    scanner.push(text(5), 5);
    scanner.push(refused(9, 0xf0), 6);
    scanner.push(joined([text(5), Uint8Array.of(0x48, 0x58)]), 7);
    scanner.skip(10, 8);
    scanner.push(Uint8Array.of(9), 9);
    scanner.push(joined([text(5), Uint8Array.of(0x48, 0x58, 0x44)]), 10);
    scanner.end();
    const length = text(5).length;
    expect(loose.map((each) => [each.reason, each.length, each.timeMs])).toEqual([
      ['bad-magic', 3, 1],
      ['bad-magic', 2, 2],
      ['unknown-type', length, 2],
      ['frame-too-large', length, 4],
      ['bad-flags', length, 6],
      ['truncated-frame', 2, 7],
      ['behind-gap', 1, 9],
      ['truncated-frame', 3, 10],
    ]);
    expect(frames).toHaveLength(4);
  });

  it('looks for the next magic when a gap covers a header', () => {
    const [one, other, last] = [text(20), text(30), text(5)];
    const { scanner, frames, loose, gaps } = scanned();
    scanner.push(one, 1);
    scanner.skip(20, 2);
    scanner.push(other.subarray(20), 3);
    scanner.push(last, 4);
    expect(frames.map(({ offset }) => offset)).toEqual([0, one.length + other.length]);
    expect(gaps).toEqual([[one.length, 20]]);
    expect(loose).toMatchObject([{ offset: one.length + 20, length: other.length - 20 }]);
  });

  it('accounts for every byte of any stream, once, in order', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 80 }),
            fc.nat(60).map(text),
            fc.constant(Uint8Array.of(0x48, 0x58, 0x44, 0x31)),
            fc.integer({ min: 1, max: 300 }),
          ),
          { maxLength: 20 },
        ),
        (parts) => {
          const spans: [number, number][] = [];
          const scanner = new FrameScanner({
            keepBytes: () => 8,
            frame: ({ offset, header, isCutOff }) => {
              if (!isCutOff) spans.push([offset, 16 + header.length]);
            },
            loose: ({ offset, length }) => spans.push([offset, length]),
            gap: (offset, length) => spans.push([offset, length]),
          });
          let wasCut = false;
          for (const part of parts) {
            if (typeof part === 'number') scanner.skip(part, 0);
            else scanner.push(part, 0);
          }
          const total = scanner.offset;
          const before = spans.length;
          scanner.end();
          let at = 0;
          for (const [offset, length] of spans) {
            expect(offset).toBe(at);
            at += length;
          }
          wasCut = at < total;
          // Only a frame that the end of the stream cut may be missing at the end.
          if (wasCut) expect(spans.length).toBe(before);
        },
      ),
    );
  });

  it('keeps no more of a payload than it is told to', () => {
    const { scanner, frames } = scanned(4);
    scanner.push(text(50), 1);
    expect(frames[0]?.bytes.length).toBe(20);
  });
});
