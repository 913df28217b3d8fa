/**
 * Nodes for binary payloads, from the field lists of the catalog. Goes on behind a wrong value as long as the
 * places of the next fields are known; marks what the payload or the capture does not hold.
 */

import { isoTimeOf } from '../../model/capture-time.ts';
import { type BinaryField, type ListField, noIndex, widthBytes } from '../catalog/fields.ts';
import { choiceName, numberFault, readNumber } from '../numbers.ts';
import { decodeUtf8, toHexRange } from '../../base/text.ts';
import { rawText } from './json-scan.ts';
import { phrase } from '../phrases.ts';
import { type DissectNode, explainedMeaning, node, type Say } from './node.ts';

const shownDigestBytes = 64;

interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  /** Where the captured bytes end. */
  readonly captured: number;
  /** Where the payload ends according to the header; at least `captured`. */
  readonly end: number;
  readonly say: Say;
}

/** Nodes that tile the captured payload from `start` on; the caller adds what is behind. */
export function binaryNodes(
  fields: readonly BinaryField[],
  frame: Uint8Array,
  start: number,
  captured: number,
  end: number,
  say: Say,
): { readonly children: readonly DissectNode[]; readonly at: number } {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const cursor: Cursor = { bytes: frame, view, at: start, captured, end, say };
  return { children: fieldNodes(fields, cursor), at: cursor.at };
}

function fieldNodes(fields: readonly BinaryField[], cursor: Cursor): DissectNode[] {
  const nodes: DissectNode[] = [];
  const measures = new Map<string, number>();
  for (const field of fields) {
    if (cursor.at >= cursor.captured && cursor.captured < cursor.end) break;
    const measured = measures.get(field.name);
    if (field.kind === 'list') nodes.push(listNode(field, cursor, measured));
    else if (field.kind === 'bytes' || field.kind === 'text' || field.kind === 'hex') {
      nodes.push(bytesNode(field, cursor, measured));
    } else {
      const width = widthBytes[field.width];
      if (cursor.captured - cursor.at < width) {
        nodes.push(cutNode(field, cursor, width));
        break;
      }
      const value = readNumber(cursor.view, cursor.at, field.width);
      if (field.kind === 'measure') measures.set(field.of, value);
      nodes.push(numberNode(field, cursor, cursor.at + width, value));
      cursor.at += width;
    }
  }
  return nodes;
}

type PlainField = Exclude<BinaryField, { kind: 'list' | 'bytes' | 'text' | 'hex' }>;

function numberNode(field: PlainField, { at, say }: Cursor, end: number, value: number): DissectNode {
  const fault = numberFault(field, value);
  return node(field.name, at, end, {
    value: field.kind === 'index' && field.mayBeNone && value === noIndex ? 'none' : value,
    meaning: explainedMeaning(say, field.meaning, explained(field, value)),
    colour: field.colour,
    problem: fault === undefined ? undefined : say(phrase('not-allowed', fault)),
  });
}

function explained(field: PlainField, value: number): string {
  if (field.kind === 'choice') return choiceName(field.choices, value) ?? 'unknown';
  if (field.kind === 'switch') return value === field.bit ? field.property : '';
  if (field.colour === 'time') return timeText(value);
  return '';
}

/** Microseconds since the epoch in ISO 8601. */
function timeText(microseconds: number): string {
  const rest = ((microseconds % 1_000) + 1_000) % 1_000;
  const originMs = Math.round((microseconds - rest) / 1_000);
  return isoTimeOf({ originMs, originNs: rest * 1_000 }, 0, 6) ?? 'beyond the calendar';
}

type SpanField = Extract<BinaryField, { kind: 'bytes' | 'text' | 'hex' }>;

function bytesNode(field: SpanField, cursor: Cursor, measured: number | undefined): DissectNode {
  const { say } = cursor;
  const length = lengthOf(field, cursor, measured);
  if (length > cursor.captured - cursor.at) return cutNode(field, cursor, length);
  const start = cursor.at;
  cursor.at += length;
  const fault =
    field.kind !== 'hex' && (length < field.minimum || length > field.maximum)
      ? phrase('bytes-not-allowed', { seen: length, least: field.minimum, most: field.maximum })
      : undefined;
  const slice = cursor.bytes.subarray(start, cursor.at);
  const isBadText = field.kind === 'text' && decodeUtf8(slice) === undefined;
  const problem = isBadText ? phrase('not-utf8', {}) : fault;
  return node(field.name, start, cursor.at, {
    value: shownBytes(field, cursor, start),
    meaning: say(phrase('meaning', { text: field.meaning })),
    colour: field.colour,
    problem: problem === undefined ? undefined : say(problem),
  });
}

function lengthOf(field: SpanField, cursor: Cursor, measured: number | undefined): number {
  if (field.kind === 'hex') return field.bytes;
  if (field.kind === 'text' || field.bytes === 'measured') return measured ?? 0;
  return field.bytes === 'rest' ? cursor.end - cursor.at : field.bytes;
}

function shownBytes(field: SpanField, { bytes, at: end, say }: Cursor, start: number): string {
  if (field.kind === 'text') return rawText(bytes.subarray(start, end));
  if (field.colour === 'content') return say(phrase('bytes', { count: end - start }));
  return toHexRange(bytes, start, Math.min(end, start + shownDigestBytes));
}

/** A field of which the payload or the capture holds only the beginning. Takes all that is there. */
function cutNode(field: BinaryField, cursor: Cursor, length: number): DissectNode {
  const { say } = cursor;
  const start = cursor.at;
  cursor.at = cursor.captured;
  const isInPayload = start + length <= cursor.end;
  const present = cursor.captured - start;
  return node(field.name, start, cursor.captured, {
    value: say(
      isInPayload
        ? phrase('bytes-captured', { count: present, of: length })
        : phrase('bytes-present', { count: cursor.end - start, of: length }),
    ),
    meaning: say(phrase('meaning', { text: field.meaning })),
    colour: field.colour,
    problem: isInPayload ? undefined : say(phrase('payload-ends', { after: cursor.end - start, of: length })),
  });
}

function listNode(field: ListField, cursor: Cursor, measured: number | undefined): DissectNode {
  const { say } = cursor;
  const meaning = say(phrase('meaning', { text: field.meaning }));
  const start = cursor.at;
  const items: DissectNode[] = [];
  const isMore = (): boolean =>
    cursor.at < cursor.captured &&
    (measured === undefined || items.length < Math.min(measured, field.maximum));
  while (isMore()) {
    const itemStart = cursor.at;
    const children = fieldNodes(field.fields, cursor);
    items.push(
      node(`[${items.length}]`, itemStart, cursor.at, {
        value: labelOf(children),
        meaning,
        children,
      }),
    );
  }
  const isWhole = cursor.captured === cursor.end;
  const count = measured ?? items.length;
  return node(field.name, start, cursor.at, {
    value: say(phrase('entries', { count: items.length })),
    meaning,
    colour: field.colour,
    problem:
      count > field.maximum || (isWhole && (count < field.minimum || items.length < count))
        ? say(
            phrase('entries-not-allowed', {
              seen: items.length,
              told: count,
              least: field.minimum,
              most: field.maximum,
            }),
          )
        : undefined,
    children: items,
  });
}

/** What names an entry in a list: its name, or the file it belongs to. */
function labelOf(children: readonly DissectNode[]): string | number | boolean {
  const naming =
    children.find((each) => each.name === 'name') ?? children.find((each) => each.name === 'file');
  return naming?.value ?? '';
}
