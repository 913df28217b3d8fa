/**
 * Reads and writes binary payloads by their list of fields. General and exact rather than fast.
 *
 * A record in memory has one property for each field that carries something (catalog/fields.ts, RecordOf).
 */

import { type BinaryField, noIndex, widthBytes } from './catalog/fields.ts';
import { HexdropError } from '../errors/errors.ts';
import { choiceName, numberFault, readNumber, writeNumber } from './numbers.ts';
import { decodeUtf8, encodeUtf8, toHex, writeHex } from '../base/text.ts';

/** What is wrong with a record, and where. codec.ts turns it into bad-payload. */
export class RecordFault extends Error {
  readonly path: string;
  readonly seen: string;
  readonly allowed: string;
  constructor(path: string, seen: string, allowed: string) {
    super(`${path}: seen ${seen}; allowed: ${allowed}`);
    this.path = path;
    this.seen = seen;
    this.allowed = allowed;
  }
}

type Values = Record<string, unknown>;

interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

export function readRecord(fields: readonly BinaryField[], bytes: Uint8Array): Values {
  const cursor: Cursor = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
  };
  const record = readFields(fields, cursor, '');
  if (cursor.at < bytes.length) {
    throw new RecordFault('', `${bytes.length - cursor.at} bytes too many`, `${cursor.at} bytes`);
  }
  return record;
}

function readFields(fields: readonly BinaryField[], cursor: Cursor, prefix: string): Values {
  const record: Values = {};
  const measures = new Map<string, number>();
  for (const field of fields) {
    const path = prefix + field.name;
    switch (field.kind) {
      case 'list':
        record[field.name] = readList(field, cursor, path, measures.get(field.name));
        break;
      case 'bytes':
      case 'text': {
        const length =
          field.kind === 'text' || field.bytes === 'measured'
            ? (measures.get(field.name) ?? 0)
            : field.bytes === 'rest'
              ? cursor.bytes.length - cursor.at
              : field.bytes;
        checkLength(field, length, path);
        const slice = take(cursor, length, path);
        record[field.name] = field.kind === 'text' ? textOf(slice, path) : slice;
        break;
      }
      case 'hex':
        record[field.name] = toHex(take(cursor, field.bytes, path));
        break;
      default: {
        const start = cursor.at;
        take(cursor, widthBytes[field.width], path);
        const value = readNumber(cursor.view, start, field.width);
        const fault = numberFault(field, value);
        if (fault !== undefined) throw new RecordFault(path, fault.seen, fault.allowed);
        if (field.kind === 'number') record[field.name] = value;
        else if (field.kind === 'index') record[field.name] = value === noIndex ? -1 : value;
        else if (field.kind === 'measure') measures.set(field.of, value);
        else if (field.kind === 'switch') record[field.property] = value === field.bit;
        else if (field.kind === 'choice') record[field.name] = choiceName(field.choices, value);
      }
    }
  }
  return record;
}

function readList(
  field: Extract<BinaryField, { kind: 'list' }>,
  cursor: Cursor,
  path: string,
  measured: number | undefined,
): readonly Values[] {
  if (measured !== undefined) checkLength(field, measured, path);
  const items: Values[] = [];
  while (measured === undefined ? cursor.at < cursor.bytes.length : items.length < measured) {
    items.push(readFields(field.fields, cursor, `${path}.${items.length}.`));
  }
  checkLength(field, items.length, path);
  return items;
}

function take(cursor: Cursor, length: number, path: string): Uint8Array {
  const left = cursor.bytes.length - cursor.at;
  if (length > left) throw new RecordFault(path, `${left} bytes left`, `${length} bytes`);
  cursor.at += length;
  return cursor.bytes.subarray(cursor.at - length, cursor.at);
}

function checkLength(
  field: { readonly minimum: number; readonly maximum: number },
  length: number,
  path: string,
): void {
  if (length < field.minimum || length > field.maximum) {
    throw new RecordFault(path, String(length), `${field.minimum} to ${field.maximum}`);
  }
}

function textOf(bytes: Uint8Array, path: string): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new RecordFault(path, 'bytes that are not UTF-8', 'UTF-8');
  return text;
}

/** Bytes that a record takes. Throws `internal` when it does not have the form of the fields. */
export function recordBytes(fields: readonly BinaryField[], record: object): number {
  const values = record as Values;
  let total = 0;
  for (const field of fields) {
    if (field.kind === 'list') {
      for (const item of values[field.name] as readonly Values[]) total += recordBytes(field.fields, item);
    } else if (field.kind === 'bytes' || field.kind === 'text') total += bytesOf(field, values).length;
    else if (field.kind === 'hex') total += field.bytes;
    else total += widthBytes[field.width];
  }
  return total;
}

/** Writes a record at `at`; `into` has the room that recordBytes says. Returns the end. */
export function writeRecord(
  fields: readonly BinaryField[],
  record: object,
  into: Uint8Array,
  at: number,
): number {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  return writeFields(fields, record as Values, into, view, at);
}

function writeFields(
  fields: readonly BinaryField[],
  values: Values,
  into: Uint8Array,
  view: DataView,
  start: number,
): number {
  let at = start;
  for (const field of fields) {
    switch (field.kind) {
      case 'list': {
        const items = values[field.name] as readonly Values[];
        ownLength(field, items.length);
        for (const item of items) at = writeFields(field.fields, item, into, view, at);
        break;
      }
      case 'bytes':
      case 'text': {
        const bytes = bytesOf(field, values);
        ownLength(field, bytes.length);
        into.set(bytes, at);
        at += bytes.length;
        break;
      }
      case 'hex': {
        const hex = values[field.name] as string;
        if (hex.length !== field.bytes * 2 || !writeHex(hex, into, at))
          own(field, `not ${field.bytes * 2} hex digits`);
        at += field.bytes;
        break;
      }
      default: {
        const value = numberOf(field, fields, values);
        const fault = numberFault(field, value);
        if (fault !== undefined) own(field, `${fault.seen}; allowed: ${fault.allowed}`);
        writeNumber(view, at, field.width, value);
        at += widthBytes[field.width];
      }
    }
  }
  return at;
}

type PlainField = Exclude<BinaryField, { kind: 'list' | 'bytes' | 'text' | 'hex' }>;

function numberOf(field: PlainField, fields: readonly BinaryField[], values: Values): number {
  switch (field.kind) {
    case 'number':
      return values[field.name] as number;
    case 'index': {
      const value = values[field.name] as number;
      if (value === -1 && field.mayBeNone) return noIndex;
      if (!(value >= 0 && value < noIndex)) own(field, String(value));
      return value;
    }
    case 'constant':
      return field.value;
    case 'choice':
      return field.choices[values[field.name] as string] ?? own(field, String(values[field.name]));
    case 'switch':
      return values[field.property] === true ? field.bit : 0;
    case 'measure': {
      const measured = fields.find((each) => each.name === field.of);
      if (measured?.kind === 'list') return (values[field.of] as readonly unknown[]).length;
      return bytesOf(measured as Extract<BinaryField, { kind: 'bytes' | 'text' }>, values).length;
    }
  }
}

const bytesOf = (
  field: { readonly kind: 'bytes' | 'text'; readonly name: string },
  values: Values,
): Uint8Array =>
  field.kind === 'text' ? encodeUtf8(values[field.name] as string) : (values[field.name] as Uint8Array);

function ownLength(
  field: { readonly name: string; readonly minimum: number; readonly maximum: number },
  length: number,
): void {
  if (length < field.minimum || length > field.maximum)
    own(field, `${length}; allowed: ${field.minimum} to ${field.maximum}`);
}

function own(field: { readonly name: string }, what: string): never {
  throw new HexdropError('internal', `A payload of our own is wrong: ${field.name} is ${what}.`);
}
