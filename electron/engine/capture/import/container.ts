/**
 * Packets out of capture files: pcapng, and pcap in both byte orders with micro- or nanoseconds. Whatever the file says
 * is checked before it is believed: lengths are bounded, an end in the middle is told and no failure.
 */

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { decodeUtf8 } from '../../../../shared/base/text.ts';
import { linkTypeRawIp } from '../pcapng/blocks.ts';
import type { ByteWindow } from './byte-window.ts';
import type { PackedNote } from './gunzip.ts';

export interface Packet {
  readonly linkType: number;
  /** Since the epoch; absent where the file does not tell it. */
  readonly timeNs?: bigint;
  /** Valid until the next packet. */
  readonly bytes: Uint8Array;
  /** Bytes that it had on the wire. */
  readonly originalBytes: number;
  readonly direction?: 'in' | 'out';
  readonly comment?: string;
}

export interface ContainerFacts {
  readonly notes: Set<'cut' | 'no-interface' | 'no-time' | PackedNote>;
  /** `shb_userappl` of the first section. */
  application: string;
  /** Digits behind the point of a second, of the most exact clock in the file. */
  timeDigits: number;
  packets: number;
}

/** Larger blocks exist in no capture; a length beyond is a broken file. */
const mostBlockBytes = 16_777_216;
const mostInterfaces = 65_536;

const notACapture = (what: string): HexdropError => new HexdropError('not-a-capture', what);

/** Undefined: more must be filled into the window first. */
export type PacketOrWait = Packet | undefined;

const pcapHeadBytes = 24;

/** Decides by the first bytes. @throws HexdropError not-a-capture */
export function* readPackets(window: ByteWindow, facts: ContainerFacts): Generator<PacketOrWait> {
  while (window.lacks(4)) yield undefined;
  const start = window.peek(4);
  if (start.length < 4 && facts.notes.has('packed-cut')) throw notACapture(cutEarly);
  if (start.length === 0) throw notACapture('It is empty.');
  if (start.length < 4) throw notACapture('It is too short for a capture.');
  const magic = viewOf(start).getUint32(0);
  const classic = classicForms.get(magic);
  if (magic !== pcapngMagic && classic === undefined) throw notACapture('It is neither pcapng nor pcap.');
  if (classic === undefined) yield* readPcapng(window, facts);
  else yield* readPcap(window, facts, classic);
  const isCut = facts.notes.has('cut') || facts.notes.has('packed-cut');
  if (facts.packets === 0 && isCut) throw notACapture(cutEarly);
}

const pcapngMagic = 0x0a0d0d0a;
const cutEarly = 'The capture is cut off: it ends before its first packet is whole.';

interface ClassicForm {
  readonly isLittle: boolean;
  readonly nsPerTick: bigint;
}

const classicForms: ReadonlyMap<number, ClassicForm> = new Map([
  [0xa1b2c3d4, { isLittle: false, nsPerTick: 1_000n }],
  [0xd4c3b2a1, { isLittle: true, nsPerTick: 1_000n }],
  [0xa1b23c4d, { isLittle: false, nsPerTick: 1n }],
  [0x4d3cb2a1, { isLittle: true, nsPerTick: 1n }],
]);

function* readPcap(window: ByteWindow, facts: ContainerFacts, form: ClassicForm): Generator<PacketOrWait> {
  const { isLittle, nsPerTick } = form;
  facts.timeDigits = nsPerTick === 1n ? 9 : 6;
  while (window.lacks(pcapHeadBytes)) yield undefined;
  if (window.available < pcapHeadBytes) throw notACapture(cutEarly);
  const linkType = viewOf(window.peek(pcapHeadBytes)).getUint32(20, isLittle) & 0xffff;
  window.take(pcapHeadBytes);
  for (;;) {
    while (window.lacks(16)) yield undefined;
    const head = window.peek(16);
    if (head.length === 0) return;
    if (head.length < 16) return void facts.notes.add('cut');
    const view = viewOf(head);
    const captured = view.getUint32(8, isLittle);
    const originalBytes = view.getUint32(12, isLittle);
    const timeNs =
      BigInt(view.getUint32(0, isLittle)) * 1_000_000_000n + BigInt(view.getUint32(4, isLittle)) * nsPerTick;
    if (captured > mostBlockBytes) {
      throw notACapture(`The packet at byte ${window.position} says that it has ${captured} bytes.`);
    }
    window.take(16);
    while (window.lacks(captured)) yield undefined;
    const bytes = window.peek(captured);
    if (bytes.length < captured) return void facts.notes.add('cut');
    facts.packets += 1;
    yield { linkType, timeNs, bytes, originalBytes };
    window.take(captured);
  }
}

interface Interface {
  readonly linkType: number;
  /** Ticks to nanoseconds: multiply, then divide. */
  readonly multiply: bigint;
  readonly divide: bigint;
  readonly offsetNs: bigint;
  readonly snapBytes: number;
  readonly timeDigits: number;
}

function* readPcapng(window: ByteWindow, facts: ContainerFacts): Generator<PacketOrWait> {
  let isLittle = true;
  let interfaces: Interface[] = [];
  let isFirst = true;
  let hasInterface = false;
  for (;;) {
    while (window.lacks(12)) yield undefined;
    const head = window.peek(12);
    // A section without any interface is only the beginning of a file.
    if (head.length < 12 && (head.length > 0 || !hasInterface)) facts.notes.add('cut');
    if (head.length < 12) return;
    const isSection = viewOf(head).getUint32(0) === pcapngMagic;
    if (isSection) {
      const order = viewOf(head).getUint32(8);
      if (order !== 0x1a2b3c4d && order !== 0x4d3c2b1a) throw notACapture('A section has no byte order.');
      isLittle = order === 0x4d3c2b1a;
      interfaces = [];
    }
    const type = viewOf(head).getUint32(0, isLittle);
    const length = viewOf(head).getUint32(4, isLittle);
    if (length < 12 || length > mostBlockBytes || length % 4 !== 0) {
      throw notACapture(`The block at byte ${window.position} says that it has ${length} bytes.`);
    }
    while (window.lacks(length)) yield undefined;
    const block = window.peek(length);
    if (block.length < length) return void facts.notes.add('cut');
    const body = block.subarray(8, length - 4);
    const view = viewOf(body);
    switch (type) {
      case pcapngMagic:
        if (isFirst) facts.application = optionText(body, view, 16, isLittle, 4);
        break;
      case 1:
        if (body.length < 8) throw notACapture('An interface description is too short.');
        if (interfaces.length >= mostInterfaces) throw notACapture('It has too many interfaces.');
        hasInterface = true;
        interfaces.push(interfaceOf(view, isLittle));
        facts.timeDigits = Math.max(facts.timeDigits, interfaces.at(-1)?.timeDigits ?? 0);
        break;
      case 2:
      case 6: {
        const packet = packetOf(type, body, view, isLittle, interfaces);
        facts.packets += 1;
        if (packet === undefined) facts.notes.add('no-interface');
        else yield packet;
        break;
      }
      case 3: {
        const only = interfaces[0];
        if (only === undefined || body.length < 4) break;
        const originalBytes = view.getUint32(0, isLittle);
        const bytes = body.subarray(4, 4 + Math.min(originalBytes, only.snapBytes || originalBytes));
        facts.notes.add('no-time');
        facts.packets += 1;
        yield { linkType: only.linkType, bytes, originalBytes };
        break;
      }
      default:
        break;
    }
    isFirst = false;
    window.take(length);
  }
}

function interfaceOf(view: DataView, isLittle: boolean): Interface {
  let resolution = 6;
  let offsetSeconds = 0n;
  for (const { code, at, length } of optionsOf(view, 8, isLittle)) {
    if (code === 9 && length >= 1) resolution = view.getUint8(at);
    if (code === 14 && length >= 8) offsetSeconds = view.getBigInt64(at, isLittle);
  }
  const isBinary = (resolution & 0x80) !== 0;
  const exponent = BigInt(Math.min(resolution & 0x7f, isBinary ? 63 : 19));
  const divide = isBinary ? 2n ** exponent : 10n ** exponent;
  return {
    linkType: view.getUint16(0, isLittle),
    multiply: 1_000_000_000n,
    divide,
    timeDigits: Math.min(9, Math.ceil(Math.log10(Number(divide)))),
    offsetNs: offsetSeconds * 1_000_000_000n,
    snapBytes: view.getUint32(4, isLittle),
  };
}

function packetOf(
  type: number,
  body: Uint8Array,
  view: DataView,
  isLittle: boolean,
  interfaces: readonly Interface[],
): Packet | undefined {
  if (body.length < 20) throw notACapture('A packet is too short for its header.');
  const number = type === 6 ? view.getUint32(0, isLittle) : view.getUint16(0, isLittle);
  const about = interfaces[number];
  if (about === undefined) return undefined;
  const ticks = (BigInt(view.getUint32(4, isLittle)) << 32n) | BigInt(view.getUint32(8, isLittle));
  const captured = view.getUint32(12, isLittle);
  const originalBytes = view.getUint32(16, isLittle);
  if (captured > body.length - 20) {
    throw notACapture(`A packet says that it has ${captured} bytes, more than its block.`);
  }
  const timeNs = (ticks * about.multiply) / about.divide + about.offsetNs;
  let direction: 'in' | 'out' | undefined;
  let comment: string | undefined;
  for (const { code, at, length } of optionsOf(view, 20 + ((captured + 3) & ~3), isLittle)) {
    if (code === 2 && length === 4) {
      const bits = view.getUint32(at, isLittle) & 3;
      direction = bits === 1 ? 'in' : bits === 2 ? 'out' : undefined;
    }
    if (code === 1) comment ??= decodeUtf8(body.subarray(at, at + length));
  }
  return {
    linkType: about.linkType,
    timeNs,
    bytes: body.subarray(20, 20 + captured),
    originalBytes,
    ...(direction === undefined ? {} : { direction }),
    ...(comment === undefined ? {} : { comment }),
  };
}

interface OptionPlace {
  readonly code: number;
  readonly at: number;
  readonly length: number;
}

function* optionsOf(view: DataView, start: number, isLittle: boolean): Generator<OptionPlace> {
  for (let at = start; at + 4 <= view.byteLength;) {
    const code = view.getUint16(at, isLittle);
    const length = view.getUint16(at + 2, isLittle);
    if (code === 0 || at + 4 + length > view.byteLength) return;
    yield { code, at: at + 4, length };
    at += 4 + ((length + 3) & ~3);
  }
}

function optionText(
  body: Uint8Array,
  view: DataView,
  start: number,
  isLittle: boolean,
  wanted: number,
): string {
  for (const { code, at, length } of optionsOf(view, start, isLittle)) {
    if (code === wanted) return decodeUtf8(body.subarray(at, at + length)) ?? '';
  }
  return '';
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** For notes: what else than raw IP and its relatives there is. */
export const isRawIp = (linkType: number): boolean =>
  linkType === linkTypeRawIp || linkType === 12 || linkType === 14 || linkType === 228 || linkType === 229;
