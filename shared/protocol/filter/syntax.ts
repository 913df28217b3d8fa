/** What a filter is once it has been read, and how it is written down again. */

import type { FieldName } from './fields.ts';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Filter =
  | { readonly op: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'not'; readonly of: Filter }
  | {
      readonly op: 'number';
      readonly field: FieldName;
      readonly comparison: Comparison;
      readonly value: number;
    }
  /** Both ends included. */
  | { readonly op: 'range'; readonly field: FieldName; readonly from: number; readonly to: number }
  | { readonly op: 'word'; readonly field: FieldName; readonly words: readonly string[] }
  | { readonly op: 'text'; readonly field: FieldName; readonly text: string }
  | { readonly op: 'truth'; readonly field: FieldName }
  /** Lower-case hex; `ignoreCase`: it is text, and its letters fit in either case. */
  | { readonly op: 'bytes'; readonly hex: string; readonly ignoreCase: boolean };

/** What can be wrong with a filter, for people. */
export const filterFaultSentences = {
  'unknown-field': 'There is no such field.',
  'unknown-word': 'This field does not have that value.',
  'no-value': 'A value is missing.',
  'bad-number': 'This is no number.',
  'bad-bytes': 'These are no bytes.',
  'open-quote': 'The quote is not closed.',
  'open-bracket': 'A bracket is not closed.',
  unexpected: 'This cannot stand here.',
  'no-comparison': 'A comparison is missing.',
  'ends-early': 'The filter ends too early.',
  'too-deep': 'The brackets are nested too deeply.',
  'too-long': 'The filter is too long.',
};

/** What is wrong with a filter, and where. */
export interface FilterFault {
  readonly what: keyof typeof filterFaultSentences;
  /** Offsets in the text: from `at` up to, not including, `end`. */
  readonly at: number;
  readonly end: number;
  readonly seen: string;
  readonly allowed: readonly string[];
}

const rank = { or: 0, and: 1, not: 2 } as const;

/** A text that reads as the same filter. */
export function printFilter(filter: Filter, outer = 0): string {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const own = rank[filter.op];
      const sign = filter.op === 'and' ? '&&' : '||';
      // Chains lean to the left; what leans to the right keeps its brackets.
      const text = `${printFilter(filter.left, own)} ${sign} ${printFilter(filter.right, own + 1)}`;
      return own < outer ? `(${text})` : text;
    }
    case 'not':
      return `!${printFilter(filter.of, rank.not)}`;
    case 'number':
      return `${filter.field} ${filter.comparison} ${filter.value}`;
    case 'range':
      return `${filter.field} in ${filter.from}..${filter.to}`;
    case 'word':
      return filter.words.length === 1
        ? `${filter.field} == ${filter.words[0]}`
        : `${filter.field} in {${filter.words.join(', ')}}`;
    case 'text':
      return `${filter.field} contains ${quoted(filter.text)}`;
    case 'truth':
      return filter.field;
    case 'bytes':
      return filter.ignoreCase
        ? `text contains ${quoted(new TextDecoder().decode(fromHexPairs(filter.hex)))}`
        : `bytes contains ${filter.hex.replaceAll(/(..)(?=.)/gu, '$1:')}`;
  }
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/gu, '\\$&')}"`;

const fromHexPairs = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
