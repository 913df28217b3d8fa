import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeUtf8, encodeUtf8 } from '../../base/text.ts';
import { decode, lengthValue } from './decode.ts';
import { type Conditions, planOf, splitters, writePatterns } from './plan.ts';
import { encode, type LengthFormat, lengthFieldLengths, type Strategy } from './strategy.ts';

const usual: LengthFormat = {
  lengthFieldOffset: 0,
  lengthFieldLength: 4,
  lengthAdjustment: 0,
  initialBytesToStrip: 4,
  maxFrameLength: 1_024,
  byteOrder: 'big',
  readAs: 'big',
};
const lengthFirst = (change: Partial<LengthFormat> = {}): Strategy => ({
  kind: 'length',
  ...usual,
  ...change,
});
const terminator: Strategy = { kind: 'terminator', byte: 0x0a, escapes: true, maxFrameLength: 1_024 };
const conditions: Conditions = {
  writePattern: 'message',
  splitter: 'writes',
  nagle: false,
  mss: 1_460,
  readAfter: 1,
  seed: 7,
};

const texts = (strategy: Strategy, messages: readonly string[], readEnds?: readonly number[]) => {
  const { bytes } = encode(messages, strategy);
  return decode(strategy, bytes, readEnds ?? [bytes.length]).frames.map(({ content }) => decodeUtf8(content));
};

describe('the strategies', () => {
  const messages = ['hello', '', '粘包 and 半包', 'a\\b\nc', 'x'.repeat(40)];

  it('take the same messages out of every split of the stream in two, where they frame', () => {
    for (const strategy of [lengthFirst(), terminator, { kind: 'fixed', length: 48 } as const]) {
      const { bytes } = encode(messages, strategy);
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        expect(texts(strategy, messages, [cut, bytes.length])).toEqual(messages);
      }
    }
  });

  it('take the same messages out of any chunks, whatever the parameters of the length field', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 6 }),
        fc.constantFrom(...lengthFieldLengths),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: -9, max: 5 }),
        fc.constantFrom('big', 'little'),
        fc.array(fc.nat(400), { maxLength: 12 }),
        (sent, lengthFieldLength, lengthFieldOffset, lengthAdjustment, order, cuts) => {
          const strategy = lengthFirst({
            lengthFieldLength,
            lengthFieldOffset,
            lengthAdjustment,
            initialBytesToStrip: lengthFieldOffset + lengthFieldLength + Math.max(0, lengthAdjustment),
            byteOrder: order,
            readAs: order,
          });
          const { bytes, faults } = encode(sent, strategy);
          const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
          const carried = sent.filter((_text, index) => faults.every(({ message }) => message !== index));
          expect(decode(strategy, bytes, ends).frames.map(({ content }) => decodeUtf8(content))).toEqual(
            carried,
          );
        },
      ),
    );
  });

  it('take one read for one message where they do not frame', () => {
    expect(texts({ kind: 'none' }, ['ab', 'cd'])).toEqual(['abcd']);
    expect(texts({ kind: 'none' }, ['ab', 'cd'], [1, 4])).toEqual(['a', 'bcd']);
  });

  it('split a message at a terminator in it, unless it is escaped', () => {
    expect(texts({ ...terminator, escapes: false }, ['one\ntwo'])).toEqual(['one', 'two']);
    expect(texts(terminator, ['one\ntwo'])).toEqual(['one\ntwo']);
  });

  it('do not send what does not fit', () => {
    const fixed = encode(['four', 'fifth'], { kind: 'fixed', length: 4 });
    expect(fixed.faults).toEqual([{ message: 1, kind: 'longer-than-fixed', seen: 5, allowed: 4 }]);
    expect(fixed.frames).toHaveLength(1);
    expect(encode(['x'.repeat(256)], lengthFirst({ lengthFieldLength: 1 })).faults).toEqual([
      { message: 0, kind: 'length-does-not-fit', seen: 256, allowed: 255 },
    ]);
  });
});

describe('a length read in the other byte order', () => {
  it('makes 268,435,456 of 16, and 4 of 1024', () => {
    expect(lengthValue(Uint8Array.of(0, 0, 0, 16), { readAs: 'little' })).toBe(268_435_456n);
    expect(lengthValue(Uint8Array.of(4, 0), { readAs: 'little' })).toBe(4n);
  });

  it('is refused by the limit, and waits for ever without one', () => {
    const message = ['x'.repeat(16)];
    const swapped = lengthFirst({ readAs: 'little' });
    const { bytes } = encode(message, swapped);
    expect(decode(swapped, bytes, [bytes.length]).fault).toEqual({
      kind: 'too-long',
      seen: 268_435_460n,
      allowed: 1_024,
    });
    const unlimited = lengthFirst({ readAs: 'little', maxFrameLength: Number.MAX_SAFE_INTEGER });
    expect(decode(unlimited, bytes, [bytes.length]).stops.at(-1)?.state).toEqual({
      kind: 'body',
      needs: 268_435_440,
      of: 268_435_460,
    });
  });
});

describe('the parser', () => {
  it('says what it waits for', () => {
    const strategy = lengthFirst();
    const { bytes } = encode(['hello'], strategy);
    const { stops } = decode(strategy, bytes, [1, 6, 9]);
    expect(stops.map(({ state }) => state)).toEqual([
      { kind: 'header', needs: 3 },
      { kind: 'body', needs: 3, of: 9 },
      { kind: 'frame', frame: 0 },
      { kind: 'empty' },
    ]);
  });

  it('refuses a frame that ends before its header, and to strip more than there is', () => {
    const negative = lengthFirst({ lengthFieldLength: 8 });
    expect(decode(negative, new Uint8Array(8).fill(0xff), [8]).fault).toEqual({
      kind: 'ends-in-header',
      seen: 7n,
      allowed: 8,
    });
    const strips = lengthFirst({ initialBytesToStrip: 9 });
    expect(decode(strips, encode(['a'], strips).bytes, [5]).fault?.kind).toBe('strips-too-much');
  });
});

describe('the plan', () => {
  const stream = encode(['hello', '粘包', 'a longer message of some bytes'], lengthFirst());

  it('is the same for the same seed, and covers the stream', () => {
    for (const splitter of splitters.filter((each) => each !== 'system')) {
      for (const writePattern of writePatterns) {
        const wanted = { ...conditions, splitter, writePattern, mss: 16, readAfter: 2 };
        const plan = planOf(stream, 'length', wanted);
        expect(planOf(stream, 'length', wanted)).toEqual(plan);
        for (const ends of [plan.writeEnds, plan.segmentEnds, plan.readEnds]) {
          expect(ends.at(-1)).toBe(stream.bytes.length);
          expect([...new Set(ends)].sort((a, b) => a - b)).toEqual(ends);
        }
        expect(plan.readEnds.every((end) => plan.segmentEnds.includes(end))).toBe(true);
      }
    }
  });

  it('is another for another seed', () => {
    const at = (seed: number) => planOf(stream, 'length', { ...conditions, splitter: 'random', seed });
    expect(at(1)).not.toEqual(at(2));
  });

  it('lets the first write leave and gathers the rest, with Nagle', () => {
    const plan = planOf(stream, 'length', { ...conditions, nagle: true });
    expect(plan.segmentEnds).toEqual([9, stream.bytes.length]);
    expect(planOf(stream, 'length', conditions).segmentEnds).toEqual(plan.writeEnds);
  });

  it('sends each write by itself where the sender waits, which a slow receiver undoes', () => {
    const waits = { ...conditions, nagle: true };
    expect(planOf(stream, 'pause', waits).readEnds).toEqual([9, 19, 53]);
    expect(planOf(stream, 'pause', { ...waits, readAfter: 3 }).readEnds).toEqual([53]);
  });

  it('cuts inside of a character of several bytes', () => {
    const { segmentEnds } = planOf(stream, 'length', { ...conditions, splitter: 'character' });
    expect(segmentEnds).toContain(14);
    expect(decodeUtf8(encodeUtf8('粘').subarray(0, 1))).toBeUndefined();
  });
});
