/** Conversations for tests of the capture: random frames in random chunks, played to the tap of a live capture. */

import * as fc from 'fast-check';

import type { CaptureRecord } from '../../../shared/model/capture.ts';
import { readRecords } from '../../../shared/model/capture-rows.ts';
import { encodeFrame } from '../../../shared/protocol/codec.ts';
import { FrameParser } from '../../../shared/protocol/framing.ts';
import type { ConnectionInfo } from '../net/connection-info.ts';
import type { ConnectionTap } from '../net/tap.ts';
import type { CaptureSource } from '../capture-api.ts';
import type { LiveCapture } from '../capture/live.ts';

interface Spoken {
  readonly direction: 'in' | 'out';
  readonly bytes: Uint8Array;
}

export interface Conversation {
  readonly spoken: readonly Spoken[];
  /** Lengths of deliveries, over and over. */
  readonly cuts: readonly number[];
  readonly isV6: boolean;
  readonly side: 'dialer' | 'listener';
  readonly secure: boolean;
}

const frame = fc.oneof(
  fc.nat(300).map((length) => encodeFrame('BYE', { id: 0 }, { reason: 'r'.repeat(length) })),
  fc.constant(encodeFrame('PING', { id: 0 }, {})),
  fc
    .record({
      id: fc.integer({ min: 1, max: 9 }),
      file: fc.nat(50),
      length: fc.integer({ min: 1, max: 70_000 }),
      seed: fc.nat(255),
    })
    .map(({ id, file, length, seed }) =>
      encodeFrame(
        'DATA',
        { id },
        {
          file,
          offset: 0,
          digest: new Uint8Array(32).fill(seed),
          content: new Uint8Array(length).fill(seed),
        },
      ),
    ),
  fc
    .record({ id: fc.integer({ min: 1, max: 9 }), settled: fc.nat(1_000), bytes: fc.nat(1_000_000) })
    .map(({ id, settled, bytes }) => encodeFrame('ACK', { id }, { settled, bytes })),
  fc
    .record({
      id: fc.integer({ min: 1, max: 9 }),
      path: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
    })
    .map(({ id, path }) => encodeFrame('STAT', { id }, { path })),
  fc
    .integer({ min: 1, max: 9 })
    .map((id) => encodeFrame('UNLOCK', { id }, { share: 'photos', pin: '73194682' })),
);

export const conversation: fc.Arbitrary<Conversation> = fc.record({
  spoken: fc.array(fc.record({ direction: fc.constantFrom('in' as const, 'out' as const), bytes: frame }), {
    minLength: 1,
    maxLength: 25,
  }),
  cuts: fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 100_000 })), {
    minLength: 1,
    maxLength: 10,
  }),
  isV6: fc.boolean(),
  side: fc.constantFrom('dialer' as const, 'listener' as const),
  secure: fc.boolean(),
});

export const infoOf = (number: number, { isV6, side, secure }: Conversation): ConnectionInfo => ({
  number,
  side,
  local: { address: isV6 ? '2001:db8::1' : '192.0.2.1', port: side === 'dialer' ? 40_000 + number : 18_520 },
  remote: { address: isV6 ? '2001:db8::2' : '192.0.2.2', port: side === 'dialer' ? 18_520 : 40_000 + number },
  ...(secure ? { secure: { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' } as const } : {}),
});

/** What a socket and a frame stream would say to the tap. Returns it, still open. */
export function play(live: LiveCapture, number: number, said: Conversation): ConnectionTap {
  const tap = live.tapFor(infoOf(number, said), performance.now());
  if (tap === undefined) throw new Error('the capture is not armed');
  let bulk: number[] = [];
  const parser = new FrameParser({
    header: () => {
      bulk = [];
    },
    payload: (slice) => bulk.push(...slice),
    frame: (header, payload) => tap.frameReceived(header, payload ?? Uint8Array.from(bulk)),
  });
  let waiting: Uint8Array[] = [];
  let cut = 0;
  const deliver = (isLast: boolean): void => {
    let stream = Buffer.concat(waiting);
    for (;;) {
      const length = said.cuts[cut % said.cuts.length] as number;
      if (stream.length === 0 || (stream.length < length && !isLast)) break;
      const delivery = stream.subarray(0, length);
      stream = stream.subarray(length);
      cut += 1;
      tap.received(delivery);
      parser.push(delivery);
    }
    waiting = [stream];
  };
  for (const { direction, bytes } of said.spoken) {
    if (direction === 'in') {
      waiting.push(bytes);
      deliver(false);
    } else {
      tap.written(bytes);
      tap.frameSent(bytes);
    }
  }
  deliver(true);
  return tap;
}

export function recordsOf(source: CaptureSource): CaptureRecord[] {
  const records: CaptureRecord[] = [];
  for (let from = 1; ;) {
    const { rows, next } = source.records(from);
    if (rows.length === 0) return records;
    records.push(...readRecords(rows));
    from = next;
  }
}

/** All that is the same before and after a capture file: what is left out is numbered or timed anew. */
export const toldBy = (source: CaptureSource): readonly object[] =>
  recordsOf(source)
    .filter(({ kind }) => kind === 'frame')
    .map((record) => {
      const {
        number,
        timeMs: _time,
        connection: _connection,
        chunk: _chunk,
        isBlanked: _blanked,
        ...rest
      } = record;
      return { ...rest, payload: Buffer.from(source.payload(number, 0, 1_048_576).bytes).toString('base64') };
    })
    .sort((a, b) => (a.direction === b.direction ? a.offset - b.offset : a.direction < b.direction ? -1 : 1));
