/**
 * A filter as a predicate over rows. What is in payloads cannot be seen in a row: those terms are looked up by whoever
 * holds the bytes, and the predicate asks for the answer by the number of the row.
 */

import { captureEventKinds } from '../../model/capture.ts';
import type { CaptureEndpoint, CaptureRecord } from '../../model/capture.ts';
import { secondsOf } from '../../model/capture-time.ts';
import { typeByNumber } from '../catalog.ts';
import { flagLast } from '../header.ts';
import { textPattern } from './byte-pattern.ts';
import type { FieldName } from './fields.ts';
import type { Comparison, Filter } from './syntax.ts';

/** What a predicate needs to know beside the row. */
export interface FilterWorld {
  /** What the far side of a connection is known by, for `peer`: see `peerTextsOf`. */
  peerTexts(connection: number): readonly string[];
  isMarked(record: number): boolean;
  /** Whether the kept bytes of that row hold these bytes. */
  holds(record: number, hex: string, ignoreCase: boolean): boolean;
}

export type RowPredicate = (row: CaptureRecord) => boolean;

/** What `peer` is looked for in: address, address with port, alias, device id. */
export const peerTextsOf = (far: CaptureEndpoint | undefined): readonly string[] =>
  far === undefined ? [] : [far.address, `${far.address}:${far.port}`, far.alias ?? '', far.deviceId ?? ''];

/** Byte terms of a filter, each once: what has to be looked up before the predicate can be asked. */
export function byteTermsOf(filter: Filter): readonly Extract<Filter, { op: 'bytes' }>[] {
  const found = new Map<string, Extract<Filter, { op: 'bytes' }>>();
  const walk = (each: Filter): void => {
    if (each.op === 'and' || each.op === 'or') {
      walk(each.left);
      walk(each.right);
    } else if (each.op === 'not') walk(each.of);
    else if (each.op === 'bytes') found.set(`${each.hex}${each.ignoreCase}`, each);
  };
  walk(filter);
  return [...found.values()];
}

export function predicateOf(filter: Filter, world: FilterWorld): RowPredicate {
  switch (filter.op) {
    case 'and': {
      const [left, right] = [predicateOf(filter.left, world), predicateOf(filter.right, world)];
      return (row) => left(row) && right(row);
    }
    case 'or': {
      const [left, right] = [predicateOf(filter.left, world), predicateOf(filter.right, world)];
      return (row) => left(row) || right(row);
    }
    case 'not': {
      const of = predicateOf(filter.of, world);
      return (row) => !of(row);
    }
    case 'number': {
      const read = numbers[filter.field];
      const fits = comparing[filter.comparison];
      const { value } = filter;
      return (row) => {
        const seen = read?.(row);
        return seen !== undefined && fits(seen, value);
      };
    }
    case 'range': {
      const read = numbers[filter.field];
      const { from, to } = filter;
      return (row) => {
        const seen = read?.(row);
        return seen !== undefined && seen >= from && seen <= to;
      };
    }
    case 'word': {
      const read = words[filter.field];
      const allowed = new Set(filter.words);
      return (row) => {
        const seen = read?.(row);
        return seen !== undefined && allowed.has(seen);
      };
    }
    case 'text': {
      const pattern = textPattern(filter.text);
      return (row) => world.peerTexts(row.connection).some((text) => pattern.test(text));
    }
    case 'truth':
      return truth(filter.field, world);
    case 'bytes':
      return (row) => world.holds(row.number, filter.hex, filter.ignoreCase);
  }
}

const onFrames =
  (read: (row: CaptureRecord) => number) =>
  (row: CaptureRecord): number | undefined =>
    row.kind === 'frame' ? read(row) : undefined;

/** A field that a row does not have compares with nothing: `id != 0` does not find events. */
const numbers: Partial<Record<FieldName, (row: CaptureRecord) => number | undefined>> = {
  conn: (row) => row.connection,
  id: onFrames((row) => row.id),
  len: (row) => (row.kind === 'event' ? undefined : row.length),
  channel: onFrames((row) => row.channel),
  time: (row) => secondsOf(row.timeMs),
  n: (row) => row.number,
  offset: (row) => (row.kind === 'event' ? undefined : row.offset),
};

const words: Partial<Record<FieldName, (row: CaptureRecord) => string | undefined>> = {
  type: (row) => (row.kind === 'frame' ? typeByNumber(row.type) : undefined),
  dir: (row) => row.direction,
  kind: (row) => row.kind,
  event: (row) => (row.kind === 'event' ? captureEventKinds[row.type] : undefined),
  chunk: (row) => (row.kind === 'frame' ? row.chunkClass : undefined),
};

function truth(field: FieldName, world: FilterWorld): RowPredicate {
  switch (field) {
    case 'tls':
      return (row) => row.secure;
    case 'last':
      return (row) => row.kind === 'frame' && (row.flags & flagLast) !== 0;
    case 'cut':
      return (row) => row.kept < row.length && (row.kind === 'frame' || row.kind === 'loose');
    case 'marked':
      return (row) => world.isMarked(row.number);
    default:
      return () => false;
  }
}

const comparing: Readonly<Record<Comparison, (seen: number, value: number) => boolean>> = {
  '==': (seen, value) => seen === value,
  '!=': (seen, value) => seen !== value,
  '<': (seen, value) => seen < value,
  '<=': (seen, value) => seen <= value,
  '>': (seen, value) => seen > value,
  '>=': (seen, value) => seen >= value,
};
