/** The golden vectors, both ways. Another implementation can use the same files. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Payload, typeByNumber, type TypeName, typeNames, typeNumber } from './catalog.ts';
import { decodePayload, encodeFrame } from './codec.ts';
import { HexdropError } from '../errors/errors.ts';
import { type FrameHandler, type FrameHeader, FrameParser } from './framing.ts';
import { decodeHeader, flagLast } from './header.ts';
import { headerBytes } from './limits.ts';
import { readManifestPage } from './manifest.ts';
import { ManifestOrder } from './manifest-order.ts';
import { encodeUtf8, fromHex, toHex } from '../base/text.ts';
import badFraming from './vectors/bad-framing.json' with { type: 'json' };
import badManifest from './vectors/bad-manifest.json' with { type: 'json' };
import badPayload from './vectors/bad-payload.json' with { type: 'json' };
import browse from './vectors/browse.json' with { type: 'json' };
import framing from './vectors/framing.json' with { type: 'json' };
import example from './vectors/example-session.json' with { type: 'json' };
import session from './vectors/session.json' with { type: 'json' };
import text from './vectors/text.json' with { type: 'json' };
import transfer from './vectors/transfer.json' with { type: 'json' };

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly meaning: {
    readonly header: { readonly type: string; readonly number: number } & Record<string, unknown>;
    readonly payload: unknown;
  };
}

const vectors: readonly Vector[] = [
  ...session.vectors,
  ...browse.vectors,
  ...text.vectors,
  ...transfer.vectors,
  ...example.steps,
];

const bytesOf = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;

/** Properties that are bytes in memory and hex in the vectors. */
const byteNames = new Set(['digest', 'content']);

/** The payload as the vectors write it: bytes as hex. */
function asWritten(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(asWritten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asWritten(each)]));
}

/** And back: hex to bytes, in binary messages. */
function asHeld(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asHeld);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      byteNames.has(name) ? bytesOf(each as string) : asHeld(each),
    ]),
  );
}

const binaryTypes = new Set(['CONTENT', 'MANIFEST', 'DATA', 'PACK', 'END', 'SAME']);

describe('a golden vector', () => {
  test.each(vectors)('$name decodes to its meaning', ({ hex, meaning }) => {
    const frame = bytesOf(hex);
    const header = decodeHeader(frame);
    const { type, number, ...rest } = meaning.header;
    expect(header).toEqual({ type: number, ...rest });
    expect(typeNumber[type as TypeName]).toBe(number);
    expect(asWritten(decodePayload(header, frame.subarray(headerBytes)))).toEqual(meaning.payload);
  });

  test.each(vectors)('$name is what its meaning encodes to', ({ hex, meaning }) => {
    const type = meaning.header.type as TypeName;
    const place = meaning.header as unknown as FrameHeader;
    const payload = binaryTypes.has(type) ? asHeld(meaning.payload) : meaning.payload;
    expect(toHex(encodeFrame(type, place, payload as Payload<typeof type> as never))).toBe(hex);
  });

  test('exists for every type', () => {
    const seen = new Set(vectors.map((vector) => vector.meaning.header.type));
    expect(typeNames.filter((name) => !seen.has(name))).toEqual([]);
  });
});

/** Reads a stream the way a receiver does; the first error is what counts. */
const errorOf = (deliveries: readonly Uint8Array[]): string => {
  const handler: FrameHandler = {
    header: () => {},
    payload: () => {},
    frame: (header, payload) => {
      if (payload !== undefined) decodePayload(header, payload);
    },
  };
  const parser = new FrameParser(handler);
  try {
    for (const delivery of deliveries) parser.push(delivery);
    parser.end();
    return 'none';
  } catch (error) {
    return error instanceof HexdropError ? error.code : String(error);
  }
};

/** The frames of a stream; skipped ones are not among them. */
const framesOf = (deliveries: readonly Uint8Array[]): readonly unknown[] => {
  const frames: unknown[] = [];
  const parser = new FrameParser({
    header: () => {},
    payload: () => {},
    frame: ({ type, ...place }) => frames.push({ type: typeByNumber(type), ...place }),
  });
  for (const delivery of deliveries) parser.push(delivery);
  parser.end();
  return frames;
};

describe('a stream', () => {
  test.each(framing.vectors)('of $name has its frames', ({ hex, frames }) => {
    const stream = bytesOf(hex);
    expect(framesOf([stream])).toEqual(frames);
    expect(framesOf(Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(frames);
  });
});

describe('a bad stream', () => {
  test.each(badFraming.vectors)('$name', ({ hex, error }) => {
    const stream = bytesOf(hex);
    expect(errorOf([stream])).toBe(error);
    expect(errorOf(Array.from(stream, (byte) => Uint8Array.of(byte)))).toBe(error);
  });
});

describe('a bad payload', () => {
  test.each(badPayload.vectors)('$name', ({ hex, error }) => {
    const frame = bytesOf(hex);
    const header = decodeHeader(frame);
    expect(header.length).toBe(frame.length - headerBytes);
    expect(() => decodePayload(header, frame.subarray(headerBytes))).toThrow(
      expect.objectContaining({ code: error }) as HexdropError,
    );
  });
});

describe('a bad manifest', () => {
  test.each(badManifest.vectors)('$name', ({ hex, error }) => {
    const frame = bytesOf(hex);
    const page = readManifestPage(frame.subarray(headerBytes));
    const isLast = (decodeHeader(frame).flags & flagLast) !== 0;
    expect(() => new ManifestOrder().takePage(page, isLast)).toThrow(
      expect.objectContaining({ code: error }) as HexdropError,
    );
  });
});

describe('the example session', () => {
  const sha256 = (...parts: readonly Uint8Array[]): string => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  };
  const payloadsOf = (type: string): unknown =>
    example.steps.filter((step) => step.meaning.header.type === type).map((step) => step.meaning.payload);

  test('carries digests and chains that are right', () => {
    const [data] = payloadsOf('DATA') as [{ digest: string; content: string }];
    expect(data.digest).toBe(sha256(bytesOf(data.content)));
    const [end] = payloadsOf('END') as [{ digest: string; size: number }];
    expect(end.digest).toBe(sha256(new Uint8Array(32), bytesOf(data.digest)));
    expect(end.size).toBe(bytesOf(data.content).length);
    const [pack] = payloadsOf('PACK') as [{ entries: { digest: string; content: string }[] }];
    for (const entry of pack.entries) expect(entry.digest).toBe(sha256(bytesOf(entry.content)));
    expect(bytesOf(data.content)).toEqual(encodeUtf8('It was a dark stormy night.'));
  });

  test('has a manifest in order, whose sizes are those of the content', () => {
    const [manifest] = payloadsOf('MANIFEST') as [{ entries: { size: number }[] }];
    const frame = bytesOf(example.steps.find((step) => step.meaning.header.type === 'MANIFEST')?.hex ?? '');
    expect(() =>
      new ManifestOrder().takePage(readManifestPage(frame.subarray(headerBytes)), true),
    ).not.toThrow();
    expect(manifest.entries.reduce((total, entry) => total + entry.size, 0)).toBe(33);
  });
});
