import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { encodeFrame } from '../../../shared/protocol/codec.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { chunkBytes, limits } from '../../../shared/protocol/limits.ts';
import { memoryLink } from '../testing/memory-link.ts';
import type { LinkOptions, MemoryLink } from '../testing/memory-link.ts';
import { FrameStream } from './frame-stream.ts';
import type { FrameReceiver } from './frame-stream.ts';

interface Seen {
  readonly type: string;
  readonly id: number;
  readonly payload: unknown;
}

/** Collects frames as they were when they came; payloads are copied, since they are lent. */
class Collector implements FrameReceiver {
  readonly frames: Seen[] = [];
  readonly admitted: string[] = [];
  readonly closings: (HexdropError | undefined)[] = [];
  readonly over: Promise<void>;
  onFrame: (seen: Seen) => void = () => {};
  #end: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  admit(type: string): void {
    this.admitted.push(type);
  }

  control({ type, header, payload }: { type: string; header: { id: number }; payload: unknown }): void {
    this.#take({ type, id: header.id, payload });
  }

  bulk(type: string, header: { id: number }, payload: Uint8Array): void {
    this.#take({ type, id: header.id, payload: Uint8Array.from(payload) });
  }

  closed(error?: HexdropError): void {
    this.closings.push(error);
    this.#end();
  }

  #take(seen: Seen): void {
    this.frames.push(seen);
    this.onFrame(seen);
  }
}

const pair = (
  options: LinkOptions = {},
  channel = 0,
): { link: MemoryLink; sender: FrameStream; reader: FrameStream; got: Collector; back: Collector } => {
  const link = memoryLink(options);
  const got = new Collector();
  const back = new Collector();
  const sender = new FrameStream(link.listener, back, channel);
  const reader = new FrameStream(link.dialer, got, channel);
  for (const stream of [sender, reader]) {
    stream.established();
    stream.start();
  }
  return { link, sender, reader, got, back };
};

const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + seed) & 0xff);

const frame = fc.oneof(
  fc.record({
    type: fc.constant('LIST' as const),
    payload: fc.record({ path: fc.string({ maxLength: 300 }) }),
  }),
  fc.record({ type: fc.constant('PING' as const), payload: fc.constant({}) }),
  fc.record({
    type: fc.constant('END' as const),
    payload: fc.record({ file: fc.nat(), size: fc.nat(), digest: fc.constant(bytesOf(32, 5)) }),
  }),
  fc.record({ length: fc.integer({ min: 1, max: 5_000 }), seed: fc.nat() }).map(({ length, seed }) => ({
    type: 'DATA' as const,
    payload: { file: 3, offset: 0, digest: bytesOf(32, 1), content: bytesOf(length, seed) },
  })),
);

const encoded = ({ type, payload }: { type: string; payload: object }, id: number): Uint8Array =>
  encodeFrame(type as 'DATA', { id: type === 'PING' ? 0 : id }, payload as never);

describe('frames', () => {
  it.each([true, false])(
    'are the same however their bytes are cut and joined (read directly: %s)',
    async (directRead) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(frame, { minLength: 1, maxLength: 12 }),
          fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 9 }),
          async (frames, sizes) => {
            let at = 0;
            const { sender, got } = pair({
              directRead,
              toDialer: { deliveryBytes: () => sizes[at++ % sizes.length] as number },
            });
            for (const [index, one] of frames.entries()) sender.write(encoded(one, index + 1));
            sender.close();
            await got.over;
            expect(got.closings).toEqual([undefined]);
            expect(got.frames.map(({ type }) => type)).toEqual(frames.map(({ type }) => type));
            for (const [index, one] of frames.entries()) {
              if (one.type !== 'DATA') continue;
              const { payload } = got.frames[index] as { payload: Uint8Array };
              expect(Buffer.compare(payload.subarray(48), one.payload.content)).toBe(0);
            }
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it.each([true, false])(
    'of the greatest size pass one after the other (read directly: %s)',
    async (directRead) => {
      const { sender, got } = pair({ directRead, toDialer: { deliveryBytes: () => 65_536 } });
      const whole = {
        type: 'DATA',
        payload: { file: 1, offset: 0, digest: bytesOf(32, 2), content: bytesOf(chunkBytes, 9) },
      };
      for (let index = 1; index <= 4; index += 1) sender.write(encoded(whole, index));
      sender.close();
      await got.over;
      expect(got.frames.map(({ id, payload }) => [id, (payload as Uint8Array).length])).toEqual(
        [1, 2, 3, 4].map((id) => [id, limits.bulkBytes]),
      );
      for (const { payload } of got.frames)
        expect(Buffer.compare((payload as Uint8Array).subarray(48), whole.payload.content)).toBe(0);
    },
  );

  it('read directly fill one buffer from its start: a bulk payload lies in one piece', async () => {
    const link = memoryLink({ directRead: true, toDialer: { deliveryBytes: () => 1_000 } });
    const got = new Collector();
    const buffers = new Set<ArrayBufferLike>();
    const offsets = new Set<number>();
    got.bulk = (_type, _header, payload: Uint8Array) => {
      buffers.add(payload.buffer);
      offsets.add(payload.byteOffset);
    };
    const sender = new FrameStream(link.listener, new Collector(), 0);
    const reader = new FrameStream(link.dialer, got, 0);
    reader.established();
    reader.start();
    sender.start();
    for (let index = 1; index <= 5; index += 1)
      sender.write(
        encoded(
          {
            type: 'DATA',
            payload: { file: 1, offset: 0, digest: bytesOf(32, 2), content: bytesOf(7_777, 9) },
          },
          index,
        ),
      );
    sender.close();
    await got.over;
    expect([buffers.size, offsets.size]).toEqual([1, 1]);
  });
});

describe('a frame that is refused', () => {
  it('at its header is refused before its payload comes', async () => {
    const { sender, got, back } = pair();
    got.admit = () => {
      throw new HexdropError('unexpected-frame', 'Not now.', { seen: 'DATA', allowed: 'nothing' });
    };
    const data = encoded(
      { type: 'DATA', payload: { file: 1, offset: 0, digest: bytesOf(32, 2), content: bytesOf(9_000, 9) } },
      1,
    );
    sender.write(data.subarray(0, 16));
    await got.over;
    await back.over;
    expect(got.frames).toEqual([]);
    expect(got.closings).toEqual([expect.objectContaining({ code: 'unexpected-frame' })]);
    expect(back.frames).toEqual([
      {
        type: 'ERROR',
        id: 0,
        payload: { code: 'unexpected-frame', message: 'Not now.', seen: 'DATA', allowed: 'nothing' },
      },
    ]);
  });

  it.each([
    ['bad-magic', Uint8Array.of(0x47, 0x45, 0x54, 0x20)],
    ['unknown-type', Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0, 0, 0, 0x7e, 0, 0, 0, 0, 0, 0, 1)],
    ['bad-flags', Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0, 0, 2, 3, 0x80, 0, 0, 0, 0, 0, 0)],
    [
      'frame-too-large',
      Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0xff, 0xff, 0xff, 0xff, 0x27, 0, 0, 0, 0, 0, 0, 1),
    ],
    ['bad-channel', Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0, 0, 2, 3, 0, 0, 1, 0, 0, 0, 0)],
    ['bad-id', Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 9)],
    ['bad-payload', Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x5b)],
  ] as const)('is told to the peer and to the receiver: %s', async (code, bytes) => {
    const { sender, got, back } = pair();
    sender.write(bytes);
    await Promise.all([got.over, back.over]);
    expect(got.closings).toEqual([expect.objectContaining({ code })]);
    expect(back.frames).toEqual([
      expect.objectContaining({ type: 'ERROR', payload: expect.objectContaining({ code }) }),
    ]);
  });

  it('ends the stream: frames behind it in the same delivery are not handed on', async () => {
    const { sender, got } = pair();
    got.onFrame = ({ id }) => {
      if (id === 2) throw new HexdropError('internal', 'It broke.');
    };
    const list = (id: number): Uint8Array => encoded({ type: 'LIST', payload: { path: '' } }, id);
    sender.write(Buffer.concat([list(1), list(2), list(3)]));
    await got.over;
    expect(got.frames.map(({ id }) => id)).toEqual([1, 2]);
    expect(got.closings).toEqual([expect.objectContaining({ code: 'internal' })]);
  });
});

describe('the end of a stream', () => {
  it('between frames is clean; inside of one it is truncated-frame', async () => {
    const clean = pair();
    clean.sender.write(encoded({ type: 'PING', payload: {} }, 0));
    clean.sender.close();
    await clean.got.over;
    expect(clean.got.closings).toEqual([undefined]);
    const torn = pair();
    torn.sender.write(encoded({ type: 'PING', payload: {} }, 0).subarray(0, 17));
    torn.sender.close();
    await torn.got.over;
    expect(torn.got.closings).toEqual([expect.objectContaining({ code: 'truncated-frame' })]);
  });

  it('by ourselves is told to nobody, and what still comes is dropped', async () => {
    const { link, sender, reader, got, back } = pair();
    link.toDialer.hold();
    sender.write(encoded({ type: 'PING', payload: {} }, 0));
    reader.close();
    link.toDialer.release();
    await back.over;
    expect(got.frames).toEqual([]);
    expect(got.closings).toEqual([]);
    expect(reader.isOver).toBe(true);
    await reader.whenClosed;
  });

  it('by loss is told once, with its error', async () => {
    const { link, got, back } = pair();
    link.cut();
    await Promise.all([got.over, back.over]);
    expect(got.closings).toEqual([expect.objectContaining({ code: 'connection-lost' })]);
    expect(back.closings).toEqual([expect.objectContaining({ code: 'connection-lost' })]);
  });

  it('leaves writes without effect, their buffers given back', async () => {
    const { sender, reader } = pair();
    sender.destroy();
    await sender.whenClosed;
    sender.send('PING', 0, {});
    await new Promise<void>((resolve) => sender.write(encoded({ type: 'PING', payload: {} }, 0), resolve));
    await reader.whenClosed;
  });
});

describe('answers that the peer does not read', () => {
  const text = 'x'.repeat(50_000);
  const asked = 200;
  /** Each PING is answered by 50 kB, and comes in a delivery of its own. */
  const answering = () => {
    const ping = encodeFrame('PING', { id: 0 }, {});
    const { link, sender, reader, got, back } = pair({
      toListener: { deliveryBytes: () => ping.length },
    });
    back.onFrame = () => sender.send('TEXT', 1, { text });
    link.toDialer.hold();
    for (let count = 0; count < asked; count += 1) reader.write(ping);
    return { link, got, back };
  };

  it('keep it from being heard while more than 1 MiB of them waits', async () => {
    const { link, back } = answering();
    await vi.waitFor(() => expect(link.toDialer.queuedBytes).toBeGreaterThan(1_048_576));
    for (let turn = 0; turn < 500; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(link.toDialer.queuedBytes).toBeLessThan(1_200_000);
    expect(back.frames.length).toBeLessThan(25);
  });

  it('all come once it reads again', async () => {
    const { link, got } = answering();
    await vi.waitFor(() => expect(link.toDialer.queuedBytes).toBeGreaterThan(1_048_576));
    link.toDialer.release();
    await vi.waitFor(() => expect(got.frames).toHaveLength(asked), 15_000);
  });
});
