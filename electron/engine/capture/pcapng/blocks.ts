/**
 * The blocks of a pcapng file, as bytes: section header, interface, packet, statistics. Little-endian, which the byte
 * order magic tells. Knows nothing of what packets hold.
 */

import { encodeUtf8 } from '../../../../shared/base/text.ts';

export const linkTypeRawIp = 101;
export const linkTypeExportedPdu = 252;

/** Readers refuse a file with a larger packet, all of it. */
export const mostPacketBytes = 262_144;

/** Block header, packet header, flags option, end of options, trailing length. */
const packetOverhead = 28 + 8 + 4 + 4;

interface PcapngOption {
  readonly code: number;
  readonly value: Uint8Array;
}

const padded = (length: number): number => (length + 3) & ~3;

const textOption = (code: number, text: string): PcapngOption => ({
  code,
  // A length has 16 bits.
  value: encodeUtf8(text).subarray(0, 65_532),
});

const byteOption = (code: number, byte: number): PcapngOption => ({ code, value: Uint8Array.of(byte) });

const optionsBytes = (options: readonly PcapngOption[]): number =>
  options.length === 0 ? 0 : options.reduce((sum, { value }) => sum + 4 + padded(value.length), 4);

function writeOptions(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  options: readonly PcapngOption[],
): void {
  let at = start;
  for (const { code, value } of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
}

function block(
  type: number,
  fixed: number,
  options: readonly PcapngOption[],
): { bytes: Uint8Array; view: DataView } {
  const length = 12 + fixed + optionsBytes(options);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  view.setUint32(length - 4, length, true);
  writeOptions(bytes, view, 8 + fixed, options);
  return { bytes, view };
}

export interface SectionAbout {
  readonly hardware: string;
  readonly os: string;
  readonly application: string;
  readonly comment: string;
}

export function sectionHeader({ hardware, os, application, comment }: SectionAbout): Uint8Array {
  const { bytes, view } = block(0x0a0d0d0a, 16, [
    textOption(1, comment),
    textOption(2, hardware),
    textOption(3, os),
    textOption(4, application),
  ]);
  view.setUint32(8, 0x1a2b3c4d, true);
  view.setUint16(12, 1, true);
  // The length of the section is not known while it is written.
  view.setInt32(16, -1, true);
  view.setInt32(20, -1, true);
  return bytes;
}

export function interfaceDescription(linkType: number, name: string, description: string): Uint8Array {
  const { bytes, view } = block(1, 8, [
    textOption(2, name),
    textOption(3, description),
    // Times in nanoseconds.
    byteOption(9, 9),
  ]);
  view.setUint16(8, linkType, true);
  view.setUint32(12, mostPacketBytes, true);
  return bytes;
}

export interface PacketAbout {
  readonly timeNs: bigint;
  readonly direction: 'in' | 'out';
  /** Bytes that the packet had; more than are captured when it is cut. */
  readonly originalBytes: number;
  readonly comment?: string | undefined;
}

/** A whole packet block; `head` and `body` follow each other in it. */
export function packetBlock(about: PacketAbout, head: Uint8Array, body: Uint8Array): Uint8Array {
  const captured = head.length + body.length;
  const flags = new Uint8Array(4);
  flags[0] = about.direction === 'in' ? 1 : 2;
  const options = [
    ...(about.comment === undefined ? [] : [textOption(1, about.comment)]),
    { code: 2, value: flags },
  ];
  const { bytes, view } = block(6, 20 + padded(captured), options);
  view.setUint32(8, 0, true);
  view.setUint32(12, Number(about.timeNs >> 32n), true);
  view.setUint32(16, Number(about.timeNs & 0xffff_ffffn), true);
  view.setUint32(20, captured, true);
  view.setUint32(24, about.originalBytes, true);
  bytes.set(head, 28);
  bytes.set(body, 28 + head.length);
  return bytes;
}

/** What fits into one packet block beside everything else. */
export const packetRoom = mostPacketBytes - packetOverhead;

export interface StatisticsAbout {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly received: number;
  readonly dropped: number;
}

export function interfaceStatistics({ startNs, endNs, received, dropped }: StatisticsAbout): Uint8Array {
  const u64 = (value: bigint): Uint8Array => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return bytes;
  };
  // Times are stored as their high word, then their low one.
  const time = (value: bigint): Uint8Array => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, Number(value >> 32n), true);
    view.setUint32(4, Number(value & 0xffff_ffffn), true);
    return bytes;
  };
  const { bytes, view } = block(5, 12, [
    { code: 2, value: time(startNs) },
    { code: 3, value: time(endNs) },
    { code: 4, value: u64(BigInt(received)) },
    { code: 5, value: u64(BigInt(dropped)) },
  ]);
  view.setUint32(12, Number(endNs >> 32n), true);
  view.setUint32(16, Number(endNs & 0xffff_ffffn), true);
  return bytes;
}
