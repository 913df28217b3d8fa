import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { captureEventKinds } from '../../../shared/model/capture.ts';
import { readChunks, readRecords } from '../../../shared/model/capture-rows.ts';
import { typeNumber } from '../../../shared/protocol/catalog.ts';
import { encodeFrame } from '../../../shared/protocol/codec.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { LiveCapture } from './live.ts';
import { conversation, infoOf, play, recordsOf } from '../testing/wire.ts';
import type { Conversation } from '../testing/wire.ts';

const [said] = fc.sample(conversation, { seed: 11, numRuns: 1 }) as [Conversation];
const hello = (alias: string, deviceId: string): Uint8Array =>
  encodeFrame(
    'HELLO',
    { id: 0 },
    { versions: [1], app: 'x/1', alias, deviceId, platform: 'linux', capabilities: [], digests: ['blake3'] },
  );

const kindsOf = (live: LiveCapture): readonly (string | undefined)[] =>
  recordsOf(live).map(({ kind, type }) => (kind === 'event' ? captureEventKinds[type] : kind));

describe('a live capture', () => {
  it('that nobody asked for has no taps', () => {
    const live = new LiveCapture(false);
    expect(live.tapFor(infoOf(1, said), 0)).toBeUndefined();
    expect(live.status()).toMatchObject({ state: 'off', captured: 0, usedBytes: 0 });
  });

  it('that is paused keeps nothing, counts what passes, and is right about offsets when it goes on', () => {
    const live = new LiveCapture(true);
    const tap = live.tapFor(infoOf(1, said), performance.now());
    const frame = encodeFrame('PING', { id: 0 }, {});
    const send = (): void => {
      tap?.written(frame);
      tap?.frameSent(frame);
    };
    send();
    live.configure({ state: 'paused' });
    send();
    send();
    expect(live.status()).toMatchObject({ state: 'paused', missed: 2 });
    live.configure({ state: 'running' });
    send();
    const frames = recordsOf(live).filter(({ kind }) => kind === 'frame');
    expect(frames.map(({ offset }) => offset)).toEqual([0, frame.length * 3]);
    expect(kindsOf(live)).toContain('midway');
  });

  it('keeps as much of each payload as it is told to, and says that there was more', () => {
    const live = new LiveCapture(true);
    live.configure({ keepBytes: 5 });
    const tap = live.tapFor(infoOf(1, said), performance.now());
    const frame = encodeFrame('STAT', { id: 1 }, { path: 'photos/2024' });
    tap?.written(frame);
    tap?.frameSent(frame);
    const record = recordsOf(live).find(({ kind }) => kind === 'frame');
    const { bytes, ...about } = live.payload(record?.number ?? 0, 0, 1_000);
    expect(about).toEqual({ length: frame.length - 16, kept: 5, missing: 'policy' });
    expect(bytes).toEqual(frame.subarray(16, 21));
    expect(live.payload(999_999, 0, 10)).toMatchObject({ missing: 'gone', kept: 0 });
  });

  it('learns names, transfers and whose lane a connection is', () => {
    const live = new LiveCapture(true);
    const [near, far] = ['a1'.repeat(32), 'b2'.repeat(32)];
    const token = 'c3'.repeat(16);
    const transferId = 'd4'.repeat(16);
    const control = live.tapFor(infoOf(1, { ...said, side: 'dialer', secure: true }), performance.now());
    const lane = live.tapFor(infoOf(2, { ...said, side: 'listener', secure: true }), performance.now());
    const totals = { files: 1, folders: 0, bytes: 1, complete: true };
    const say = (tap: typeof control, frame: Uint8Array): void => {
      tap?.written(frame);
      tap?.frameSent(frame);
    };
    say(control, hello('desk', near));
    say(
      control,
      encodeFrame(
        'OFFER',
        { id: 1 },
        { transfer: transferId, roots: [], rootCount: 0, totals, lane: { token } },
      ),
    );
    const opening = encodeFrame('LANE', { id: 0, channel: 1 }, { token });
    lane?.received(opening);
    lane?.frameReceived(
      { type: typeNumber.LANE, flags: 0, channel: 1, id: 0, length: opening.length - 16 },
      opening.subarray(16),
    );
    expect(live.transfers()).toEqual([{ transferId, connection: 1, id: 1, lanes: [2] }]);
    expect(live.connections()).toMatchObject([
      {
        number: 1,
        near: { alias: 'desk', deviceId: near },
        channel: 0,
        dialer: 'near',
        secure: { protocol: 'TLSv1.3' },
      },
      { number: 2, laneOf: 1, channel: 1, near: { alias: 'desk' } },
    ]);
    expect(live.connections()[0]?.far).not.toHaveProperty('alias');
    expect(far).toHaveLength(64);
  });

  it('tells what was refused, keeps its header, and nothing that could be a secret', () => {
    const live = new LiveCapture(true);
    const tap = live.tapFor(infoOf(1, said), performance.now());
    const frame = encodeFrame('UNLOCK', { id: 1 }, { share: 'photos', pin: '73194682' });
    tap?.received(frame);
    tap?.refused(frame, new HexdropError('unexpected-frame'));
    const loose = recordsOf(live).find(({ kind }) => kind === 'loose');
    expect(loose).toMatchObject({ length: frame.length, kept: 16, offset: 0 });
    expect(live.connections()[0]?.events.at(-1)).toMatchObject({ kind: 'refused', code: 'unexpected-frame' });
  });

  it('tells who ended a connection, and how', () => {
    const live = new LiveCapture(true);
    const tap = play(live, 1, said);
    tap.ended('out');
    tap.closed('far', new HexdropError('connection-lost', 'It broke.'));
    expect(kindsOf(live).slice(-3)).toEqual(['fin', 'reset', 'close']);
    expect(live.connections()[0]).toMatchObject({ isOpen: false });
  });

  it('tells of the port, and of connections that came to nothing', () => {
    const live = new LiveCapture(true);
    live.listening({ address: '::', port: 18_520 });
    live.turnedAway({ address: '192.0.2.9', port: 5 }, new HexdropError('bad-magic'));
    live.stoppedListening();
    expect(live.connections()).toMatchObject([
      {
        number: 0,
        isOpen: false,
        events: [{ kind: 'listen' }, { kind: 'refused', code: 'bad-magic' }, { kind: 'close' }],
      },
    ]);
  });

  it('never keeps a PIN, however it was sent', () => {
    const live = new LiveCapture(true);
    live.configure({ keepBytes: null });
    const unlock: Conversation = {
      ...said,
      cuts: [7],
      spoken: (['in', 'out'] as const).map((direction) => ({
        direction,
        bytes: encodeFrame('UNLOCK', { id: 1 }, { share: 'photos', pin: '73194682' }),
      })),
    };
    play(live, 1, unlock);
    const frames = recordsOf(live).filter(({ kind }) => kind === 'frame');
    expect(frames.map(({ isBlanked }) => isBlanked)).toEqual([true, true]);
    for (const { number } of frames) {
      const text = Buffer.from(live.payload(number, 0, 1_000).bytes).toString();
      expect(JSON.parse(text)).toEqual({ share: 'photos', pin: '********' });
    }
    expect(live.search({ needle: Buffer.from('73194682'), from: 1, most: 10 }).found).toEqual([]);
  });

  it('finds bytes in headers and payloads, in either case if asked', () => {
    const live = new LiveCapture(true);
    const tap = live.tapFor(infoOf(1, said), performance.now());
    const frame = encodeFrame('STAT', { id: 0x1234 }, { path: 'Überfahrt' });
    tap?.written(frame);
    tap?.frameSent(frame);
    const found = (needle: Buffer, ignoreCase = false): readonly number[] =>
      live.search({ needle, ignoreCase, from: 1, most: 10 }).found;
    expect(found(Buffer.from('überfahrt'))).toEqual([]);
    expect(found(Buffer.from('üBERFAHRT'), true)).toHaveLength(1);
    expect(found(Buffer.from('uberfahrt'), true)).toEqual([]);
    expect(found(Buffer.from('00001234', 'hex'))).toHaveLength(1);
  });

  it('answers ranges with the chunks and frames that overlap them', () => {
    const live = new LiveCapture(true);
    play(live, 1, {
      ...said,
      cuts: [50],
      spoken: [
        {
          direction: 'in',
          bytes: new Uint8Array([...hello('a', 'a1'.repeat(32)), ...hello('b', 'b2'.repeat(32))]),
        },
      ],
    });
    const range = { connection: 1, direction: 'in' as const, from: 60, to: 101 };
    expect(readChunks(live.chunks(range).rows).map(({ offset }) => offset)).toEqual([50, 100]);
    expect(readRecords(live.framesAt(range).rows).map(({ offset }) => offset)).toEqual([0]);
  });
});

describe('connections that are closed', () => {
  it('leave nothing behind in the capture but what was recorded', () => {
    const live = new LiveCapture(true);
    for (let number = 1; number <= 3_000; number += 1) {
      const tap = live.tapFor(infoOf(number, said), performance.now());
      tap?.closed('far', undefined);
    }
    expect(live.openTaps).toBe(0);
  });
});
