/** The tables of docs/PROTOCOL.md that show what a message carries, as Markdown: properties, fields, offsets, sizes. */

import { widthBytes } from '../../shared/protocol/catalog/fields.ts';
import type { BinaryField } from '../../shared/protocol/catalog/fields.ts';
import type { BinaryMessage, Message } from '../../shared/protocol/catalog/message.ts';
import type { AnySchema } from '../../shared/protocol/catalog/properties.ts';
import {
  formOf,
  itemOf,
  metadataOf,
  nestedObject,
  type Property,
  propertiesOf,
} from '../../shared/protocol/catalog/schema.ts';
import type { TypeName } from '../../shared/protocol/catalog.ts';
import { grouped, hexByte, table } from './markdown.ts';

/** Title, summary and table of one type. */
export function messageFields(name: TypeName, message: Message): string {
  const title = `#### ${name} (${hexByte(message.number)})\n\n${message.summary}`;
  if (message.payload === 'binary') return `${title}\n\n${binaryTable(message)}`;
  const rows = propertyRows(propertiesOf(message.schema), '');
  return rows.length === 0
    ? `${title} Its payload is \`{}\`.`
    : `${title}\n\n${table(['property', 'form', 'meaning'], rows)}`;
}

function propertyRows(properties: readonly Property[], prefix: string): string[][] {
  return properties.flatMap((property) => {
    const name = `\`${prefix}${property.name}\``;
    const marks = [property.isOptional ? 'optional' : '', property.isSecret ? 'secret' : ''].filter(
      (mark) => mark !== '',
    );
    const form = marks.length === 0 ? property.form : `${property.form} (${marks.join(', ')})`;
    const nested = nestedObject(property.schema);
    const isList = property.form.startsWith('list');
    const path = `${prefix}${property.name}${isList ? '[]' : ''}`;
    const below =
      nested === undefined ? itemRows(property.schema, path) : propertyRows(propertiesOf(nested), `${path}.`);
    return [[name, form, property.meaning], ...below];
  });
}

/** What stands at each place of a list of fixed length. */
function itemRows(schema: AnySchema, path: string): string[][] {
  const tuple = itemOf(schema, 0);
  if (tuple === undefined) return [];
  const rows: string[][] = [];
  for (let at = 0, item = itemOf(tuple, at); item !== undefined; at += 1, item = itemOf(tuple, at)) {
    rows.push([`\`${path}[${at}]\``, formOf(item), metadataOf(item).meaning]);
  }
  return rows;
}

function binaryTable(message: BinaryMessage): string {
  const head = ['offset', 'bytes', 'field', 'type', 'allowed', 'meaning'];
  const sizes = recordSizes(message.fields, 'The payload').join(' ');
  return `${table(head, fieldRows(message.fields, ''))}\n\n${sizes}`;
}

/** Offsets count from the start of the payload, or with "+" from the start of the record. */
function fieldRows(fields: readonly BinaryField[], prefix: string): string[][] {
  const rows: string[][] = [];
  let offset: number | undefined = 0;
  for (const field of fields) {
    const size = fixedBytes(field);
    const place = offset === undefined ? '' : prefix === '' ? String(offset) : `+${offset}`;
    const name = `\`${prefix}${field.name}\``;
    const bytes = size === undefined ? varyingBytes(field, fields) : String(size);
    rows.push([place, bytes, name, fieldType(field), fieldRule(field), field.meaning]);
    if (field.kind === 'list') rows.push(...fieldRows(field.fields, `${prefix}${field.name}[].`));
    offset = offset === undefined || size === undefined ? undefined : offset + size;
  }
  return rows;
}

/** Undefined where the field says itself how long it is. */
function fixedBytes(field: BinaryField): number | undefined {
  switch (field.kind) {
    case 'list':
    case 'text':
      return undefined;
    case 'hex':
      return field.bytes;
    case 'bytes':
      return typeof field.bytes === 'number' ? field.bytes : undefined;
    default:
      return widthBytes[field.width];
  }
}

const varyingBytes = (field: BinaryField, fields: readonly BinaryField[]): string => {
  if (field.kind === 'list') return 'its records';
  const measured = fields.find((each) => each.kind === 'measure' && each.of === field.name);
  return measured === undefined ? 'the rest' : `\`${measured.name}\``;
};

/** "The payload takes 12 bytes and its `entries`. Each of `entries` takes 40 bytes and its `name`." */
function recordSizes(fields: readonly BinaryField[], what: string): string[] {
  const fixed = fields.reduce((sum, field) => sum + (fixedBytes(field) ?? 0), 0);
  const varying = fields.filter((field) => fixedBytes(field) === undefined);
  const parts = [...(fixed === 0 ? [] : [`${fixed} bytes`]), ...varying.map(({ name }) => `its \`${name}\``)];
  const below = varying.flatMap((field) =>
    field.kind === 'list' ? recordSizes(field.fields, `Each of \`${field.name}\``) : [],
  );
  return [`${what} takes ${parts.join(' and ')}.`, ...below];
}

function fieldType(field: BinaryField): string {
  switch (field.kind) {
    case 'list':
      return field.count === 'measured' ? 'as many records as counted' : 'records to the end of the payload';
    case 'hex':
      return `${field.bytes} bytes`;
    case 'bytes':
      if (field.bytes === 'measured') return 'as many bytes as measured';
      return field.bytes === 'rest' ? 'bytes to the end of the payload' : `${field.bytes} bytes`;
    case 'text':
      return 'UTF-8, as many bytes as measured';
    default:
      return field.width;
  }
}

function fieldRule(field: BinaryField): string {
  switch (field.kind) {
    case 'number':
      if (field.multipleOf !== undefined) return `multiples of ${grouped(field.multipleOf)}`;
      return field.width === 'u64' ? 'to 2^53-1' : field.width === 'i64' ? '±2^59' : 'all';
    case 'index':
      return field.mayBeNone ? 'all; 0xffffffff is none' : 'below 0xffffffff';
    case 'constant':
      return String(field.value);
    case 'measure':
      return '';
    case 'choice':
      return Object.entries(field.choices)
        .map(([name, value]) => `${value} ${name}`)
        .join(', ');
    case 'switch':
      return `0, or ${hexByte(field.bit)} ${field.property}`;
    case 'hex':
      return 'all';
    case 'bytes':
    case 'text':
      return field.minimum === field.maximum ? 'all' : `${field.minimum} to ${grouped(field.maximum)} bytes`;
    case 'list':
      return `${field.minimum} to ${grouped(field.maximum)}`;
  }
}
