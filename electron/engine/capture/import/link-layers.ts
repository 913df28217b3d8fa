/**
 * From a captured packet to the IP packet in it: Ethernet, loopback, raw IP, Linux "cooked", PPP, and what may stand in
 * between (VLAN tags, MPLS labels, PPPoE, LLC and SNAP). What is not there is told, not guessed.
 */

import { isRawIp } from './container.ts';
import type { Packet } from './container.ts';

/** Bytes as far as they were captured, and how many there were on the wire. */
export interface Within {
  readonly bytes: Uint8Array;
  readonly wholeBytes: number;
}

/** `other` is ordinary: ARP and what else a wire carries. */
export type NoIp = 'other' | 'unknown-link' | 'broken';

/** Tags and labels in front of IP; more stand in no real packet. */
const mostSteps = 16;

const vlanTags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200]);
const etherV4 = 0x0800;
const etherV6 = 0x86dd;
const etherMpls: ReadonlySet<number> = new Set([0x8847, 0x8848]);
const etherPppoe = 0x8864;
const etherBridged = 0x6558;
/** Not a type but a length: 802.3, with LLC behind it. */
const longestLlc = 1_500;
const pppV4 = 0x0021;
const pppV6 = 0x0057;
const pppMpls = 0x0281;

export function ipOf({ linkType, bytes, originalBytes }: Packet): Within | NoIp {
  const packet = { bytes, wholeBytes: originalBytes };
  if (isRawIp(linkType)) return behind(packet, 0);
  switch (linkType) {
    case 1:
      return ethernet(packet, 0, 0);
    case 0:
    case 108:
      return bytes.length < 4 ? 'broken' : behind(packet, 4);
    case 9:
    case 50:
      return ppp(packet, 0, 0);
    case 51:
      return pppoe(packet, 0, 0);
    case 104:
      return byEtherType(packet, u16(bytes, 2), 4, 0);
    case 113:
      return byEtherType(packet, u16(bytes, 14), 16, 0);
    case 276:
      return byEtherType(packet, u16(bytes, 0), 20, 0);
    default:
      return 'unknown-link';
  }
}

/** @param at behind the field that holds the type */
export function byEtherType(packet: Within, type: number, at: number, steps: number): Within | NoIp {
  const { bytes } = packet;
  if (type === etherV4 || type === etherV6) return behind(packet, at);
  if (steps > mostSteps) return 'other';
  if (vlanTags.has(type)) return byEtherType(packet, u16(bytes, at + 2), at + 4, steps + 1);
  if (etherMpls.has(type)) return mpls(packet, at, steps + 1);
  if (type === etherPppoe) return pppoe(packet, at, steps + 1);
  if (type === etherBridged) return ethernet(packet, at, steps + 1);
  return type <= longestLlc ? llc(packet, at, steps + 1) : 'other';
}

const ethernet = (packet: Within, at: number, steps: number): Within | NoIp =>
  byEtherType(packet, u16(packet.bytes, at + 12), at + 14, steps);

/** What follows the labels does not say what it is; its first four bits do (RFC 4928). */
function mpls(packet: Within, start: number, steps: number): Within | NoIp {
  const { bytes } = packet;
  let at = start;
  while (at + 4 <= bytes.length && ((bytes[at + 2] as number) & 1) === 0) at += 4;
  at += 4;
  const version = (bytes[at] ?? 0) >> 4;
  if (version === 4 || version === 6) return behind(packet, at);
  // A control word of zeros, and an Ethernet frame behind it (RFC 4448).
  return version === 0 && at < bytes.length ? ethernet(packet, at + 4, steps) : 'other';
}

function pppoe(packet: Within, at: number, steps: number): Within | NoIp {
  const { bytes, wholeBytes } = packet;
  if (bytes.length < at + 6) return 'broken';
  // Anything but 0 belongs to finding and leaving the server.
  if (bytes[at + 1] !== 0) return 'other';
  const end = at + 6 + u16(bytes, at + 4);
  const session = { bytes: bytes.subarray(0, end), wholeBytes: Math.min(wholeBytes, end) };
  return ppp(session, at + 6, steps);
}

function ppp(packet: Within, start: number, steps: number): Within | NoIp {
  const { bytes } = packet;
  // Address and control, in HDLC-like framing; Cisco's form has an EtherType behind its own.
  const framing = u16(bytes, start);
  if (framing === 0x0f00 || framing === 0x8f00) {
    return byEtherType(packet, u16(bytes, start + 2), start + 4, steps + 1);
  }
  const at = framing === 0xff03 ? start + 2 : start;
  // An odd first byte is a protocol that was compressed to one.
  const isShort = ((bytes[at] ?? 0) & 1) === 1;
  const protocol = isShort ? (bytes[at] as number) : u16(bytes, at);
  const content = at + (isShort ? 1 : 2);
  if (protocol === pppV4 || protocol === pppV6) return behind(packet, content);
  return protocol === pppMpls ? mpls(packet, content, steps + 1) : 'other';
}

function llc(packet: Within, at: number, steps: number): Within | NoIp {
  const { bytes } = packet;
  const access = u16(bytes, at);
  if (bytes[at + 2] !== 3) return 'other';
  if (access === 0x0606) return behind(packet, at + 3);
  const organisation = (u16(bytes, at + 3) << 8) | (bytes[at + 5] ?? 0);
  const isEther = organisation === 0 || organisation === 0x0000f8;
  return access === 0xaaaa && isEther ? byEtherType(packet, u16(bytes, at + 6), at + 8, steps) : 'other';
}

const behind = ({ bytes, wholeBytes }: Within, length: number): Within | NoIp =>
  bytes.length < length ? 'broken' : { bytes: bytes.subarray(length), wholeBytes: wholeBytes - length };

export const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
export const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65_536 + u16(bytes, at + 2);
