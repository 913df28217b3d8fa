/**
 * Nodes for JSON payloads: one for each property and list item, with the bytes it stands in; what lies between
 * them is `syntax`. Meanings come from the schema. Secrets are replaced wherever their text would show.
 */

import { itemOf, metadataOf, nestedObject, propertiesOf, secretPaths } from '../catalog/schema.ts';
import type { AnySchema } from '../catalog/properties.ts';
import { clip } from '../../base/text.ts';
import { type JsonScan, type JsonSpan, rawText, scanJson } from './json-scan.ts';
import { phrase } from '../phrases.ts';
import { type DissectNode, node, type Say } from './node.ts';

const secretText = '(secret)';
const longestValue = 200;

interface Context {
  readonly bytes: Uint8Array;
  /** Offset of the payload in the frame. */
  readonly base: number;
  readonly say: Say;
}

export interface JsonNodes {
  /** The text, with secrets replaced. */
  readonly text: string;
  readonly children: readonly DissectNode[];
}

/**
 * The nodes of the captured part of a JSON payload. `isCut` when the capture ends before the payload does: then
 * an early end is no problem.
 */
export function jsonNodes(
  schema: AnySchema,
  bytes: Uint8Array,
  base: number,
  isCut: boolean,
  say: Say,
): JsonNodes {
  const scan = scanJson(bytes);
  const context: Context = { bytes, base, say };
  const hidesAll = scan.fault !== undefined && secretPaths(schema).size > 0;
  if (hidesAll || scan.root === undefined) {
    const text = hidesAll ? secretText : clip(rawText(bytes), longestValue);
    return { text, children: bytes.length === 0 ? [] : [wrong(context, 0, bytes.length, scan, isCut, text)] };
  }
  const children = spanChildren(context, scan.root, 0, schema);
  const last = scan.root.end;
  if (last < bytes.length) {
    children.push(
      scan.fault === undefined
        ? syntax(context, last, bytes.length)
        : wrong(context, last, bytes.length, scan, isCut, clip(rawText(bytes.subarray(last)), longestValue)),
    );
  } else if (scan.fault !== undefined && !isCut) {
    children.push(wrong(context, last, last, scan, isCut, ''));
  }
  return { text: maskedText(context, scan.root, schema), children };
}

/** Byte ranges of secret values in a JSON payload, for whoever stores or shows payloads. */
export function secretRanges(
  schema: AnySchema,
  bytes: Uint8Array,
): readonly { start: number; end: number }[] {
  if (secretPaths(schema).size === 0) return [];
  const { root, fault } = scanJson(bytes);
  if (fault !== undefined || root === undefined) return [{ start: 0, end: bytes.length }];
  const ranges: { start: number; end: number }[] = [];
  collectSecretRanges(root, schema, ranges);
  return ranges;
}

function collectSecretRanges(
  span: JsonSpan,
  schema: AnySchema,
  ranges: { start: number; end: number }[],
): void {
  const properties = propertiesOf(schema);
  for (const member of span.members) {
    const property = properties.find((each) => each.name === member.name);
    if (property === undefined) continue;
    const nested = nestedObject(property.schema);
    if (property.isSecret) ranges.push({ start: member.value.start, end: member.value.end });
    else if (nested !== undefined) collectSecretRanges(member.value, nested, ranges);
  }
  for (const item of span.items) collectSecretRanges(item, schema, ranges);
}

function maskedText(context: Context, root: JsonSpan, schema: AnySchema): string {
  const ranges: { start: number; end: number }[] = [];
  collectSecretRanges(root, schema, ranges);
  let text = '';
  let at = 0;
  for (const { start, end } of ranges) {
    text += rawText(context.bytes.subarray(at, start)) + secretText;
    at = end;
  }
  return text + rawText(context.bytes.subarray(at));
}

/** Nodes that tile the bytes from `from` to the end of an object or list; for a scalar, one leaf. */
function spanChildren(
  context: Context,
  span: JsonSpan,
  from: number,
  schema: AnySchema | undefined,
): DissectNode[] {
  if (span.kind === 'scalar') return [leaf(context, 'value', from, span, 'a value that is not an object')];
  const children: DissectNode[] = [];
  let at = from;
  const between = (to: number): void => {
    if (to > at) children.push(syntax(context, at, to));
  };
  const properties = schema === undefined ? [] : propertiesOf(schema);
  for (const member of span.members) {
    between(member.start);
    const property = properties.find((each) => each.name === member.name);
    const meaning = property?.meaning ?? 'not known to this version: ignored';
    children.push(
      property?.isSecret === true
        ? node(member.name, context.base + member.start, context.base + member.value.end, {
            value: secretText,
            meaning: context.say(phrase('meaning', { text: meaning })),
            colour: 'text',
          })
        : valueNode(context, member.name, member.start, member.value, meaning, property?.schema),
    );
    at = member.value.end;
  }
  span.items.forEach((item, position) => {
    between(item.start);
    const itemSchema = schema === undefined ? undefined : itemOf(schema, position);
    const about = itemSchema === undefined ? undefined : metadataOf(itemSchema);
    const name = about?.name ?? `[${position}]`;
    const meaning = about?.meaning || 'one of the list';
    children.push(valueNode(context, name, item.start, item, meaning, itemSchema));
    at = item.end;
  });
  between(span.end);
  return children;
}

function valueNode(
  context: Context,
  name: string,
  from: number,
  value: JsonSpan,
  meaning: string,
  schema: AnySchema | undefined,
): DissectNode {
  if (value.kind === 'scalar') return leaf(context, name, from, value, meaning);
  const size =
    value.kind === 'list'
      ? phrase('items', { count: value.items.length })
      : phrase('properties', { count: value.members.length });
  return node(name, context.base + from, context.base + value.end, {
    value: context.say(size),
    meaning: context.say(phrase('meaning', { text: meaning })),
    colour: 'text',
    children: spanChildren(context, value, from, schema),
  });
}

function leaf(context: Context, name: string, from: number, value: JsonSpan, meaning: string): DissectNode {
  return node(name, context.base + from, context.base + value.end, {
    value: scalarOf(context.bytes.subarray(value.start, value.end)),
    meaning: context.say(phrase('meaning', { text: meaning })),
    colour: 'text',
  });
}

function scalarOf(bytes: Uint8Array): string | number | boolean {
  const raw = rawText(bytes);
  try {
    const value = JSON.parse(raw) as unknown;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : raw;
  } catch {
    return raw;
  }
}

const syntax = (context: Context, start: number, end: number): DissectNode =>
  node('syntax', context.base + start, context.base + end, {
    value: rawText(context.bytes.subarray(start, end)),
    meaning: context.say(phrase('meaning', { text: 'JSON punctuation and names' })),
    colour: 'syntax',
  });

function wrong(
  context: Context,
  start: number,
  end: number,
  scan: JsonScan,
  isCut: boolean,
  value: string,
): DissectNode {
  const isOnlyCut = isCut && (scan.fault?.at ?? 0) >= context.bytes.length;
  const what = scan.fault?.what ?? 'no JSON value';
  const at = context.base + (scan.fault?.at ?? start);
  const text = isOnlyCut ? 'a value that was captured in part' : 'text that is not JSON';
  return node('text', context.base + start, context.base + end, {
    value,
    meaning: context.say(phrase('meaning', { text })),
    colour: 'text',
    problem: isOnlyCut ? undefined : context.say(phrase('not-json', { at, what })),
  });
}
