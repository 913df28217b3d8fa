/** Capture files for tests, packet by packet: what a capture of others may hold, and what we read of it. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { noteSentence } from '../../../shared/model/capture-notes.ts';
import type { CaptureRecord } from '../../../shared/model/capture.ts';
import { encodeFrame } from '../../../shared/protocol/codec.ts';
import { typeByNumber } from '../../../shared/protocol/catalog.ts';
import { temporaryFolder } from '../../base/testing/trees.ts';
import type { LoadedCapture } from '../capture-api.ts';
import { Captures } from '../capture/captures.ts';
import { addressPair } from '../capture/pcapng/addresses.ts';
import { segmentHead, tcpAck, tcpPsh, tcpSyn } from '../capture/pcapng/tcp-packet.ts';
import { recordsOf } from './wire.ts';

/** 18 bytes. */
export const ping = encodeFrame('PING', { id: 0 }, {});
/** 129 bytes. */
export const bye = encodeFrame('BYE', { id: 0 }, { reason: 'r'.repeat(100) });

export interface Sent {
  /** Sequence number; streams begin at 1, behind the SYN. */
  readonly at: number;
  readonly bytes?: Uint8Array;
  readonly flags?: number;
  /** From the listener, 192.0.2.2. */
  readonly isAnswer?: boolean;
  readonly acknowledged?: number;
  /** Of the dialer; the listener has `toPort`. */
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly timeNs?: bigint;
  /** Bytes of the packet that the file keeps, from its IP header on. */
  readonly snapBytes?: number;
}

/** A packet from its IP header on. */
export const packet = (
  {
    at,
    bytes = new Uint8Array(0),
    flags = tcpPsh | tcpAck,
    isAnswer = false,
    acknowledged = 1,
    fromPort = 40_000,
    toPort = 18_520,
  }: Sent,
  isV6 = false,
): Buffer => {
  const [near, far] = addressPair(isV6 ? '2001:db8::1' : '192.0.2.1', isV6 ? '2001:db8::2' : '192.0.2.2');
  const head = segmentHead({
    from: isAnswer ? far : near,
    to: isAnswer ? near : far,
    fromPort: isAnswer ? toPort : fromPort,
    toPort: isAnswer ? fromPort : toPort,
    sequence: at,
    acknowledged,
    flags,
    payload: bytes,
  });
  return Buffer.concat([head, bytes]);
};

/** SYN, SYN and ACK, a PING and its answer. */
export const conversation: readonly Sent[] = [
  { at: 0, flags: tcpSyn, acknowledged: 0 },
  { at: 0, flags: tcpSyn | tcpAck, isAnswer: true },
  { at: 1, bytes: ping },
  { at: 1, bytes: bye, isAnswer: true },
];

/** The two packets that begin a connection. */
export const handshake: readonly Sent[] = conversation.slice(0, 2);

export interface ClassicOptions {
  readonly linkType: number;
  readonly isBig?: boolean;
  readonly magic?: number;
}

/** A millisecond between two packets. */
export const pcapOf = (
  packets: readonly Uint8Array[],
  { linkType, isBig = false, magic = 0xa1b2c3d4 }: ClassicOptions,
): Buffer => {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (isBig) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  };
  const head = [magic, 0x0004_0002, 0, 0, 262_144, linkType].map(u32);
  return Buffer.concat([
    ...head,
    ...packets.flatMap((each, index) => [
      u32(1_700_000_000),
      u32(index * 1_000),
      u32(each.length),
      u32(each.length),
      each,
    ]),
  ]);
};

const block = (type: number, body: Buffer): Buffer => {
  const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
  const edge = Buffer.alloc(8);
  edge.writeUInt32LE(type, 0);
  edge.writeUInt32LE(padded.length + 12, 4);
  return Buffer.concat([edge, padded, edge.subarray(4)]);
};

const option = (code: number, value: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
};

/** The first block of a pcapng file. */
export const sectionBlock = (): Buffer =>
  block(0x0a0d0d0a, Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex'));

/** Raw IP; `resolution` as `if_tsresol` has it. */
export const interfaceBlock = (resolution = 9): Buffer =>
  block(1, Buffer.concat([Buffer.from('6500000000000400', 'hex'), option(9, Buffer.of(resolution))]));

export const packetBlock = (ticks: bigint, bytes: Uint8Array, wholeBytes = bytes.length): Buffer => {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(Number(ticks >> 32n), 4);
  head.writeUInt32LE(Number(ticks & 0xffff_ffffn), 8);
  head.writeUInt32LE(bytes.length, 12);
  head.writeUInt32LE(wholeBytes, 16);
  return block(6, Buffer.concat([head, bytes]));
};

const startNs = 1_700_000_000_000_000_000n;

/** A pcapng file of raw IP with nanoseconds; a millisecond between two packets that do not tell their time. */
export const pcapngOf = (sent: readonly Sent[]): Buffer =>
  Buffer.concat([
    sectionBlock(),
    interfaceBlock(),
    ...sent.map((each, index) => {
      const whole = packet(each);
      const kept = whole.subarray(0, each.snapBytes);
      return packetBlock(each.timeNs ?? startNs + BigInt(index) * 1_000_000n, kept, whole.length);
    }),
  ]);

export interface Read {
  readonly loaded: LoadedCapture;
  /** Types of frames, kinds of what is none, without events. */
  readonly seen: readonly string[];
  readonly rows: readonly CaptureRecord[];
  readonly notes: readonly string[];
}

export const fileOf = (bytes: Uint8Array): string => {
  const path = join(temporaryFolder(), 'x.pcap');
  writeFileSync(path, bytes);
  return path;
};

export const load = async (bytes: Uint8Array): Promise<Read> => {
  const loaded = await new Captures(false).open(fileOf(bytes));
  await loaded.done;
  const rows = recordsOf(loaded).filter(({ kind }) => kind !== 'event');
  return {
    loaded,
    seen: rows.map(({ kind, type }) => (kind === 'frame' ? (typeByNumber(type) ?? '?') : kind)),
    rows,
    notes: (loaded.status().file?.notes ?? []).map(noteSentence),
  };
};
