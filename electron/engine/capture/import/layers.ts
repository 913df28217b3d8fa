/**
 * From a captured packet to the TCP segment in it: link layers (Ethernet with VLAN tags, loopback, raw IP, Linux
 * "cooked"), IPv4, IPv6. What a length says is held against what is there.
 */

import { isRawIp } from './container.ts';
import type { Packet } from './container.ts';

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  /** As far as it was captured; valid as long as the packet. */
  readonly payload: Uint8Array;
  /** Bytes that the segment carried. */
  readonly wholeBytes: number;
}

/** Why a packet has no segment for us. `other` is ordinary: ARP, UDP and what else a wire carries. */
export type NoSegment = 'other' | 'unknown-link' | 'fragment' | 'broken';

const vlanTags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const etherV4 = 0x0800;
const etherV6 = 0x86dd;
const mostVlanTags = 4;

interface Within {
  readonly bytes: Uint8Array;
  /** Bytes on the wire, which may be more. */
  readonly wholeBytes: number;
}

export function segmentOf(packet: Packet): Segment | NoSegment {
  const ip = ipOf(packet);
  if (typeof ip === 'string') return ip;
  const version = (ip.bytes[0] ?? 0) >> 4;
  if (version === 4) return fromV4(ip);
  return version === 6 ? fromV6(ip) : 'other';
}

function ipOf({ linkType, bytes, originalBytes }: Packet): Within | NoSegment {
  const behind = (length: number): Within | NoSegment =>
    bytes.length < length ? 'broken' : { bytes: bytes.subarray(length), wholeBytes: originalBytes - length };
  const byEtherType = (type: number, length: number): Within | NoSegment =>
    type === etherV4 || type === etherV6 ? behind(length) : 'other';
  if (isRawIp(linkType)) return behind(0);
  switch (linkType) {
    case 1: {
      let at = 12;
      for (let tags = 0; tags < mostVlanTags && vlanTags.has(u16(bytes, at)); tags += 1) at += 4;
      return byEtherType(u16(bytes, at), at + 2);
    }
    case 0:
    case 108:
      return bytes.length < 4 ? 'broken' : behind(4);
    case 113:
      return byEtherType(u16(bytes, 14), 16);
    case 276:
      return byEtherType(u16(bytes, 0), 20);
    default:
      return 'unknown-link';
  }
}

function fromV4({ bytes, wholeBytes }: Within): Segment | NoSegment {
  if (bytes.length < 20) return 'broken';
  const headBytes = ((bytes[0] as number) & 15) * 4;
  if (headBytes < 20 || bytes.length < headBytes) return 'broken';
  // More fragments, or not the first one.
  if ((u16(bytes, 6) & 0x3fff) !== 0) return bytes[9] === 6 ? 'fragment' : 'other';
  if (bytes[9] !== 6) return 'other';
  // 0: a segment that the network card would have cut; the capture knows its length.
  const total = u16(bytes, 2) || wholeBytes;
  if (total < headBytes) return 'broken';
  const end = Math.min(bytes.length, total);
  return fromTcp(v4Text(bytes, 12), v4Text(bytes, 16), {
    bytes: bytes.subarray(headBytes, end),
    wholeBytes: total - headBytes,
  });
}

function fromV6({ bytes, wholeBytes }: Within): Segment | NoSegment {
  if (bytes.length < 40) return 'broken';
  const whole = u16(bytes, 4) === 0 ? wholeBytes : 40 + u16(bytes, 4);
  let next = bytes[6] as number;
  let at = 40;
  // Hop-by-hop, routing, destination options, fragment, authentication.
  while (next === 0 || next === 43 || next === 60 || next === 44 || next === 51) {
    if (bytes.length < at + 8) return 'broken';
    if (next === 44 && (u16(bytes, at + 2) & 0xfff9) !== 0) return 'fragment';
    const length =
      next === 44
        ? 8
        : next === 51
          ? ((bytes[at + 1] as number) + 2) * 4
          : ((bytes[at + 1] as number) + 1) * 8;
    next = bytes[at] as number;
    at += length;
  }
  if (next !== 6) return 'other';
  if (whole < at || bytes.length < at) return 'broken';
  return fromTcp(v6Text(bytes, 8), v6Text(bytes, 24), {
    bytes: bytes.subarray(at, Math.min(bytes.length, whole)),
    wholeBytes: whole - at,
  });
}

function fromTcp(from: string, to: string, { bytes, wholeBytes }: Within): Segment | NoSegment {
  if (bytes.length < 20) return 'broken';
  const headBytes = ((bytes[12] as number) >> 4) * 4;
  if (headBytes < 20 || wholeBytes < headBytes) return 'broken';
  return {
    from,
    to,
    fromPort: u16(bytes, 0),
    toPort: u16(bytes, 2),
    sequence: u32(bytes, 4),
    acknowledged: u32(bytes, 8),
    flags: bytes[13] as number,
    payload: bytes.subarray(headBytes),
    wholeBytes: wholeBytes - headBytes,
  };
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65_536 + u16(bytes, at + 2);

export const v4Text = (bytes: Uint8Array, at: number): string => bytes.subarray(at, at + 4).join('.');

/** In the short form that people know (RFC 5952). */
export function v6Text(bytes: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, group) => u16(bytes, at + group * 2));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return v4Text(bytes, at + 12);
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return hex(groups);
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`;
}
