/** Numbers of binary payloads: reading, writing, and what a field allows. 64-bit ones without BigInt. */

import type { BinaryField, NumberWidth } from './catalog/fields.ts';
import { noIndex } from './catalog/fields.ts';
import { isEntryTime } from './entry-time.ts';

const highUnit = 0x1_0000_0000;

export function readNumber(view: DataView, at: number, width: NumberWidth): number {
  switch (width) {
    case 'u8':
      return view.getUint8(at);
    case 'u16':
      return view.getUint16(at);
    case 'u32':
      return view.getUint32(at);
    case 'u64':
      return view.getUint32(at) * highUnit + view.getUint32(at + 4);
    case 'i64':
      return view.getInt32(at) * highUnit + view.getUint32(at + 4);
  }
}

/** Writes a 64-bit number as two halves; exact for every integer that a double holds, negative ones included. */
export function writeNumber(view: DataView, at: number, width: NumberWidth, value: number): void {
  switch (width) {
    case 'u8':
      view.setUint8(at, value);
      return;
    case 'u16':
      view.setUint16(at, value);
      return;
    case 'u32':
      view.setUint32(at, value);
      return;
    case 'u64':
    case 'i64':
      view.setInt32(at, Math.floor(value / highUnit));
      view.setUint32(at + 4, value >>> 0);
  }
}

const widthMaximum = {
  u8: 0xff,
  u16: 0xffff,
  u32: 0xffff_ffff,
  u64: Number.MAX_SAFE_INTEGER,
};

/** The fault of a number where its field does not allow it, in words. */
export function numberFault(
  field: BinaryField,
  value: number,
): { seen: string; allowed: string } | undefined {
  const width = field.kind === 'number' ? field.width : undefined;
  // Times are the only numbers with a sign.
  if (width === 'i64')
    return isEntryTime(value) ? undefined : { seen: 'a time beyond 2^59', allowed: 'within ±2^59' };
  if (!Number.isSafeInteger(value)) return { seen: 'a number beyond 2^53-1', allowed: 'at most 2^53-1' };
  switch (field.kind) {
    case 'number': {
      const maximum = field.maximum ?? widthMaximum[width ?? 'u64'];
      if (value > maximum) return { seen: String(value), allowed: `at most ${maximum}` };
      if (value < 0) return { seen: String(value), allowed: 'no negative number' };
      if (field.multipleOf !== undefined && value % field.multipleOf !== 0) {
        return { seen: String(value), allowed: `a multiple of ${field.multipleOf}` };
      }
      return undefined;
    }
    case 'index':
      return value === noIndex && !field.mayBeNone ? { seen: '0xffffffff', allowed: 'an index' } : undefined;
    case 'constant':
      return value === field.value ? undefined : { seen: String(value), allowed: String(field.value) };
    case 'choice': {
      const allowed = Object.entries(field.choices).map(([name, each]) => `${each} (${name})`);
      return Object.values(field.choices).includes(value)
        ? undefined
        : { seen: String(value), allowed: allowed.join(', ') };
    }
    case 'switch':
      return (value & ~field.bit) === 0
        ? undefined
        : { seen: `0x${value.toString(16)}`, allowed: `0 or ${field.bit}` };
    default:
      return undefined;
  }
}

export const choiceName = (choices: Readonly<Record<string, number>>, value: number): string | undefined =>
  Object.keys(choices).find((name) => choices[name] === value);
