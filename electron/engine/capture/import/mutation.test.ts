// A capture may be anything: bytes turned, cut, doubled, moved. Reading it ends, in bounded time, with rows that add up or
// with a typed error. Each seed is a case of its own, so that one that fails can be run again.

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { gapBytes, runsBetween } from '../../../../shared/model/capture-gaps.ts';
import { noteSentence } from '../../../../shared/model/capture-notes.ts';
import { isoTimeOf, secondsOf } from '../../../../shared/model/capture-time.ts';
import { dissect, leavesOf } from '../../../../shared/protocol/dissect.ts';
import { encodeFrame } from '../../../../shared/protocol/codec.ts';
import { encodeHeader } from '../../../../shared/protocol/header.ts';
import { headerBytes } from '../../../../shared/protocol/limits.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import type { LoadedCapture } from '../../capture-api.ts';
import { Captures } from '../captures.ts';
import { tcpAck, tcpFin } from '../pcapng/tcp-packet.ts';
import { recordsOf } from '../../testing/wire.ts';
import { bye, conversation, packet, pcapngOf, pcapOf, ping } from '../../testing/packets.ts';
import type { Sent } from '../../testing/packets.ts';

/** The generator of Park and Miller: the same numbers everywhere. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 7_919 + 1;
  }

  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }
}

const data = encodeFrame(
  'DATA',
  { id: 1 },
  { file: 0, offset: 0, digest: new Uint8Array(32), content: new Uint8Array(4_000).fill(0x48) },
);
const stream = Buffer.concat([ping, data, bye, data, ping]);
const segments: readonly Sent[] = Array.from({ length: Math.ceil(stream.length / 700) }, (_, index) => ({
  at: 1 + index * 700,
  bytes: stream.subarray(index * 700, (index + 1) * 700),
}));
const session: readonly Sent[] = [
  ...conversation.slice(0, 2),
  ...segments,
  { at: 1, bytes: bye, isAnswer: true },
  { at: 1 + stream.length, flags: tcpFin | tcpAck },
  { at: 1 + bye.length, flags: tcpFin | tcpAck, isAnswer: true },
];

/** Packets lost, doubled, moved and cut. */
function troubled(dice: Dice): Sent[] {
  const sent = [...session, ...session.map((each) => ({ ...each, fromPort: 40_001 }))];
  for (let change = dice.below(12); change > 0; change -= 1) {
    const at = dice.below(sent.length);
    const each = sent[at] as Sent;
    const kind = dice.below(4);
    if (kind === 0) sent.splice(at, 1);
    else if (kind === 1) sent.splice(dice.below(sent.length), 0, each);
    else if (kind === 2) sent.splice(dice.below(sent.length), 0, ...sent.splice(at, 1));
    else sent[at] = { ...each, snapBytes: 20 + dice.below(200) };
  }
  return sent;
}

function turned(bytes: Buffer, dice: Dice): Buffer {
  const changed = Buffer.from(bytes);
  for (let change = dice.below(6); change > 0; change -= 1) {
    changed[dice.below(changed.length)] = dice.below(3) === 0 ? 0xff : dice.below(256);
  }
  return dice.below(3) === 0 ? changed.subarray(0, dice.below(changed.length)) : changed;
}

/** What every capture keeps to, whatever it is made of. */
function checkRows(loaded: LoadedCapture): void {
  const status = loaded.status();
  for (const note of status.file?.notes ?? []) expect(noteSentence(note)).toMatch(/\.$/u);
  const ends = new Map<string, number>();
  for (const record of recordsOf(loaded)) {
    const { kind, number, length, span, kept, offset, connection, direction } = record;
    expect(Number.isFinite(secondsOf(record.timeMs))).toBe(true);
    isoTimeOf(status, record.timeMs, status.timeDigits);
    const { bytes, gaps = [] } = loaded.payload(number, 0, 1_048_576);
    expect(bytes.length).toBe(kept);
    if (kind === 'event') continue;
    const key = `${connection} ${direction}`;
    const before = ends.get(key) ?? 0;
    // A gap inside a frame stands behind it; nothing else overlaps.
    if (kind !== 'gap') expect(offset).toBeGreaterThanOrEqual(before);
    ends.set(key, Math.max(before, offset + (record.isCutOff ? 0 : span)));
    if (kind !== 'frame') continue;
    expect(kept + gapBytes(gaps)).toBe(length);
    expect(runsBetween(kept, gaps).reduce((sum, run) => sum + run.length, 0)).toBe(kept);
    const frame = new Uint8Array(headerBytes + kept);
    encodeHeader(frame, 0, record);
    frame.set(bytes, headerBytes);
    let at = 0;
    for (const leaf of leavesOf(dissect(frame, gaps))) {
      if (leaf.length === 0) continue;
      expect(leaf.offset).toBe(at);
      at += leaf.length;
    }
    expect(at).toBe(span);
  }
}

async function check(bytes: Buffer): Promise<void> {
  const captures = new Captures(false);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const loaded = captures.read('mutated', pieces());
  await loaded.done.catch((thrown: unknown) => {
    expect(thrown).toBeInstanceOf(HexdropError);
    expect((thrown as HexdropError).code).toBe('not-a-capture');
  });
  checkRows(loaded);
  captures.closeAll();
}

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

describe('a capture that was changed', () => {
  it.each(seeds)('in its packets has rows that add up (seed %i)', async (seed) => {
    await check(pcapngOf(troubled(new Dice(seed))));
  });

  it.each(seeds)('in its bytes has rows that add up, or is refused (seed %i)', async (seed) => {
    const dice = new Dice(seed);
    const pcap = pcapOf(
      session.map((each) => packet(each)),
      { linkType: [1, 101, 113, 276, 9, 51][dice.below(6)] as number },
    );
    for (const whole of [pcapngOf(session), pcap, gzipSync(pcapngOf(session))])
      await check(turned(whole, dice));
  });
});
