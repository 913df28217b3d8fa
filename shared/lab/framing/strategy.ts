/**
 * How messages are laid into a stream of bytes so that the receiver can take them out again: not at all, in frames of a
 * fixed length, up to a terminator, or behind their length. The sender's half; the receiver's is decode.ts.
 */

import { encodeUtf8 } from '../../base/text.ts';

export type ByteOrder = 'big' | 'little';

/** The parameters of Netty's LengthFieldBasedFrameDecoder, by its names; lengths in bytes. */
export interface LengthFormat {
  readonly lengthFieldOffset: number;
  readonly lengthFieldLength: LengthFieldLength;
  /** What the value of the field lacks of the bytes behind it. Below zero: the value counts bytes before it too. */
  readonly lengthAdjustment: number;
  readonly initialBytesToStrip: number;
  readonly maxFrameLength: number;
  /** In which the sender writes the field. */
  readonly byteOrder: ByteOrder;
  /** In which the receiver reads it. */
  readonly readAs: ByteOrder;
}

export const lengthFieldLengths = [1, 2, 3, 4, 8] as const;
type LengthFieldLength = (typeof lengthFieldLengths)[number];

export type Strategy =
  /** One read is taken for one message. */
  | { readonly kind: 'none' }
  /** The same; the sender waits after each write. */
  | { readonly kind: 'pause' }
  /** Shorter messages are filled up with zero bytes. */
  | { readonly kind: 'fixed'; readonly length: number }
  | {
      readonly kind: 'terminator';
      readonly byte: number;
      /** A backslash before each terminator and each backslash of a message. */
      readonly escapes: boolean;
      readonly maxFrameLength: number;
    }
  | ({ readonly kind: 'length' } & LengthFormat);

export type StrategyKind = Strategy['kind'];

/** Where a message lies in the stream. Offsets in bytes; `end` is the first one behind. */
export interface SentFrame {
  readonly message: number;
  readonly start: number;
  /** Where the header ends and the content begins. */
  readonly body: number;
  readonly end: number;
}

/** A message that the format cannot carry. It is not sent. */
interface SendFault {
  readonly message: number;
  readonly kind: 'longer-than-fixed' | 'length-does-not-fit';
  readonly seen: number;
  readonly allowed: number;
}

export interface Encoded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly frames: readonly SentFrame[];
  readonly faults: readonly SendFault[];
}

export const escapeByte = 0x5c;

/** What one message becomes on the wire. */
type Framed = { readonly head: Uint8Array; readonly body: Uint8Array } | Omit<SendFault, 'message'>;

const none = new Uint8Array(0);

export function encode(messages: readonly string[], strategy: Strategy): Encoded {
  const parts: Uint8Array[] = [];
  const frames: SentFrame[] = [];
  const faults: SendFault[] = [];
  let at = 0;
  messages.forEach((text, message) => {
    const framed = frame(encodeUtf8(text), strategy);
    if ('kind' in framed) {
      faults.push({ message, ...framed });
      return;
    }
    const { head, body } = framed;
    // Nothing is written for an empty message without any frame: TCP has no empty packets.
    if (head.length + body.length === 0) return;
    const end = at + head.length + body.length;
    frames.push({ message, start: at, body: at + head.length, end });
    parts.push(head, body);
    at = end;
  });
  const bytes = new Uint8Array(at);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return { bytes, frames, faults };
}

function frame(content: Uint8Array, strategy: Strategy): Framed {
  switch (strategy.kind) {
    case 'none':
    case 'pause':
      return { head: none, body: content };
    case 'fixed': {
      if (content.length > strategy.length)
        return { kind: 'longer-than-fixed', seen: content.length, allowed: strategy.length };
      const body = new Uint8Array(strategy.length);
      body.set(content);
      return { head: none, body };
    }
    case 'terminator': {
      const body: number[] = [];
      for (const byte of content) {
        if (strategy.escapes && (byte === strategy.byte || byte === escapeByte)) body.push(escapeByte);
        body.push(byte);
      }
      return { head: none, body: Uint8Array.from([...body, strategy.byte]) };
    }
    case 'length':
      return behindItsLength(content, strategy);
  }
}

function behindItsLength(content: Uint8Array, format: LengthFormat): Framed {
  const { lengthFieldOffset: offset, lengthFieldLength: size, lengthAdjustment, byteOrder } = format;
  // A positive adjustment stands for a second header between the length and the content.
  const value = content.length + Math.max(0, -lengthAdjustment);
  const most = 2 ** (8 * size) - 1;
  if (value > most) return { kind: 'length-does-not-fit', seen: value, allowed: most };
  const head = new Uint8Array(offset + size + Math.max(0, lengthAdjustment));
  head.fill(0xca, 0, offset);
  head.fill(0xfe, offset + size);
  let rest = value;
  for (let index = 0; index < size; index += 1) {
    head[byteOrder === 'little' ? offset + index : offset + size - 1 - index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return { head, body: content };
}
