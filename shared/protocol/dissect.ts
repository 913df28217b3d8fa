/**
 * A frame as a tree of named byte ranges: every byte of every message, down to the leaves, which tile the frame
 * without gap or overlap. Never throws: what is wrong or was not captured is said in the tree.
 *
 * Serves the inspector, the documents' worked example and the tests. docs/PROTOCOL.md, "Messages".
 */

import type { Gap } from '../model/capture-gaps.ts';
import { runsBetween } from '../model/capture-gaps.ts';
import { type FieldColour, widthBytes } from './catalog/fields.ts';
import {
  type Message,
  messageByNumber,
  payloadLimits,
  type TypeName,
  typeByNumber,
  typeLabel,
} from './catalog.ts';
import { decodePayloadOf } from './codec.ts';
import { binaryNodes } from './dissect/binary.ts';
import { jsonNodes } from './dissect/json.ts';
import { type DissectNode, node, notCaptured, surplus } from './dissect/node.ts';
import { asHexdropError } from '../errors/errors.ts';
import { flagLast, flagOptional, hasMagic, headerFields, readHeader } from './header.ts';
import { headerBytes, magic } from './limits.ts';
import { readNumber } from './numbers.ts';
import { toHexRange } from '../base/text.ts';

/** Of bytes that no field explains, in hex. */
const shownBytes = 32;

export type { DissectNode } from './dissect/node.ts';
export { leavesOf } from './dissect/node.ts';

/**
 * `frame` starts with a header; it may end early (the capture was cut) or late (surplus bytes).
 *
 * @param gaps of its payload, whose bytes then follow each other without them; places in the tree count them
 */
export function dissect(frame: Uint8Array, gaps: readonly Gap[] = []): DissectNode {
  const [first] = gaps;
  if (first === undefined || frame.length < headerBytes) return dissected(frame, []);
  return dissected(frame.subarray(0, headerBytes + first.offset), behindGaps(frame, gaps));
}

/** What stands behind the first gap: no field says where it is in them, so they are bytes. */
function behindGaps(frame: Uint8Array, gaps: readonly Gap[]): readonly DissectNode[] {
  return runsBetween(frame.length - headerBytes, gaps)
    .filter(({ offset }) => offset > (gaps[0]?.offset ?? 0))
    .map(({ offset, from, length }) =>
      node('bytes', headerBytes + offset, headerBytes + offset + length, {
        value: `${length} bytes`,
        meaning: toHexRange(frame, headerBytes + from, headerBytes + from + Math.min(length, shownBytes)),
        colour: 'content',
      }),
    );
}

/** @param behind nodes of what was captured behind the first gap, ascending */
function dissected(frame: Uint8Array, behind: readonly DissectNode[]): DissectNode {
  if (frame.length < headerBytes) return cutHeader(frame);
  const header = headerNode(frame);
  const { type, length: declared } = readHeader(frame);
  const isFrame = hasMagic(frame);
  const isTooLong = declared > (payloadLimits[type] as number);
  // A length that cannot be trusted says nothing about where the frame ends.
  const end = isFrame && !isTooLong ? headerBytes + declared : frame.length;
  const children = [header];
  const isSound = isFrame && !isTooLong;
  if (end > headerBytes || (isSound && messageByNumber(type) !== undefined)) {
    children.push(payloadNode(frame, type, end, isSound, behind));
  }
  if (frame.length > end) children.push(surplus(end, frame.length, `a frame of ${end} bytes`));
  const name = typeByNumber(type);
  return node(isFrame ? typeLabel(type) : 'not a frame', 0, Math.max(end, frame.length), {
    value: `${Math.max(end, frame.length)} bytes`,
    meaning: isFrame
      ? (messageByNumber(type)?.summary ?? 'A type that this version does not know.')
      : 'Bytes that do not start a frame.',
    problem:
      !isFrame || isTooLong
        ? header.children?.find((each) => each.problem !== undefined)?.problem
        : undefined,
    colour: name === undefined ? undefined : 'type',
    children,
  });
}

function cutHeader(frame: Uint8Array): DissectNode {
  const header = headerNode(frame);
  return node('frame', 0, frame.length, {
    value: `${frame.length} bytes`,
    meaning: 'The beginning of a header.',
    problem: `Only ${frame.length} of ${headerBytes} header bytes are here.`,
    children: [header],
  });
}

function headerNode(frame: Uint8Array): DissectNode {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const children: DissectNode[] = [];
  for (const field of headerFields) {
    const end = field.at + widthBytes[field.width];
    if (end > frame.length) {
      if (field.at < frame.length) children.push(cutField(field, frame.length));
      break;
    }
    const value = readNumber(view, field.at, field.width);
    const about = headerValue(field.name, value, frame);
    children.push(
      node(field.name, field.at, end, {
        value: field.name === 'magic' ? toHexRange(frame, 0, 4) : value,
        meaning: about.explained === '' ? field.meaning : `${field.meaning}: ${about.explained}`,
        colour: field.colour,
        problem: about.problem,
      }),
    );
  }
  return node('header', 0, Math.min(headerBytes, frame.length), {
    value: `${Math.min(headerBytes, frame.length)} bytes`,
    meaning: 'what every frame starts with',
    children,
  });
}

const cutField = (
  field: {
    readonly name: string;
    readonly at: number;
    readonly meaning: string;
    readonly colour: FieldColour;
  },
  end: number,
): DissectNode =>
  node(field.name, field.at, end, { value: 'cut', meaning: field.meaning, colour: field.colour });

interface HeaderValue {
  readonly explained: string;
  readonly problem: string | undefined;
}

function headerValue(name: string, value: number, frame: Uint8Array): HeaderValue {
  const type = frame[8];
  const message = type === undefined ? undefined : messageByNumber(type);
  switch (name) {
    case 'magic':
      return { explained: '', problem: value === magic ? undefined : 'A frame must start with 48 58 44 31.' };
    case 'length': {
      const allowed = type === undefined ? value : (payloadLimits[type] as number);
      const problem = value > allowed ? `Seen ${value} bytes; at most ${allowed} are allowed.` : undefined;
      return { explained: '', problem };
    }
    case 'type': {
      const isKnown = message !== undefined || ((frame[9] ?? 0) & flagOptional) !== 0;
      return {
        explained: typeLabel(value),
        problem: isKnown ? undefined : 'Unknown, and not marked optional.',
      };
    }
    case 'flags':
      return flagsValue(value, message);
    case 'id':
      return { explained: value === 0 ? 'session' : '', problem: idProblem(value, message) };
    default:
      return { explained: '', problem: undefined };
  }
}

function flagsValue(flags: number, message: Message | undefined): HeaderValue {
  const names = [(flags & flagOptional) === 0 ? '' : 'OPTIONAL', (flags & flagLast) === 0 ? '' : 'LAST'];
  const undefinedBits = flags & ~(flagOptional | flagLast);
  const isMisplaced = (flags & flagLast) !== 0 && message !== undefined && !message.hasLast;
  return {
    explained: names.filter((each) => each !== '').join(', '),
    problem:
      undefinedBits !== 0
        ? `Bits 0x${undefinedBits.toString(16)} are not defined.`
        : isMisplaced
          ? 'LAST has no meaning for this type.'
          : undefined,
  };
}

function idProblem(id: number, message: Message | undefined): string | undefined {
  if (message?.id === 'zero' && id !== 0) return 'This type carries id 0.';
  return message?.id === 'request' && id === 0 ? 'This type carries the id of a request.' : undefined;
}

function payloadNode(
  frame: Uint8Array,
  type: number,
  end: number,
  isSound: boolean,
  behind: readonly DissectNode[],
): DissectNode {
  const captured = Math.min(frame.length, end);
  const message = isSound ? messageByNumber(type) : undefined;
  const about = message === undefined ? opaque(frame, captured) : known(frame, message, captured, end);
  const children = [...about.children];
  let at = captured;
  for (const each of behind) {
    children.push(notCaptured(at, each.offset), each);
    at = each.offset + each.length;
  }
  if (at < end) children.push(notCaptured(at, end));
  return node('payload', headerBytes, end, {
    value: about.value,
    meaning: about.meaning,
    problem: about.problem ?? (captured === end ? payloadProblem(frame, type, end, message) : undefined),
    children,
  });
}

interface PayloadText {
  readonly value: string;
  readonly meaning: string;
  readonly problem?: string;
  readonly children: readonly DissectNode[];
}

const opaque = (frame: Uint8Array, captured: number): PayloadText => ({
  value: `${captured - headerBytes} bytes`,
  meaning: 'bytes that this version cannot read',
  children: [
    node('bytes', headerBytes, captured, {
      value: `${captured - headerBytes} bytes`,
      meaning: toHexRange(frame, headerBytes, Math.min(captured, headerBytes + shownBytes)),
      colour: 'content',
    }),
  ],
});

function known(frame: Uint8Array, message: Message, captured: number, end: number): PayloadText {
  if (message.payload === 'json') {
    const { text, children } = jsonNodes(
      message.schema,
      frame.subarray(headerBytes, captured),
      headerBytes,
      captured < end,
    );
    return { value: text, meaning: 'JSON in UTF-8', children };
  }
  const { children, at } = binaryNodes(message.fields, frame, headerBytes, captured, end);
  return {
    value: `${captured - headerBytes} bytes`,
    meaning: 'binary fields',
    children: at < captured ? [...children, surplus(at, captured, `${at - headerBytes} bytes`)] : children,
  };
}

/** What the codec says of a whole payload: rules that no single field shows. */
function payloadProblem(
  frame: Uint8Array,
  type: number,
  end: number,
  message: Message | undefined,
): string | undefined {
  if (message === undefined) return undefined;
  try {
    decodePayloadOf(typeByNumber(type) as TypeName, frame.subarray(headerBytes, end));
    return undefined;
  } catch (error) {
    return asHexdropError(error).message;
  }
}
