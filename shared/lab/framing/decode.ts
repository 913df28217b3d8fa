/**
 * The receiver's half of a strategy: a parser that keeps what came, takes out what is whole and says what it waits for.
 * Every stop of it is kept, so that a person can go through them.
 */

import { escapeByte, type LengthFormat, type Strategy } from './strategy.ts';

/** Why the parser gives the connection up. */
type DecodeFault =
  | { readonly kind: 'too-long'; readonly seen: bigint; readonly allowed: number }
  /** The value of the length field makes a frame that ends before the field does. */
  | { readonly kind: 'ends-in-header'; readonly seen: bigint; readonly allowed: number }
  | { readonly kind: 'strips-too-much'; readonly seen: bigint; readonly allowed: number };

export type ParserState =
  /** All that came was taken out. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'header'; readonly needs: number }
  | { readonly kind: 'body'; readonly needs: number; readonly of: number }
  | { readonly kind: 'terminator'; readonly held: number }
  | { readonly kind: 'frame'; readonly frame: number }
  | { readonly kind: 'failed'; readonly fault: DecodeFault };

/** The lines of the decoder's program, which the view prints; a stop lights one of them. */
export type DecoderLine = 'read' | 'incomplete-header' | 'limit' | 'incomplete-body' | 'deliver';

/** The parser at one moment. Offsets count from the start of the stream. */
export interface Stop {
  /** Index of the read that had come last. */
  readonly read: number;
  /** What the parser keeps: bytes `from` up to, without, `to`. */
  readonly from: number;
  readonly to: number;
  readonly state: ParserState;
  readonly line: DecoderLine;
}

interface DecodedFrame {
  readonly start: number;
  readonly end: number;
  /** What the program gets, without header, padding, escapes and terminator. */
  readonly content: Uint8Array;
}

export interface Decoded {
  readonly frames: readonly DecodedFrame[];
  readonly stops: readonly Stop[];
  readonly fault?: DecodeFault;
}

/** What a look at the kept bytes finds. */
type Found =
  | { readonly end: number; readonly content: Uint8Array }
  | { readonly wait: ParserState; readonly line: DecoderLine }
  | { readonly fault: DecodeFault };

/** @param readEnds where each read ended, ascending; the last one is at most the length of `bytes` */
export function decode(strategy: Strategy, bytes: Uint8Array, readEnds: readonly number[]): Decoded {
  const frames: DecodedFrame[] = [];
  const stops: Stop[] = [];
  let from = 0;
  for (const [read, to] of readEnds.entries()) {
    for (;;) {
      const kept = bytes.subarray(from, to);
      const found: Found =
        kept.length === 0 ? { wait: { kind: 'empty' }, line: 'read' } : look(strategy, kept);
      if ('wait' in found) {
        stops.push({ read, from, to, state: found.wait, line: found.line });
        break;
      }
      if ('fault' in found) {
        stops.push({ read, from, to, state: { kind: 'failed', fault: found.fault }, line: 'limit' });
        return { frames, stops, fault: found.fault };
      }
      stops.push({ read, from, to, state: { kind: 'frame', frame: frames.length }, line: 'deliver' });
      frames.push({ start: from, end: from + found.end, content: found.content });
      from += found.end;
    }
  }
  return { frames, stops };
}

function look(strategy: Strategy, kept: Uint8Array): Found {
  switch (strategy.kind) {
    case 'none':
    case 'pause':
      return { end: kept.length, content: kept };
    case 'fixed': {
      const { length } = strategy;
      if (kept.length < length)
        return {
          wait: { kind: 'body', needs: length - kept.length, of: length },
          line: 'incomplete-body',
        };
      let end = length;
      while (end > 0 && kept[end - 1] === 0) end -= 1;
      return { end: length, content: kept.subarray(0, end) };
    }
    case 'terminator':
      return upToTerminator(kept, strategy);
    case 'length':
      return behindLength(kept, strategy);
  }
}

function upToTerminator(
  kept: Uint8Array,
  { byte, escapes, maxFrameLength }: Extract<Strategy, { kind: 'terminator' }>,
): Found {
  const content: number[] = [];
  for (let index = 0; index < kept.length; index += 1) {
    const here = kept[index] as number;
    if (escapes && here === escapeByte) {
      index += 1;
      const escaped = kept[index];
      if (escaped !== undefined) content.push(escaped);
    } else if (here === byte) {
      return { end: index + 1, content: Uint8Array.from(content) };
    } else content.push(here);
    if (content.length > maxFrameLength)
      return { fault: { kind: 'too-long', seen: BigInt(content.length), allowed: maxFrameLength } };
  }
  return { wait: { kind: 'terminator', held: kept.length }, line: 'incomplete-body' };
}

/** The value of the length field. Unsigned, but for eight bytes, which Java's `long` reads with a sign. */
export function lengthValue(field: Uint8Array, { readAs }: Pick<LengthFormat, 'readAs'>): bigint {
  let value = 0n;
  for (const byte of readAs === 'big' ? field : field.toReversed()) value = value * 256n + BigInt(byte);
  return field.length === 8 ? BigInt.asIntN(64, value) : value;
}

function behindLength(kept: Uint8Array, format: LengthFormat): Found {
  const fieldEnd = format.lengthFieldOffset + format.lengthFieldLength;
  if (kept.length < fieldEnd)
    return { wait: { kind: 'header', needs: fieldEnd - kept.length }, line: 'incomplete-header' };
  const value = lengthValue(kept.subarray(format.lengthFieldOffset, fieldEnd), format);
  const length = value + BigInt(format.lengthAdjustment + fieldEnd);
  if (length < BigInt(fieldEnd))
    return { fault: { kind: 'ends-in-header', seen: length, allowed: fieldEnd } };
  if (length > BigInt(format.maxFrameLength))
    return { fault: { kind: 'too-long', seen: length, allowed: format.maxFrameLength } };
  const end = Number(length);
  if (kept.length < end)
    return { wait: { kind: 'body', needs: end - kept.length, of: end }, line: 'incomplete-body' };
  if (format.initialBytesToStrip > end)
    return { fault: { kind: 'strips-too-much', seen: length, allowed: format.initialBytesToStrip } };
  return { end, content: kept.subarray(format.initialBytesToStrip, end) };
}
