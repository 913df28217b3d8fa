import { execFileSync } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { noteSentence } from '../../../../shared/model/capture-notes.ts';
import { temporaryFolder } from '../../../base/testing/trees.ts';
import { Captures } from '../captures.ts';
import { recordsOf } from '../../testing/wire.ts';
import { bye, conversation, fileOf, handshake, load, pcapngOf } from '../../testing/packets.ts';
import type { Sent } from '../../testing/packets.ts';

/** Many packets, so that packing has something to do. */
const long: readonly Sent[] = [
  ...handshake,
  ...Array.from({ length: 500 }, (_, index) => ({ at: 1 + index * bye.length, bytes: bye })),
];
const whole = pcapngOf(long);
const canUnpackZstandard = 'createZstdDecompress' in zlib;

/** A frame of Zstandard with one block that is not compressed (RFC 8878, 3.1.1), which every Node can make. */
const zstandard = (bytes: Uint8Array): Buffer => {
  const head = Buffer.from('28b52ffda000000000000000', 'hex');
  head.writeUInt32LE(bytes.length, 5);
  head.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return Buffer.concat([head, bytes]);
};

describe('a packed capture', () => {
  it('of gzip is read, also of several members', async () => {
    expect((await load(gzipSync(whole))).seen).toHaveLength(500);
    const members = [gzipSync(whole.subarray(0, 1_000)), gzipSync(whole.subarray(1_000))];
    expect((await load(Buffer.concat(members))).seen).toHaveLength(500);
  });

  it('that is cut off is read as far as it goes, and told as cut', async () => {
    const packed = gzipSync(whole, { level: 1 });
    const { seen, notes } = await load(packed.subarray(0, packed.length - 300));
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.length).toBeLessThan(500);
    expect(notes).toContain('It ends in the middle of a packet.');
  });

  const cutNote = noteSentence({ kind: 'packed-cut', count: 1 });
  const restNote = noteSentence({ kind: 'packed-rest', count: 1 });
  const packed = gzipSync(whole);

  it.each([1, 4, 8, 9])(
    'without its last %d bytes is told as cut, also where every packet is there',
    async (cut) => {
      const { seen, notes } = await load(packed.subarray(0, -cut));
      expect(seen.length).toBeGreaterThanOrEqual(499);
      expect(notes).toContain(cutNote);
    },
  );

  it.each([
    ['the head', packed.subarray(0, 9)],
    ['the data', packed.subarray(0, 30)],
    ['the check', packed.subarray(0, -4)],
  ])('that is cut off in %s of a further member is told as cut', async (_where, rest) => {
    const { loaded, notes } = await load(Buffer.concat([packed, rest]));
    expect(recordsOf(loaded).length).toBeGreaterThanOrEqual(500);
    expect(notes).toContain(cutNote);
  });

  it.each([
    ['words', Buffer.from('trailing\n')],
    ['zeros and words', Buffer.from('\0\0\0trailing\n')],
    ['one byte', Buffer.from([0x1f])],
  ])('with %s behind it is read whole, and told', async (_what, rest) => {
    const { seen, notes } = await load(Buffer.concat([packed, rest]));
    expect([seen.length, notes]).toEqual([500, [restNote]]);
  });

  it('that is filled up with zeros is whole', async () => {
    const { seen, notes } = await load(Buffer.concat([packed, Buffer.alloc(100_000)]));
    expect([seen.length, notes]).toEqual([500, []]);
  });

  it('has a head with everything that may be in one', async () => {
    const head = Buffer.from('1f8b081e0000000000030300616263', 'hex');
    const texts = Buffer.from('name of it\0said of it\0\0\0', 'latin1');
    const { seen, notes } = await load(Buffer.concat([head, texts, packed.subarray(10)]));
    expect([seen.length, notes]).toEqual([500, []]);
  });

  it.each([
    ['another compression method', 2, 7],
    ['flags that nobody knows', 3, 0x20],
    ['another length', packed.length - 1, 1],
  ])('with %s is broken', async (_what, at, byte) => {
    const turned = Buffer.from(packed);
    turned[at] = byte;
    const loaded = await new Captures(false).open(fileOf(turned));
    await expect(loaded.done).rejects.toMatchObject({ message: expect.stringContaining('gzip is broken') });
  });

  it('that somebody stops reading is not told as cut', async () => {
    const stop = new AbortController();
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield packed.subarray(0, -100);
      stop.abort();
    }
    const loaded = new Captures(false).read('pipe', pieces(), { signal: stop.signal });
    await expect(loaded.done).rejects.toMatchObject({ code: 'cancelled' });
    expect(loaded.status().file?.notes).toEqual([]);
  });

  it('that is broken shows what came before, and says so', async () => {
    const packed = gzipSync(whole, { level: 0 });
    packed.writeUInt32LE(0xdead_beef, packed.length - 8);
    const loaded = await new Captures(false).open(fileOf(packed));
    await expect(loaded.done).rejects.toMatchObject({
      code: 'not-a-capture',
      message: expect.stringContaining('gzip is broken'),
    });
    expect(recordsOf(loaded).length).toBeGreaterThan(400);
  });

  it('of Zstandard is read where Node can, and told by its name where it cannot', async () => {
    if (canUnpackZstandard) expect((await load(zstandard(whole))).seen).toHaveLength(500);
    else {
      const loaded = await new Captures(false).open(fileOf(zstandard(whole)));
      await expect(loaded.done).rejects.toMatchObject({ code: 'not-a-capture', seen: 'Zstandard' });
    }
  });

  it.each([
    ['LZ4', '04224d18ff'],
    ['xz', 'fd377a585a0000'],
    ['bzip2', '425a6839'],
    ['zip', '504b03040000'],
  ])('of %s is told by its name', async (name, hex) => {
    const loaded = await new Captures(false).open(fileOf(Buffer.from(hex, 'hex')));
    await expect(loaded.done).rejects.toMatchObject({ code: 'not-a-capture', seen: name });
  });
});

describe('a capture that is only a beginning', () => {
  const ownBlocks = whole.subarray(0, 28);
  it.each([
    ['4 bytes of pcapng', ownBlocks.subarray(0, 4)],
    ['11 bytes of pcapng', ownBlocks.subarray(0, 11)],
    ['its first block', ownBlocks],
    ['its first block and a byte', whole.subarray(0, 29)],
    ['all but the end of the first packet', pcapngOf(conversation.slice(0, 1)).subarray(0, -4)],
    ['12 bytes of gzip', gzipSync(whole).subarray(0, 12)],
    ['all but the end of a packed one without packets', gzipSync(pcapngOf([])).subarray(0, -4)],
    ['20 bytes of pcap', Buffer.from('d4c3b2a102000400000000000000000000000400', 'hex')],
    ['28 bytes of pcap', Buffer.from('d4c3b2a10200040000000000000000000000040065000000ffffffff', 'hex')],
  ])('(%s) is told as cut off', async (_name, bytes) => {
    const loaded = await new Captures(false).open(fileOf(bytes));
    await expect(loaded.done).rejects.toMatchObject({
      code: 'not-a-capture',
      message: expect.stringContaining('cut off'),
    });
  });

  it('and one without packets is empty', async () => {
    const { seen, notes } = await load(pcapngOf([]));
    expect([seen, notes]).toEqual([[], []]);
  });
});

describe('a capture that comes in pieces', () => {
  const read = async (pieces: AsyncIterable<Uint8Array>, onRead?: () => Promise<void>) => {
    const loaded = new Captures(false).read('pipe', pieces, onRead === undefined ? {} : { onRead });
    await loaded.done;
    return loaded;
  };
  async function* cut(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  }

  it.each([1, 7, 1_000, 1_000_000])('of %d bytes gives the same rows as the file', async (length) => {
    const bytes = pcapngOf(conversation);
    const { loaded } = await load(bytes);
    expect(recordsOf(await read(cut(bytes, length)))).toEqual(recordsOf(loaded));
    expect(recordsOf(await read(cut(gzipSync(bytes), length)))).toEqual(recordsOf(loaded));
  });

  it('has its rows before the next piece is there, and waits for whoever reads them', async () => {
    const bytes = pcapngOf(conversation);
    const half = bytes.length - pcapngOf(conversation.slice(-1)).length + pcapngOf([]).length;
    const seen: number[] = [];
    let isReading = false;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, half);
      expect(seen.at(-1)).toBe(2);
      expect(isReading).toBe(false);
      yield bytes.subarray(half);
    }
    const loaded = new Captures(false).read('pipe', pieces(), {
      onRead: async () => {
        isReading = true;
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(recordsOf(loaded).length);
        isReading = false;
      },
    });
    await loaded.done;
    expect(recordsOf(loaded)).toHaveLength(3);
  });

  it('ends when it is told to, with what came', async () => {
    const stop = new AbortController();
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield pcapngOf(conversation);
      stop.abort();
      yield pcapngOf(conversation);
    }
    const loaded = new Captures(false).read('pipe', pieces(), { signal: stop.signal });
    await expect(loaded.done).rejects.toMatchObject({ code: 'cancelled' });
    expect(recordsOf(loaded)).toHaveLength(3);
  });

  it.skipIf(process.platform === 'win32')(
    'may come through a named pipe, which need not have a writer yet',
    async () => {
      const path = join(temporaryFolder(), 'pipe');
      execFileSync('mkfifo', [path]);
      const loaded = await new Captures(false).open(path);
      expect(loaded.isStreamed).toBe(true);
      createWriteStream(path).end(pcapngOf(conversation));
      await loaded.done;
      expect(recordsOf(loaded)).toHaveLength(3);
      const stop = new AbortController();
      const other = await new Captures(false).open(path, { signal: stop.signal });
      stop.abort();
      await expect(other.done).rejects.toMatchObject({ code: 'cancelled' });
    },
  );
});

describe('what is no capture', () => {
  it('is told for what it is', async () => {
    const folder = temporaryFolder();
    await expect(new Captures(false).open(folder)).rejects.toMatchObject({ message: 'It is a folder.' });
    await expect(new Captures(false).open(join(folder, 'x'))).rejects.toMatchObject({
      code: 'file-vanished',
    });
    writeFileSync(join(folder, 'x'), '');
    const loaded = await new Captures(false).open(join(folder, 'x'));
    await expect(loaded.done).rejects.toMatchObject({ message: 'It is empty.' });
  });
});
