import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageByNumber, typeNumber } from './catalog.ts';
import { encodeFrame } from './codec.ts';
import { HexdropError } from '../errors/errors.ts';
import { type FrameHandler, type FrameHeader, FrameParser } from './framing.ts';
import { encodeHeader } from './header.ts';
import { headerBytes, limits } from './limits.ts';
import { toHex } from '../base/text.ts';
import { thrownCode } from '../testing/thrown-code.ts';

/** What a parser told, with payloads copied: slices of bulk are put together, so that chunkings compare equal. */
class Transcript implements FrameHandler {
  readonly events: string[] = [];
  readonly slices: Uint8Array[] = [];
  largestPayload = 0;
  #bulk = '';

  header(header: FrameHeader): void {
    this.events.push(`header ${JSON.stringify(header)}`);
    this.#bulk = '';
  }
  payload(slice: Uint8Array): void {
    this.slices.push(slice);
    this.#bulk += toHex(slice);
  }
  frame(header: FrameHeader, payload: Uint8Array | undefined): void {
    this.largestPayload = Math.max(this.largestPayload, payload?.buffer.byteLength ?? 0);
    this.events.push(`frame ${header.type} ${payload === undefined ? `bulk ${this.#bulk}` : toHex(payload)}`);
  }
  skipped(header: FrameHeader): void {
    this.events.push(`skipped ${header.type} ${header.length}`);
  }
}

const frameOf = (type: number, payload: Uint8Array, place: Partial<FrameHeader> = {}): Uint8Array => {
  const frame = new Uint8Array(headerBytes + payload.length);
  encodeHeader(frame, 0, { type, flags: 0, channel: 0, id: 1, ...place, length: payload.length });
  frame.set(payload, headerBytes);
  return frame;
};

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

const parsed = (deliveries: readonly Uint8Array[]): Transcript => {
  const transcript = new Transcript();
  const parser = new FrameParser(transcript);
  for (const delivery of deliveries) parser.push(delivery);
  parser.end();
  return transcript;
};

/** Cuts a stream at ascending places. */
const cutAt = (stream: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const borders = [
    0,
    ...places.filter((place) => place <= stream.length).sort((a, b) => a - b),
    stream.length,
  ];
  return borders.slice(1).map((end, position) => stream.subarray(borders[position], end));
};

const shortStream = joined([
  encodeFrame('PING', { id: 0 }, {}),
  frameOf(
    typeNumber.DATA,
    Uint8Array.from({ length: 60 }, (_, at) => at),
  ),
  frameOf(0xee, Uint8Array.of(1, 2, 3), { flags: 0x01 }),
  encodeFrame('SAME', { id: 1, channel: 3 }, { file: 7 }),
  frameOf(typeNumber.PACK, new Uint8Array(0)),
  frameOf(typeNumber.PONG, new Uint8Array(0), { id: 0 }),
]);
const shortEvents = parsed([shortStream]).events;

describe('frames come out the same', () => {
  test('for one delivery with all frames', () => {
    expect(shortEvents.map((event) => event.split(' ').slice(0, 2).join(' '))).toEqual([
      'header {"type":3,"flags":0,"channel":0,"id":0,"length":2}',
      'frame 3',
      'header {"type":39,"flags":0,"channel":0,"id":1,"length":60}',
      'frame 39',
      'skipped 238',
      'header {"type":42,"flags":0,"channel":3,"id":1,"length":8}',
      'frame 42',
      'header {"type":40,"flags":0,"channel":0,"id":1,"length":0}',
      'frame 40',
      'header {"type":4,"flags":0,"channel":0,"id":0,"length":0}',
      'frame 4',
    ]);
  });

  test('for every place at which a stream is split in two', () => {
    for (let place = 0; place <= shortStream.length; place += 1) {
      expect(parsed(cutAt(shortStream, [place])).events).toEqual(shortEvents);
    }
  });

  test('for every pair of places at which a stream is split in three', () => {
    for (let first = 0; first <= shortStream.length; first += 1) {
      for (let second = first; second <= shortStream.length; second += 3) {
        expect(parsed(cutAt(shortStream, [first, second])).events).toEqual(shortEvents);
      }
    }
  });

  test('for single bytes', () => {
    expect(parsed(Array.from(shortStream, (byte) => Uint8Array.of(byte))).events).toEqual(shortEvents);
  });

  test('for random frames in random deliveries', () => {
    const someType = fc.constantFrom(
      typeNumber.LIST,
      typeNumber.DATA,
      typeNumber.PACK,
      typeNumber.MANIFEST,
      typeNumber.WANT,
    );
    const frame = fc
      .tuple(someType, fc.uint8Array({ maxLength: 300 }))
      .map(([type, payload]) => frameOf(type, payload));
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 12 }),
        fc.array(fc.nat(4_000), { maxLength: 40 }),
        (frames, places) => {
          const stream = joined(frames);
          expect(parsed(cutAt(stream, places)).events).toEqual(parsed([stream]).events);
        },
      ),
    );
  });
});

describe('payloads', () => {
  test('of bulk are never copied', () => {
    const frame = frameOf(typeNumber.DATA, new Uint8Array(1_000));
    const deliveries = cutAt(frame, [10, 300, 700]);
    const transcript = parsed(deliveries);
    expect(transcript.slices.map((slice) => slice.length)).toEqual([300 - 16, 400, 316]);
    for (const slice of transcript.slices) expect(slice.buffer).toBe(frame.buffer);
  });

  test('of control are not copied when one delivery holds them, and copied once when not', () => {
    const frame = frameOf(typeNumber.LIST, new Uint8Array(1_000));
    expect(parsed([frame]).largestPayload).toBe(frame.buffer.byteLength);
    expect(parsed(cutAt(frame, [500])).largestPayload).toBe(1_000);
  });

  test('are announced before anything is allocated for them, so that a state machine can refuse', () => {
    const refusal = new HexdropError('unexpected-frame');
    const parser = new FrameParser({
      header: () => {
        throw refusal;
      },
      payload: () => {},
      frame: () => {},
    });
    expect(() => parser.push(frameOf(typeNumber.LIST, new Uint8Array(9)))).toThrow(refusal);
    expect(() => parser.push(new Uint8Array(1))).toThrow(refusal);
  });
});

describe('bytesToBoundary and inBulk tell where the next byte belongs', () => {
  test('at every place of a stream', () => {
    const parser = new FrameParser(new Transcript());
    const frame = frameOf(typeNumber.DATA, new Uint8Array(60));
    frame.forEach((byte, at) => {
      expect(parser.bytesToBoundary).toBe(at < headerBytes ? headerBytes - at : frame.length - at);
      expect(parser.inBulk).toBe(at >= headerBytes);
      parser.push(Uint8Array.of(byte));
    });
    expect(parser.bytesToBoundary).toBe(headerBytes);
    expect(parser.inBulk).toBe(false);
    parser.push(encodeFrame('PING', { id: 0 }, {}).subarray(0, 17));
    expect(parser.bytesToBoundary).toBe(1);
    expect(parser.inBulk).toBe(false);
  });
});

describe('bad streams', () => {
  test('a length of 4 GiB is refused before anything is allocated or told', () => {
    const transcript = new Transcript();
    const header = new Uint8Array(headerBytes);
    for (const type of [typeNumber.LIST, typeNumber.DATA, typeNumber.HELLO]) {
      encodeHeader(header, 0, { type, flags: 0, channel: 0, id: 1, length: 0xffff_ffff });
      expect(thrownCode(() => new FrameParser(transcript).push(header))).toBe('frame-too-large');
    }
    expect(transcript.events).toEqual([]);
  });

  test('an error stays: every later push and end throws it again', () => {
    const parser = new FrameParser(new Transcript());
    expect(thrownCode(() => parser.push(new Uint8Array(16)))).toBe('bad-magic');
    expect(thrownCode(() => parser.push(encodeFrame('PING', { id: 0 }, {})))).toBe('bad-magic');
    expect(thrownCode(() => parser.end())).toBe('bad-magic');
  });

  test('an error thrown by the handler stays as well', () => {
    const parser = new FrameParser({
      header: () => {},
      payload: () => {},
      frame: () => {
        throw new HexdropError('bad-payload');
      },
    });
    expect(thrownCode(() => parser.push(encodeFrame('PING', { id: 0 }, {})))).toBe('bad-payload');
    expect(thrownCode(() => parser.push(encodeFrame('PING', { id: 0 }, {})))).toBe('bad-payload');
  });

  test('an end between frames is clean, an end within one is truncated-frame', () => {
    const borders = new Set([0, 18, 94, 113, 137, 153, 169]);
    for (let place = 0; place <= shortStream.length; place += 1) {
      const parser = new FrameParser(new Transcript());
      parser.push(shortStream.subarray(0, place));
      expect(thrownCode(() => parser.end())).toBe(borders.has(place) ? 'none' : 'truncated-frame');
    }
    expect(shortStream).toHaveLength(169);
  });

  test('frames before the bad one are delivered', () => {
    const transcript = new Transcript();
    const parser = new FrameParser(transcript);
    const stream = joined([encodeFrame('PING', { id: 0 }, {}), new Uint8Array(16)]);
    expect(thrownCode(() => parser.push(stream))).toBe('bad-magic');
    expect(transcript.events).toHaveLength(2);
  });

  test('arbitrary bytes give only framing errors, the same for any deliveries, in bounded memory', () => {
    const allowed = ['none', 'bad-magic', 'bad-flags', 'unknown-type', 'frame-too-large', 'truncated-frame'];
    const noise = fc.uint8Array({ maxLength: 200 });
    const mutated = fc.tuple(fc.nat(shortStream.length - 1), fc.nat(255)).map(([at, byte]) => {
      const stream = shortStream.slice();
      stream[at] = byte;
      return stream;
    });
    const outcome = (deliveries: readonly Uint8Array[]) => {
      const transcript = new Transcript();
      const parser = new FrameParser(transcript);
      const code = thrownCode(() => {
        for (const delivery of deliveries) parser.push(delivery);
        parser.end();
      });
      return { code, events: transcript.events, largest: transcript.largestPayload };
    };
    fc.assert(
      fc.property(fc.oneof(noise, mutated), fc.array(fc.nat(200), { maxLength: 10 }), (stream, places) => {
        const whole = outcome([stream]);
        const pieces = outcome(cutAt(stream, places));
        expect(allowed).toContain(whole.code);
        expect(pieces.code).toBe(whole.code);
        expect(pieces.events).toEqual(whole.events);
        expect(pieces.largest).toBeLessThanOrEqual(limits.controlBytes);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('only DATA and PACK are bulk', () => {
  const bulk = Array.from({ length: 256 }, (_, type) => type).filter(
    (type) => messageByNumber(type)?.isBulk === true,
  );
  expect(bulk).toEqual([typeNumber.DATA, typeNumber.PACK]);
});
