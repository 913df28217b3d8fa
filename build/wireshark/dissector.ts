/**
 * The Wireshark dissector as Lua text: tables made from the catalog, and the parts beside this file in one. Pure but for
 * reading the parts; `npm run docs` writes hexdrop.lua and a test fails when it has drifted.
 */

import { readFileSync } from 'node:fs';

import { displayName } from '../../shared/model/display-name.ts';
import type { BinaryField } from '../../shared/protocol/catalog/fields.ts';
import { widthBytes } from '../../shared/protocol/catalog/fields.ts';
import type { Message } from '../../shared/protocol/catalog/message.ts';
import { type AnySchema, componentRule } from '../../shared/protocol/catalog/properties.ts';
import { formOf, itemOf, metadataOf, propertiesOf } from '../../shared/protocol/catalog/schema.ts';
import { wantRuleText } from '../../shared/protocol/catalog/want-rule.ts';
import { messageOf, typeNames } from '../../shared/protocol/catalog.ts';
import { mostTime } from '../../shared/protocol/entry-time.ts';
import { headerFields } from '../../shared/protocol/header.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { defaultPort } from '../../shared/model/peer.ts';

/** In the order in which they stand in the one file that Wireshark loads: a Lua name is known below its place only. */
const partNames = [
  'fields',
  'experts',
  'values',
  'json',
  'connections',
  'rules',
  'payload',
  'frame',
  'stream',
  'ending',
];

/** The whole text of hexdrop.lua. */
export function dissectorLua(): string {
  const meaning = (name: string): string =>
    quoted(headerFields.find((field) => field.name === name)?.meaning ?? '');
  const made: Readonly<Record<string, string>> = {
    PORT: String(defaultPort),
    UNKNOWN_LIMIT: String(limits.controlBytes),
    MOST_LANES: String(limits.lanesPerTransfer),
    OFFER_ROOTS: String(limits.offerRoots),
    WANT_RULE: wantRuleText,
    MAGIC_MEANING: meaning('magic'),
    LENGTH_MEANING: meaning('length'),
    TYPE_MEANING: meaning('type'),
    FLAGS_MEANING: meaning('flags'),
    CHANNEL_MEANING: meaning('channel'),
    ID_MEANING: meaning('id'),
    HIDDEN: hiddenRanges(),
    TABLES: messageTable(),
  };
  return partNames
    .map((name) => readFileSync(new URL(`parts/${name}.lua`, import.meta.url), 'utf8'))
    .join('\n')
    .replace(/@@([A-Z_]+)@@/gu, (_, name: string) => {
      const part = made[name];
      if (part === undefined) throw new Error(`A part asks for "${name}", which nobody makes.`);
      return part;
    });
}

/**
 * Joiners, variants and tags, which a visible character may need at its side: in a column they stay, wherever they
 * stand. First and last code points.
 */
const joining = [
  [0x180b, 0x180d],
  [0x180f, 0x180f],
  [0x200c, 0x200d],
  [0xfe00, 0xfe0f],
  [0xe0020, 0xe007f],
  [0xe0100, 0xe01ef],
] as const;

/** What the windows and the terminal do not show as it is, the Info column does not either. */
function hiddenRanges(): string {
  const isHidden = (code: number): boolean => {
    const character = String.fromCodePoint(code);
    return (
      displayName(character) !== character && !joining.some(([first, last]) => code >= first && code <= last)
    );
  };
  const ranges: (readonly [number, number])[] = [];
  for (let code = 0; code <= 0x10_ffff; code += 1) {
    if (code === 0xd800) code = 0xe000;
    if (!isHidden(code)) continue;
    const first = code;
    while (code < 0x10_ffff && isHidden(code + 1)) code += 1;
    ranges.push([first, code]);
  }
  const hex = (code: number): string => `0x${code.toString(16)}`;
  const pairs = ranges.map(([first, last]) => `{ ${hex(first)}, ${hex(last)} }`);
  const rows = Array.from({ length: Math.ceil(pairs.length / 5) }, (_, row) =>
    pairs.slice(row * 5, row * 5 + 5).join(', '),
  );
  return rows.map((row) => `  ${row},`).join('\n');
}

function messageTable(): string {
  const rows = typeNames.map((name) => {
    const message = messageOf(name);
    const prefix = name.toLowerCase();
    const answers = message.answers.map((answer) => `${answer} = true`).join(', ');
    const head = [
      `name = ${quoted(name)}`,
      `limit = ${message.limitBytes}`,
      `answers = { ${answers} }`,
      `asks = ${message.answers.length > 0}`,
      `id = ${quoted(message.id)}`,
      `last = ${message.hasLast}`,
    ].join(', ');
    return `  [${message.number}] = { ${head},\n    ${contentOf(message, prefix)} },`;
  });
  return `local messages = {\n${rows.join('\n')}\n}`;
}

const contentOf = (message: Message, prefix: string): string =>
  message.payload === 'json'
    ? `json = ${objectForm(message.schema, prefix, 3)}`
    : `fields = ${binaryFields(message.fields, prefix, 3)}`;

// JSON payloads

function objectForm(schema: AnySchema, prefix: string, depth: number): string {
  const properties = propertiesOf(schema);
  const required = properties.filter(({ isOptional }) => !isOptional).map(({ name }) => quoted(name));
  const rows = properties.map((property) => {
    const path = `${prefix}.${property.name}`;
    const value = property.isSecret
      ? called('secret', path, property.name, property.meaning, ruleOf(property.schema))
      : valueOf(property.schema, path, property.name, property.meaning, depth + 1);
    return `${property.name} = ${value}`;
  });
  return `object({ ${required.join(', ')} }, ${block(rows, depth)})`;
}

/** The kinds of valibot schemas that the catalog is written in. */
interface Kind {
  readonly type: string;
  readonly items?: readonly AnySchema[];
}

function valueOf(schema: AnySchema, path: string, name: string, meaning: string, depth: number): string {
  const kind = schema as Kind;
  switch (kind.type) {
    case 'object':
    case 'strict_object':
      return objectForm(schema, path, depth);
    case 'array': {
      const { least, most } = listBounds(schema);
      return `list(${least}, ${most}, ${valueOf(itemOf(schema, 0) as AnySchema, path, name, meaning, depth)})`;
    }
    case 'tuple':
    case 'strict_tuple':
      return tupleForm(kind.items ?? [], path, depth);
    case 'number':
      return called(isSigned(schema) ? 'signed' : 'int', path, name, meaning, ruleOf(schema));
    case 'boolean':
      return called('truth', path, name, meaning);
    case 'string':
    case 'picklist':
      return called('text', path, name, meaning, ruleOf(schema));
    default:
      throw new Error(`The dissector has no form for "${kind.type}" at ${path}.`);
  }
}

function tupleForm(items: readonly AnySchema[], path: string, depth: number): string {
  const about = items.map((item) => ({ item, ...metadataOf(item) }));
  const names = about.map(({ name = '' }) => name);
  if (names.includes('')) throw new Error(`An item of the tuple at ${path} has no name.`);
  const rows = about.map(({ item, name = '', meaning }) =>
    valueOf(item, `${path}.${name}`, name, meaning, depth + 1),
  );
  return `tuple({ ${names.map(quoted).join(', ')} }, ${block(rows, depth)})`;
}

/** Times may lie before the epoch; every other number counts something. */
const isSigned = (schema: AnySchema): boolean => formOf(schema).includes('-(2^');

function listBounds(schema: AnySchema): { readonly least: number; readonly most: number } {
  const [, least, most] = /^list of (\d+) to (\d+):/u.exec(formOf(schema)) ?? [];
  if (least === undefined) throw new Error(`The dissector cannot read "${formOf(schema)}".`);
  return { least: Number(least), most: Number(most) };
}

const timeBounds = `from = ${-mostTime}, to = ${mostTime}`;

/** Forms as they stand on the page, and what they are in the tables. */
const ruleForms: readonly (readonly [RegExp, (...numbers: readonly string[]) => string])[] = [
  [/^text of (\d+) to (\d+) characters$/u, (least, most) => `least = ${least}, most = ${most}`],
  [/^text of at most (\d+) characters$/u, (most) => `most = ${most}`],
  [/^(\d+) lower-case hex digits$/u, (digits) => `hex = ${digits}`],
  [/^a word of .*, at most (\d+) characters$/u, (most) => `word = ${most}`],
  [/^an integer from (\d+) to (\d+)$/u, (from, to) => `from = ${from}, to = ${to}`],
  [/^an integer from (\d+) to 2\^53-1$/u, (from) => `from = ${from}`],
  [/^an integer between -\(2\^59\) and 2\^59$/u, () => timeBounds],
  [/^a multiple of (\d+) above 0$/u, (multiple) => `from = 1, multiple = ${multiple}`],
];

function ruleOf(schema: AnySchema): string {
  const form = formOf(schema);
  if ((schema as Kind).type === 'picklist') {
    const words = [...form.matchAll(/"([^"]+)"/gu)].map(([, word]) => `[${quoted(word ?? '')}] = true`);
    return `{ one_of = { ${words.join(', ')} } }`;
  }
  const isName = form.endsWith(`, ${componentRule}`);
  const main = isName ? form.slice(0, -componentRule.length - 2) : form;
  for (const [pattern, rule] of ruleForms) {
    const found = pattern.exec(main);
    if (found !== null) return `{ ${rule(...found.slice(1))}${isName ? ', component = true' : ''} }`;
  }
  throw new Error(`The dissector cannot read "${form}".`);
}

// Binary payloads

function binaryFields(fields: readonly BinaryField[], prefix: string, depth: number): string {
  return block(
    fields.map((field) => binaryField(field, prefix, depth + 1)),
    depth,
  );
}

function binaryField(field: BinaryField, prefix: string, depth: number): string {
  const path = `${prefix}.${field.name}`;
  const about: string[] = [`meaning = ${quoted(field.meaning)}`];
  const make = (maker: string, ...rest: readonly string[]): string =>
    `${maker}(${[quoted(path), quoted(field.name), ...rest, `{ ${about.join(', ')} }`].join(', ')})`;
  const bounds = ({ minimum, maximum }: { minimum: number; maximum: number }): number =>
    about.push(`least = ${minimum}`, `most = ${maximum}`);
  switch (field.kind) {
    case 'number':
      if (field.width === 'u64') about.push('from = 0');
      if (field.width === 'i64') about.push(timeBounds);
      if (field.maximum !== undefined) about.push(`to = ${field.maximum}`);
      if (field.multipleOf !== undefined) about.push(`multiple = ${field.multipleOf}`);
      return field.width === 'i64' ? make('time') : make('unsigned', String(widthBytes[field.width]));
    case 'index':
      about.push('is_index = true', `none = ${field.mayBeNone}`);
      return make('unsigned', '4');
    case 'constant':
      about.push(`value = ${field.value}`);
      return make('unsigned', String(widthBytes[field.width]));
    case 'measure':
      about.push(`of = ${quoted(field.of)}`);
      return make('unsigned', String(widthBytes[field.width]));
    case 'choice': {
      const choices = Object.entries(field.choices).map(([name, value]) => `[${value}] = ${quoted(name)}`);
      about.push(`choices = { ${choices.join(', ')} }`);
      return make('unsigned', '1');
    }
    case 'switch':
      about.push(
        'hexadecimal = true',
        `choices = { [0] = "none", [${field.bit}] = ${quoted(field.property)} }`,
      );
      return make('unsigned', '1');
    case 'hex':
      about.push(`bytes = ${field.bytes}`);
      return make('octets');
    case 'bytes':
      bounds(field);
      if (field.bytes === 'measured') about.push('measured = true');
      else if (field.bytes !== 'rest') about.push(`bytes = ${field.bytes}`);
      return make('octets');
    case 'text':
      bounds(field);
      about.push('measured = true', `component = ${field.meaning === componentRule}`);
      return make('utf8');
    case 'list':
      bounds(field);
      if (field.count === 'measured') about.push('measured = true');
      return `records(${quoted(field.name)}, { ${about.join(', ')} }, ${binaryFields(field.fields, path, depth)})`;
  }
}

// Lua

const called = (maker: string, path: string, name: string, meaning: string, ...rule: string[]): string =>
  `${maker}(${[...[path, name, meaning].map(quoted), ...rule].join(', ')})`;

const block = (rows: readonly string[], depth: number): string =>
  rows.length === 0
    ? '{}'
    : `{\n${rows.map((row) => `${'  '.repeat(depth)}${row},`).join('\n')}\n${'  '.repeat(depth - 1)}}`;

/** A Lua string. Meanings are plain text; what is not printable ASCII is written as its bytes. */
const quoted = (text: string): string =>
  `"${Array.from(new TextEncoder().encode(text), (byte) =>
    byte === 0x22 || byte === 0x5c
      ? `\\${String.fromCharCode(byte)}`
      : byte < 0x20 || byte > 0x7e
        ? `\\${String(byte).padStart(3, '0')}`
        : String.fromCharCode(byte),
  ).join('')}"`;
