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
import { type DissectNode, explainedMeaning, node, notCaptured, type Say, surplus } from './dissect/node.ts';
import { englishPhrases } from './phrases-en.ts';
import { type Phrase, phrase, type PhraseTable, rendered } from './phrases.ts';
import { asHexdropError } from '../errors/errors.ts';
import { flagLast, flagOptional, hasMagic, headerFields, readHeader } from './header.ts';
import { headerBytes, magic } from './limits.ts';
import { readNumber } from './numbers.ts';
import { toHexRange } from '../base/text.ts';

/** So many bytes that no field explains are shown, in hex. */
const shownBytes = 32;

export type { DissectNode } from './dissect/node.ts';
export { leavesOf } from './dissect/node.ts';

/**
 * `frame` starts with a header; it may end early (the capture was cut) or late (surplus bytes).
 *
 * @param gaps of its payload, whose bytes then follow each other without them; places in the tree count them
 * @param phrases the language of values, meanings and problems
 */
export function dissect(
  frame: Uint8Array,
  gaps: readonly Gap[] = [],
  phrases: PhraseTable = englishPhrases,
): DissectNode {
  const say: Say = (words) => rendered(phrases, words);
  const [first] = gaps;
  if (first === undefined || frame.length < headerBytes) return dissected(say, frame, []);
  return dissected(say, frame.subarray(0, headerBytes + first.offset), behindGaps(say, frame, gaps));
}

const meaning = (say: Say, text: string): string => say(phrase('meaning', { text }));
const bytesText = (say: Say, count: number): string => say(phrase('bytes', { count }));

/** What stands behind the first gap: no field says where it is in them, so they are bytes. */
function behindGaps(say: Say, frame: Uint8Array, gaps: readonly Gap[]): readonly DissectNode[] {
  return runsBetween(frame.length - headerBytes, gaps)
    .filter(({ offset }) => offset > (gaps[0]?.offset ?? 0))
    .map(({ offset, from, length }) =>
      node('bytes', headerBytes + offset, headerBytes + offset + length, {
        value: bytesText(say, length),
        meaning: toHexRange(frame, headerBytes + from, headerBytes + from + Math.min(length, shownBytes)),
        colour: 'content',
      }),
    );
}

/** @param behind nodes of what was captured behind the first gap, ascending */
function dissected(say: Say, frame: Uint8Array, behind: readonly DissectNode[]): DissectNode {
  if (frame.length < headerBytes) return cutHeader(say, frame);
  const header = headerNode(say, frame);
  const { type, length: declared } = readHeader(frame);
  const isFrame = hasMagic(frame);
  const isTooLong = declared > (payloadLimits[type] as number);
  // A length that cannot be trusted says nothing about where the frame ends.
  const end = isFrame && !isTooLong ? headerBytes + declared : frame.length;
  const children = [header];
  const isSound = isFrame && !isTooLong;
  if (end > headerBytes || (isSound && messageByNumber(type) !== undefined)) {
    children.push(payloadNode(say, frame, type, end, isSound, behind));
  }
  if (frame.length > end) children.push(surplus(say, end, frame.length, end, 'frame'));
  const name = typeByNumber(type);
  return node(isFrame ? typeLabel(type) : 'not a frame', 0, Math.max(end, frame.length), {
    value: bytesText(say, Math.max(end, frame.length)),
    meaning: !isFrame
      ? meaning(say, 'Bytes that do not start a frame.')
      : name === undefined
        ? meaning(say, 'A type that this version does not know.')
        : say(phrase('type-meaning', { type: name })),
    problem:
      !isFrame || isTooLong
        ? header.children?.find((each) => each.problem !== undefined)?.problem
        : undefined,
    colour: name === undefined ? undefined : 'type',
    children,
  });
}

function cutHeader(say: Say, frame: Uint8Array): DissectNode {
  const header = headerNode(say, frame);
  return node('frame', 0, frame.length, {
    value: bytesText(say, frame.length),
    meaning: meaning(say, 'The beginning of a header.'),
    problem: say(phrase('header-cut', { seen: frame.length, of: headerBytes })),
    children: [header],
  });
}

function headerNode(say: Say, frame: Uint8Array): DissectNode {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const children: DissectNode[] = [];
  for (const field of headerFields) {
    const end = field.at + widthBytes[field.width];
    if (end > frame.length) {
      if (field.at < frame.length) children.push(cutField(say, field, frame.length));
      break;
    }
    const value = readNumber(view, field.at, field.width);
    const about = headerValue(field.name, value, frame);
    children.push(
      node(field.name, field.at, end, {
        value: field.name === 'magic' ? toHexRange(frame, 0, 4) : value,
        meaning: explainedMeaning(say, field.meaning, about.explained),
        colour: field.colour,
        problem: about.problem === undefined ? undefined : say(about.problem),
      }),
    );
  }
  return node('header', 0, Math.min(headerBytes, frame.length), {
    value: bytesText(say, Math.min(headerBytes, frame.length)),
    meaning: meaning(say, 'what every frame starts with'),
    children,
  });
}

const cutField = (
  say: Say,
  field: {
    readonly name: string;
    readonly at: number;
    readonly meaning: string;
    readonly colour: FieldColour;
  },
  end: number,
): DissectNode =>
  node(field.name, field.at, end, {
    value: 'cut',
    meaning: meaning(say, field.meaning),
    colour: field.colour,
  });

interface HeaderValue {
  readonly explained: string;
  readonly problem: Phrase | undefined;
}

function headerValue(name: string, value: number, frame: Uint8Array): HeaderValue {
  const type = frame[8];
  const message = type === undefined ? undefined : messageByNumber(type);
  switch (name) {
    case 'magic':
      return { explained: '', problem: value === magic ? undefined : phrase('no-magic', {}) };
    case 'length': {
      const allowed = type === undefined ? value : (payloadLimits[type] as number);
      const problem = value > allowed ? phrase('too-long', { seen: value, allowed }) : undefined;
      return { explained: '', problem };
    }
    case 'type': {
      const isKnown = message !== undefined || ((frame[9] ?? 0) & flagOptional) !== 0;
      return {
        explained: typeLabel(value),
        problem: isKnown ? undefined : phrase('unknown-not-optional', {}),
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
        ? phrase('undefined-bits', { bits: undefinedBits })
        : isMisplaced
          ? phrase('misplaced-last', {})
          : undefined,
  };
}

function idProblem(id: number, message: Message | undefined): Phrase | undefined {
  if (message?.id === 'zero' && id !== 0) return phrase('id-not-zero', {});
  return message?.id === 'request' && id === 0 ? phrase('id-zero', {}) : undefined;
}

function payloadNode(
  say: Say,
  frame: Uint8Array,
  type: number,
  end: number,
  isSound: boolean,
  behind: readonly DissectNode[],
): DissectNode {
  const captured = Math.min(frame.length, end);
  const message = isSound ? messageByNumber(type) : undefined;
  const about =
    message === undefined ? opaque(say, frame, captured) : known(say, frame, message, captured, end);
  const children = [...about.children];
  let at = captured;
  for (const each of behind) {
    children.push(notCaptured(say, at, each.offset), each);
    at = each.offset + each.length;
  }
  if (at < end) children.push(notCaptured(say, at, end));
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

const opaque = (say: Say, frame: Uint8Array, captured: number): PayloadText => ({
  value: bytesText(say, captured - headerBytes),
  meaning: meaning(say, 'bytes that this version cannot read'),
  children: [
    node('bytes', headerBytes, captured, {
      value: bytesText(say, captured - headerBytes),
      meaning: toHexRange(frame, headerBytes, Math.min(captured, headerBytes + shownBytes)),
      colour: 'content',
    }),
  ],
});

function known(say: Say, frame: Uint8Array, message: Message, captured: number, end: number): PayloadText {
  if (message.payload === 'json') {
    const { text, children } = jsonNodes(
      message.schema,
      frame.subarray(headerBytes, captured),
      headerBytes,
      captured < end,
      say,
    );
    return { value: text, meaning: meaning(say, 'JSON in UTF-8'), children };
  }
  const { children, at } = binaryNodes(message.fields, frame, headerBytes, captured, end, say);
  return {
    value: bytesText(say, captured - headerBytes),
    meaning: meaning(say, 'binary fields'),
    children:
      at < captured ? [...children, surplus(say, at, captured, at - headerBytes, 'payload')] : children,
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
