/**
 * The Wireshark dissector as Lua text: tables made from the catalog, put into the template beside this file. Pure but
 * for reading the template; `npm run docs` writes hexdrop.lua and a test fails when it has drifted.
 */

import { readFileSync } from 'node:fs';

import type { BinaryField } from '../../shared/protocol/catalog/fields.ts';
import { widthBytes } from '../../shared/protocol/catalog/fields.ts';
import type { Message } from '../../shared/protocol/catalog/message.ts';
import type { AnySchema } from '../../shared/protocol/catalog/properties.ts';
import { formOf, itemOf, metadataOf, propertiesOf } from '../../shared/protocol/catalog/schema.ts';
import { messageOf, typeNames } from '../../shared/protocol/catalog.ts';
import { headerFields } from '../../shared/protocol/header.ts';
import { defaultPort, limits } from '../../shared/protocol/limits.ts';

const template = new URL('hexdrop.template.lua', import.meta.url);

/** The whole text of hexdrop.lua. */
export function dissectorLua(): string {
  const meaning = (name: string): string =>
    quoted(headerFields.find((field) => field.name === name)?.meaning ?? '');
  const parts: Readonly<Record<string, string>> = {
    PORT: String(defaultPort),
    UNKNOWN_LIMIT: String(limits.controlBytes),
    MAGIC_MEANING: meaning('magic'),
    LENGTH_MEANING: meaning('length'),
    TYPE_MEANING: meaning('type'),
    FLAGS_MEANING: meaning('flags'),
    CHANNEL_MEANING: meaning('channel'),
    ID_MEANING: meaning('id'),
    TABLES: messageTable(),
  };
  return readFileSync(template, 'utf8').replace(/@@([A-Z_]+)@@/gu, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`The template asks for "${name}", which nobody makes.`);
    return part;
  });
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
    ].join(', ');
    return `  [${message.number}] = { ${head},\n    ${contentOf(message, prefix)} },`;
  });
  return `local messages = {\n${rows.join('\n')}\n}`;
}

const contentOf = (message: Message, prefix: string): string =>
  message.payload === 'json'
    ? `json = ${properties(message.schema, prefix, 3)}`
    : `fields = ${binaryFields(message.fields, prefix, 3)}`;

// JSON payloads

function properties(schema: AnySchema, prefix: string, depth: number): string {
  const rows = propertiesOf(schema).map((property) => {
    const path = `${prefix}.${property.name}`;
    const value = property.isSecret
      ? called('secret', path, property.name, property.meaning)
      : valueOf(property.schema, path, property.name, property.meaning, depth + 1);
    return `${property.name} = ${value}`;
  });
  return block(rows, depth);
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
      return `object(${properties(schema, path, depth)})`;
    case 'array':
      return `list(${valueOf(itemOf(schema, 0) as AnySchema, path, name, meaning, depth)})`;
    case 'tuple':
    case 'strict_tuple':
      return `tuple(${tupleItems(kind.items ?? [], path, name, depth)})`;
    case 'number':
      return called(isSigned(schema) ? 'signed' : 'int', path, name, meaning);
    case 'boolean':
      return called('truth', path, name, meaning);
    case 'string':
    case 'picklist':
      return called('text', path, name, meaning);
    default:
      throw new Error(`The dissector has no form for "${kind.type}" at ${path}.`);
  }
}

const tupleItems = (items: readonly AnySchema[], path: string, name: string, depth: number): string =>
  block(
    items.map((item, position) => {
      const at = position + 1;
      return valueOf(item, `${path}.item${at}`, `${name} ${at}`, metadataOf(item).meaning, depth + 1);
    }),
    depth,
  );

/** Times may lie before the epoch; every other number counts something. */
const isSigned = (schema: AnySchema): boolean => formOf(schema).includes('-(2^');

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
  switch (field.kind) {
    case 'number':
      return field.width === 'i64' ? make('time') : make('unsigned', String(widthBytes[field.width]));
    case 'index':
      if (field.mayBeNone) about.push('none = true');
      return make('unsigned', '4');
    case 'constant':
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
      about.push('hexadecimal = true', `choices = { [${field.bit}] = ${quoted(field.property)} }`);
      return make('unsigned', '1');
    case 'hex':
      about.push(`bytes = ${field.bytes}`);
      return make('octets');
    case 'bytes':
      if (field.bytes === 'measured') about.push('measured = true');
      else if (field.bytes !== 'rest') about.push(`bytes = ${field.bytes}`);
      return make('octets');
    case 'text':
      about.push('measured = true');
      return make('utf8');
    case 'list':
      if (field.count === 'measured') about.push('measured = true');
      return `records(${quoted(field.name)}, { ${about.join(', ')} }, ${binaryFields(field.fields, path, depth)})`;
  }
}

// Lua

const called = (maker: string, path: string, name: string, meaning: string): string =>
  `${maker}(${[path, name, meaning].map(quoted).join(', ')})`;

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
