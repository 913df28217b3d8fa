/**
 * From a captured packet to the TCP segment in it: IPv4 and IPv6 with their extension headers, fragments, IP within IP and
 * GRE. What a length says is held against what is there.
 */

import type { Packet } from './container.ts';
import { Fragments } from './fragments.ts';
import { byEtherType, ipOf, u16, u32 } from './link-layers.ts';
import type { NoIp, Within } from './link-layers.ts';

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly flags: number;
  /** As far as it was captured; valid as long as the packet. */
  readonly payload: Uint8Array;
  /** Bytes that the segment carried. */
  readonly wholeBytes: number;
}

/** Why a packet has no segment for us. `fragment`: the packet that it is a part of is not whole yet. */
export type NoSegment = NoIp | 'fragment';

interface Ends {
  readonly from: string;
  readonly to: string;
}

/** Headers behind headers: extensions, IP within IP. */
const mostHeaders = 32;

const protocolHopByHop = 0;
const protocolV4 = 4;
const protocolTcp = 6;
const protocolV6 = 41;
const protocolRouting = 43;
const protocolFragment = 44;
const protocolGre = 47;
const protocolAuthentication = 51;
const protocolDestination = 60;
/** What may have TCP behind it. Most other packets of a capture end here, before anything is made of them. */
const carriers: ReadonlySet<number> = new Set([
  protocolHopByHop,
  protocolV4,
  protocolTcp,
  protocolV6,
  protocolRouting,
  protocolFragment,
  protocolGre,
  protocolAuthentication,
  protocolDestination,
]);

export class SegmentReader {
  readonly #fragments = new Fragments();

  /** Fragments of packets that never became whole. */
  get leftFragments(): number {
    return this.#fragments.left;
  }

  segmentOf(packet: Packet): Segment | NoSegment {
    const ip = ipOf(packet);
    return typeof ip === 'string' ? ip : this.#ip(ip, 0);
  }

  #ip(ip: Within, headers: number): Segment | NoSegment {
    if (headers > mostHeaders) return 'other';
    const version = (ip.bytes[0] ?? 0) >> 4;
    if (version === 4) return this.#v4(ip, headers);
    return version === 6 ? this.#v6(ip, headers) : 'other';
  }

  #v4({ bytes, wholeBytes }: Within, headers: number): Segment | NoSegment {
    if (bytes.length < 20) return 'broken';
    const headBytes = ((bytes[0] as number) & 15) * 4;
    if (headBytes < 20 || bytes.length < headBytes) return 'broken';
    const protocol = bytes[9] as number;
    if (!carriers.has(protocol)) return 'other';
    // 0: a segment that the network card would have cut; the capture knows its length.
    const total = u16(bytes, 2) || wholeBytes;
    if (total < headBytes) return 'broken';
    const payload = { bytes: bytes.subarray(headBytes, total), wholeBytes: total - headBytes };
    const ends = { from: v4Text(bytes, 12), to: v4Text(bytes, 16) };
    const place = u16(bytes, 6);
    if ((place & 0x3fff) === 0) return this.#above(protocol, ends, payload, headers);
    if (protocol !== protocolTcp) return 'other';
    const whole = this.#fragments.add({
      key: `${ends.from} ${ends.to} ${u16(bytes, 4)}`,
      at: (place & 0x1fff) * 8,
      isLast: (place & 0x2000) === 0,
      payload,
    });
    return whole === undefined ? 'fragment' : this.#above(protocol, ends, whole, headers);
  }

  #v6({ bytes, wholeBytes }: Within, headers: number): Segment | NoSegment {
    if (bytes.length < 40) return 'broken';
    if (!carriers.has(bytes[6] as number)) return 'other';
    const whole = u16(bytes, 4) === 0 ? wholeBytes : 40 + u16(bytes, 4);
    const ends = { from: v6Text(bytes, 8), to: v6Text(bytes, 24) };
    if (whole < 40) return 'broken';
    const payload = { bytes: bytes.subarray(40, whole), wholeBytes: whole - 40 };
    return this.#above(bytes[6] as number, ends, payload, headers);
  }

  /** What stands behind an IP header: extension headers first, one after the other. */
  #above(protocol: number, ends: Ends, payload: Within, headers: number): Segment | NoSegment {
    const { bytes, wholeBytes } = payload;
    if (headers > mostHeaders) return 'other';
    switch (protocol) {
      case protocolTcp:
        return tcp(ends, payload);
      case protocolHopByHop:
      case protocolRouting:
      case protocolDestination:
      case protocolAuthentication: {
        if (bytes.length < 8) return 'broken';
        const units = bytes[1] as number;
        const length = protocol === protocolAuthentication ? (units + 2) * 4 : (units + 1) * 8;
        if (bytes.length < length) return 'broken';
        const rest = { bytes: bytes.subarray(length), wholeBytes: wholeBytes - length };
        return this.#above(bytes[0] as number, ends, rest, headers + 1);
      }
      case protocolFragment: {
        if (bytes.length < 8) return 'broken';
        const [next, place] = [bytes[0] as number, u16(bytes, 2)];
        const rest = { bytes: bytes.subarray(8), wholeBytes: wholeBytes - 8 };
        if ((place & 0xfff9) === 0) return this.#above(next, ends, rest, headers + 1);
        if (next !== protocolTcp) return 'other';
        const whole = this.#fragments.add({
          key: `${ends.from} ${ends.to} ${u32(bytes, 4)}`,
          at: place & 0xfff8,
          isLast: (place & 1) === 0,
          payload: rest,
        });
        return whole === undefined ? 'fragment' : this.#above(next, ends, whole, headers + 1);
      }
      case protocolV4:
      case protocolV6:
        return this.#ip(payload, headers + 1);
      case protocolGre: {
        // Version 0 alone; checksum, key and sequence number take four bytes each (RFC 2784, 2890).
        const flags = u16(bytes, 0);
        if (bytes.length < 4 || (flags & 7) !== 0) return 'other';
        const options = [0x8000, 0x2000, 0x1000].filter((flag) => (flags & flag) !== 0).length;
        const inner = byEtherType(payload, u16(bytes, 2), 4 + options * 4, 0);
        return typeof inner === 'string' ? inner : this.#ip(inner, headers + 1);
      }
      default:
        return 'other';
    }
  }
}

function tcp({ from, to }: Ends, { bytes, wholeBytes }: Within): Segment | NoSegment {
  if (bytes.length < 20) return 'broken';
  const headBytes = ((bytes[12] as number) >> 4) * 4;
  if (headBytes < 20 || wholeBytes < headBytes) return 'broken';
  return {
    from,
    to,
    fromPort: u16(bytes, 0),
    toPort: u16(bytes, 2),
    sequence: u32(bytes, 4),
    flags: bytes[13] as number,
    payload: bytes.subarray(headBytes),
    wholeBytes: wholeBytes - headBytes,
  };
}

/** The first packet of a connection. */
export const isDialersSyn = ({ flags }: Segment): boolean => (flags & 0x12) === 0x02;

export const v4Text = (bytes: Uint8Array, at: number): string =>
  `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;

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
