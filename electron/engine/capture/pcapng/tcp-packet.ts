/**
 * One TCP segment in an IP packet, headers only, with real checksums over the payload. The headers are made up: the
 * program sees streams, not packets. docs: README, "See the wire".
 */

import { checksumOf, sumOf } from './checksum.ts';

export const tcpFin = 0x01;
export const tcpSyn = 0x02;
export const tcpRst = 0x04;
export const tcpPsh = 0x08;
export const tcpAck = 0x10;

/** What an MTU of 65,535 leaves beside the headers of IPv4. */
export const mostSegmentBytes = 65_495;

/** 65,535 << 14: a window that no transfer fills between two acknowledgements. */
const windowScale = 14;
const mss = mostSegmentBytes;

export interface SegmentAbout {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  /**
   * Bytes that the segment had, when `payload` is only their beginning. Where the IP header has no room for them, IPv4
   * says 0, which readers take as "see the capture", as they do for segments that a network card cuts; IPv6 says it in
   * a jumbo payload option (RFC 2675).
   */
  readonly wholeBytes?: number | undefined;
}

export function segmentHead(about: SegmentAbout): Uint8Array {
  const isV6 = about.from.length === 16;
  const tcpBytes = (about.flags & tcpSyn) === 0 ? 20 : 28;
  const segmentBytes = tcpBytes + (about.wholeBytes ?? about.payload.length);
  const isJumbo = segmentBytes > (isV6 ? 65_535 : 65_515);
  const ipBytes = isV6 ? (isJumbo ? 48 : 40) : 20;
  const head = new Uint8Array(ipBytes + tcpBytes);
  const view = new DataView(head.buffer);
  if (isV6) {
    view.setUint32(0, 0x6000_0000);
    view.setUint16(4, isJumbo ? 0 : segmentBytes);
    // TCP follows, or the option with the real length and then TCP.
    head[6] = isJumbo ? 0 : 6;
    if (isJumbo) {
      head.set([6, 0, 0xc2, 4], 40);
      view.setUint32(44, segmentBytes + 8);
    }
    head[7] = 64;
    head.set(about.from, 8);
    head.set(about.to, 24);
  } else {
    head[0] = 0x45;
    view.setUint16(2, isJumbo ? 0 : ipBytes + segmentBytes);
    // Not to be fragmented.
    view.setUint16(6, 0x4000);
    head[8] = 64;
    head[9] = 6;
    head.set(about.from, 12);
    head.set(about.to, 16);
    view.setUint16(10, checksumOf(sumOf(head.subarray(0, ipBytes))));
  }
  view.setUint16(ipBytes, about.fromPort);
  view.setUint16(ipBytes + 2, about.toPort);
  view.setUint32(ipBytes + 4, about.sequence);
  view.setUint32(ipBytes + 8, about.acknowledged);
  head[ipBytes + 12] = (tcpBytes / 4) << 4;
  head[ipBytes + 13] = about.flags;
  view.setUint16(ipBytes + 14, 65_535);
  if (tcpBytes > 20) {
    // Maximum segment size; no-operation; window scale.
    head.set([2, 4, mss >> 8, mss & 0xff, 1, 3, 3, windowScale], ipBytes + 20);
  }
  // The checksum of a segment that is not here whole cannot be told.
  if (about.wholeBytes === undefined) {
    const pseudo = sumOf(about.from) + sumOf(about.to) + 6 + tcpBytes + about.payload.length;
    const sum = pseudo + sumOf(head.subarray(ipBytes)) + sumOf(about.payload);
    view.setUint16(ipBytes + 16, checksumOf(sum));
  }
  return head;
}
