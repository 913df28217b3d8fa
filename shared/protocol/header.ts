/**
 * The 16 bytes in front of every payload: reading with all checks that a receiver makes before it allocates
 * anything, writing without allocation, and the table of header fields. Knows nothing of payloads.
 *
 * docs/PROTOCOL.md, "Frames".
 */

import { messageByNumber, payloadLimits, type TypeName, typeLabel, typeNumber } from './catalog.ts';
import type { FieldColour, NumberWidth } from './catalog/fields.ts';
import { HexdropError } from '../errors/errors.ts';
import { magic } from './limits.ts';

/** A receiver that does not know the type skips the frame instead of refusing it. */
export const flagOptional = 0x01;
/** Last page of a series. */
export const flagLast = 0x02;
const definedFlags = flagOptional | flagLast;

export interface FrameHeader {
  readonly type: number;
  readonly flags: number;
  /** 0 on a control connection, the lane's number on a lane. */
  readonly channel: number;
  /** 0 for the session, else the request. */
  readonly id: number;
  /** Bytes of payload. */
  readonly length: number;
}

interface HeaderField {
  readonly name: 'magic' | 'length' | 'type' | 'flags' | 'channel' | 'id';
  readonly width: NumberWidth;
  readonly at: number;
  readonly colour: FieldColour;
  readonly meaning: string;
}

export const headerFields: readonly HeaderField[] = [
  { name: 'magic', width: 'u32', at: 0, colour: 'magic', meaning: '"HXD1": a frame starts here' },
  { name: 'length', width: 'u32', at: 4, colour: 'length', meaning: 'bytes of payload behind the header' },
  { name: 'type', width: 'u8', at: 8, colour: 'type', meaning: 'type of the message' },
  {
    name: 'flags',
    width: 'u8',
    at: 9,
    colour: 'flags',
    meaning: '0x01 OPTIONAL, 0x02 LAST; the other bits are 0',
  },
  {
    name: 'channel',
    width: 'u16',
    at: 10,
    colour: 'channel',
    meaning: '0 on a control connection, else the number of the lane',
  },
  { name: 'id', width: 'u32', at: 12, colour: 'id', meaning: '0 for the session, else the request' },
];

/** Writes a header at `at`. The caller has checked the length against the type's limit. */
export function encodeHeader(into: Uint8Array, at: number, header: FrameHeader): void {
  writeU32(into, at, magic);
  writeU32(into, at + 4, header.length);
  into[at + 8] = header.type;
  into[at + 9] = header.flags;
  into[at + 10] = header.channel >>> 8;
  into[at + 11] = header.channel;
  writeU32(into, at + 12, header.id);
}

/** The four bytes that every frame starts with: "HXD1". */
export const magicBytes: Uint8Array = Uint8Array.of(magic >>> 24, magic >>> 16, magic >>> 8, magic);

/** Whether a frame starts at `at`; false as well where fewer than four bytes are left. */
export const hasMagic = (bytes: Uint8Array, at = 0): boolean =>
  bytes.length - at >= magicBytes.length && readU32(bytes, at) === magic;

/** The fields of the header at `at` as they stand there, judged by nobody. 16 bytes must be there. */
export const readHeader = (bytes: Uint8Array, at = 0): FrameHeader => ({
  type: bytes[at + 8] as number,
  flags: bytes[at + 9] as number,
  channel: ((bytes[at + 10] as number) << 8) | (bytes[at + 11] as number),
  id: readU32(bytes, at + 12),
  length: readU32(bytes, at + 4),
});

/** Reads the header at `at` (16 bytes must be there). Throws bad-magic, bad-flags, unknown-type, frame-too-large. */
export function decodeHeader(bytes: Uint8Array, at = 0): FrameHeader {
  if (!hasMagic(bytes, at)) throw badMagic(bytes.subarray(at, at + 4));
  const header = readHeader(bytes, at);
  const { type, flags, length } = header;
  const message = messageByNumber(type);
  if ((flags & ~definedFlags) !== 0) throw badFlags(type, flags, 'only 0x01 (OPTIONAL) and 0x02 (LAST)');
  if ((flags & flagLast) !== 0 && message !== undefined && !message.hasLast) {
    throw badFlags(type, flags, `no LAST on ${typeLabel(type)}`);
  }
  if (message === undefined && (flags & flagOptional) === 0) throw unknownType(type);
  const allowed = payloadLimits[type] as number;
  if (length > allowed) throw frameTooLarge(type, length, allowed);
  return header;
}

/** The first bytes of a header, before all 16 are here: throws bad-magic as soon as one of them is wrong. */
export function checkMagicStart(bytes: Uint8Array, available: number): void {
  for (let at = 0; at < Math.min(available, magicBytes.length); at += 1) {
    if (bytes[at] !== magicBytes[at]) throw badMagic(bytes.subarray(0, Math.min(available, 4)));
  }
}

/**
 * What a header says about its place: the channel is that of the connection, and the id fits the type.
 * Whether the id is one that the peer may use, and is open, is the session's to know.
 */
export function checkPlace(header: FrameHeader, connectionChannel: number): void {
  if (header.channel !== connectionChannel) {
    throw new HexdropError(
      'bad-channel',
      `${typeLabel(header.type)} carries channel ${header.channel}; this connection is channel ${connectionChannel}.`,
      { seen: `channel ${header.channel}`, allowed: `channel ${connectionChannel}` },
    );
  }
  const rule = messageByNumber(header.type)?.id;
  if ((rule === 'zero' && header.id !== 0) || (rule === 'request' && header.id === 0)) {
    const allowed = rule === 'zero' ? 'id 0' : 'the id of a request';
    throw new HexdropError(
      'bad-id',
      `${typeLabel(header.type)} carries id ${header.id}; it must carry ${allowed}.`,
      {
        seen: `id ${header.id}`,
        allowed,
      },
    );
  }
}

/** The header of a frame of this type. */
export const headerOf = (
  name: TypeName,
  place: { readonly id: number; readonly channel?: number | undefined; readonly flags?: number | undefined },
  length: number,
): FrameHeader => ({
  type: typeNumber[name],
  flags: place.flags ?? 0,
  channel: place.channel ?? 0,
  id: place.id,
  length,
});

export const readU32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0;

export function writeU32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

function badMagic(seen: Uint8Array): HexdropError {
  const hex = Array.from(seen, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new HexdropError('bad-magic', `A frame must start with "HXD1" (48 58 44 31), not with ${hex}.`, {
    seen: hex,
    allowed: '48 58 44 31',
  });
}

function badFlags(type: number, flags: number, allowed: string): HexdropError {
  const seen = `flags 0x${flags.toString(16).padStart(2, '0')}`;
  return new HexdropError('bad-flags', `${typeLabel(type)} carries ${seen}; allowed: ${allowed}.`, {
    seen,
    allowed,
  });
}

function unknownType(type: number): HexdropError {
  return new HexdropError(
    'unknown-type',
    `This version does not know ${typeLabel(type)}, and the frame is not marked optional.`,
    {
      seen: typeLabel(type),
      allowed: 'a known type, or flag OPTIONAL',
    },
  );
}

function frameTooLarge(type: number, length: number, allowed: number): HexdropError {
  return new HexdropError(
    'frame-too-large',
    `${typeLabel(type)} announces ${length} bytes of payload; at most ${allowed} are allowed.`,
    { seen: `${length} bytes`, allowed: `${allowed} bytes` },
  );
}
