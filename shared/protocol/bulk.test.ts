import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dataContentAt,
  packEntriesAt,
  PackReader,
  readDataPrefix,
  writeDataHeader,
  writePackEntry,
  writePackHeader,
} from './bulk.ts';
import { decodePayloadOf, encodeFrame } from './codec.ts';
import { chunkBytes, dataPrefixBytes, headerBytes, limits, packPrefixBytes } from './limits.ts';
import { thrownCode } from '../testing/thrown-code.ts';

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const file = fc.integer({ min: 0, max: 0xffff_fffe });
const dataPayload = fc.record({
  file,
  offset: fc.nat(0x7fff_ffff).map((chunk) => chunk * chunkBytes),
  digest,
  content: fc.uint8Array({ minLength: 1, maxLength: 200 }),
});
const packEntries = fc.array(fc.record({ file, digest, content: fc.uint8Array({ maxLength: 100 }) }), {
  minLength: 1,
  maxLength: 20,
});

/** Dirty, so that a byte that is not written shows. */
const dirtyBuffer = (length: number): { buffer: Uint8Array; view: DataView } => {
  const buffer = new Uint8Array(length).fill(0xa5);
  return { buffer, view: new DataView(buffer.buffer) };
};

const readPack = (payload: Uint8Array) => {
  const reader = new PackReader();
  const entries = [];
  const count = reader.open(payload);
  while (reader.next()) {
    expect(reader.length).toBe(reader.content.length);
    entries.push({ file: reader.file, digest: reader.digest, content: reader.content });
  }
  expect(entries).toHaveLength(count);
  return { entries };
};

describe('DATA', () => {
  test('written in place is what the codec writes', () => {
    fc.assert(
      fc.property(dataPayload, fc.nat(0xffff), fc.nat(0xffff_ffff), (payload, channel, id) => {
        const { buffer, view } = dirtyBuffer(dataContentAt + payload.content.length);
        buffer.set(payload.content, dataContentAt);
        writeDataHeader(
          buffer,
          view,
          { id, channel, ...payload, contentBytes: payload.content.length },
          payload.digest,
        );
        expect(buffer).toEqual(encodeFrame('DATA', { id, channel }, payload));
      }),
    );
  });

  test('is read from its first 48 bytes alone, without copying', () => {
    fc.assert(
      fc.property(dataPayload, (payload) => {
        const bytes = encodeFrame('DATA', { id: 1 }, payload).subarray(headerBytes);
        const prefix = readDataPrefix(bytes.subarray(0, dataPrefixBytes), bytes.length);
        const { content, ...fields } = payload;
        expect(prefix).toEqual({ ...fields, contentBytes: content.length });
        expect(prefix.digest.buffer).toBe(bytes.buffer);
      }),
    );
  });

  test('is refused where the codec refuses it', () => {
    const noise = fc.uint8Array({ maxLength: 80 });
    const nearly = dataPayload.chain((payload) =>
      fc.tuple(fc.nat(17), fc.constantFrom(0, 0xff)).map(([at, byte]) => {
        const bytes = encodeFrame('DATA', { id: 1 }, payload).slice(headerBytes);
        bytes[at] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(fc.oneof(noise, nearly), (bytes) => {
        expect(thrownCode(() => readDataPrefix(bytes))).toBe(
          thrownCode(() => decodePayloadOf('DATA', bytes)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('with more content than a chunk is refused', () => {
    expect(thrownCode(() => readDataPrefix(new Uint8Array(48), dataPrefixBytes + chunkBytes))).toBe('none');
    expect(thrownCode(() => readDataPrefix(new Uint8Array(48), dataPrefixBytes + chunkBytes + 1))).toBe(
      'bad-payload',
    );
  });
});

describe('PACK', () => {
  test('written in place is what the codec writes, and read as the codec reads it', () => {
    fc.assert(
      fc.property(packEntries, fc.nat(0xffff), fc.nat(0xffff_ffff), (entries, channel, id) => {
        const { buffer, view } = dirtyBuffer(headerBytes + limits.bulkBytes);
        let at = packEntriesAt;
        for (const entry of entries) {
          at = writePackEntry(view, buffer, at, entry.file, entry.content.length, entry.digest);
          buffer.set(entry.content, at);
          at += entry.content.length;
        }
        writePackHeader(buffer, id, channel, at - headerBytes);
        const frame = buffer.subarray(0, at);
        expect(frame).toEqual(encodeFrame('PACK', { id, channel }, { entries }));
        const payload = frame.subarray(headerBytes);
        expect(readPack(payload)).toEqual(decodePayloadOf('PACK', payload));
        expect(readPack(payload)).toEqual({ entries });
      }),
    );
  });

  test('is refused whole, before its first file, where the codec refuses it', () => {
    const noise = fc.uint8Array({ maxLength: 120 });
    const nearly = packEntries.chain((entries) =>
      fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0xff)).map(([at, byte]) => {
        const bytes = encodeFrame('PACK', { id: 1 }, { entries }).slice(headerBytes);
        bytes[at % Math.min(8, bytes.length)] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(fc.oneof(noise, nearly), (bytes) => {
        const code = thrownCode(() => new PackReader().open(bytes));
        expect(code).toBe(thrownCode(() => decodePayloadOf('PACK', bytes)));
        expect(['none', 'bad-payload']).toContain(code);
      }),
      { numRuns: 500 },
    );
  });

  test('holds one file of a whole chunk', () => {
    const content = new Uint8Array(chunkBytes).fill(7);
    const payload = encodeFrame(
      'PACK',
      { id: 1 },
      { entries: [{ file: 1, digest: new Uint8Array(32), content }] },
    ).subarray(headerBytes);
    expect(payload).toHaveLength(packPrefixBytes + chunkBytes);
    const [entry] = readPack(payload).entries;
    expect(entry?.content).toHaveLength(chunkBytes);
    expect(entry?.content.every((byte) => byte === 7)).toBe(true);
  });

  test('lets its payload go at the end', () => {
    const reader = new PackReader();
    reader.open(
      encodeFrame(
        'PACK',
        { id: 1 },
        { entries: [{ file: 1, digest: new Uint8Array(32), content: new Uint8Array(9) }] },
      ).subarray(headerBytes),
    );
    while (reader.next());
    expect(reader.content).toHaveLength(0);
    expect(reader.next()).toBe(false);
  });
});
