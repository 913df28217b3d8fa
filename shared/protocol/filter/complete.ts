/** What may be typed next in a filter: fields, comparisons, values. Goes by the words in front of the cursor. */

import { typeNames } from '../catalog.ts';
import type { FieldName } from './fields.ts';
import { fieldNames, fieldOf, filterFields, isFieldName } from './fields.ts';
import type { Word } from './words.ts';
import { wordsOf } from './words.ts';

export interface Completion {
  /** What stands there afterwards, in place of the text from `from` to `to`. */
  readonly insert: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'field' | 'comparison' | 'value' | 'connective';
  /** One short phrase; empty when the word says it itself. */
  readonly meaning: string;
}

const mostShown = 40;

type Choice = Omit<Completion, 'from' | 'to'>;

/** Sorted as they should be shown. Empty inside of a quoted text. */
export function completionsAt(text: string, cursor: number): readonly Completion[] {
  const before = wordsOf(text.slice(0, cursor));
  const last = before.at(-1);
  if (last?.kind === 'quoted' && (last.isOpen || last.end === cursor)) return [];
  const typed = last?.kind === 'word' && last.end === cursor ? last : undefined;
  const settled = typed === undefined ? before : before.slice(0, -1);
  const prefix = typed?.text.toLowerCase() ?? '';
  const from = typed?.at ?? cursor;
  return choicesAfter(settled)
    .filter(({ insert }) => insert.toLowerCase().startsWith(prefix) && insert.toLowerCase() !== prefix)
    .slice(0, mostShown)
    .map((choice) => ({ ...choice, from, to: cursor }));
}

function choicesAfter(words: readonly Word[]): readonly Choice[] {
  const last = words.at(-1);
  const previous = words.at(-2);
  if (last === undefined || isConnective(last)) return starts;
  const field = fieldNamed(last);
  if (field !== undefined && !isComparison(previous)) {
    return fieldOf(field).kind === 'truth' ? connectives : comparisonsOf(field);
  }
  const compared = comparedField(words);
  if (compared !== undefined) return valuesOf(compared);
  return connectives;
}

const starts: readonly Choice[] = [
  ...fieldNames.map((name): Choice => ({ insert: name, kind: 'field', meaning: filterFields[name].meaning })),
  ...typeNames.map((name): Choice => ({ insert: name, kind: 'value', meaning: '' })),
];

const connectives: readonly Choice[] = ['&&', '||'].map((insert) => ({
  insert,
  kind: 'connective',
  meaning: '',
}));

const byKind = {
  number: ['==', '!=', '<', '<=', '>', '>=', 'in'],
  word: ['==', '!=', 'in'],
  text: ['contains'],
  bytes: ['contains'],
  truth: [],
} as const;

const comparisonsOf = (field: FieldName): readonly Choice[] =>
  byKind[fieldOf(field).kind].map((insert) => ({ insert, kind: 'comparison', meaning: '' }));

const valuesOf = (field: FieldName): readonly Choice[] =>
  (fieldOf(field).words ?? []).map((insert) => ({ insert, kind: 'value', meaning: '' }));

/** The field whose value comes next: behind a comparison, or inside of a set. */
function comparedField(words: readonly Word[]): FieldName | undefined {
  let at = words.length - 1;
  const isInSet = words[at]?.text === '{' || words[at]?.text === ',';
  if (isInSet) while (at > 0 && words[at]?.text !== '{') at -= 1;
  if (isInSet) at -= 1;
  const comparison = words[at];
  const isOne = isInSet ? comparison?.text.toLowerCase() === 'in' : isComparison(comparison);
  return isOne ? fieldNamed(words[at - 1]) : undefined;
}

const signs = new Set(['==', '=', ':', '!=', '<', '<=', '>', '>=']);

const isComparison = (word: Word | undefined): boolean =>
  word !== undefined &&
  word.kind !== 'quoted' &&
  (signs.has(word.text) || word.text.toLowerCase() === 'contains');

const isConnective = (word: Word): boolean =>
  word.kind !== 'quoted' && ['&&', '||', '!', '(', 'and', 'or', 'not'].includes(word.text.toLowerCase());

function fieldNamed(word: Word | undefined): FieldName | undefined {
  const name = word?.kind === 'word' ? word.text.toLowerCase() : '';
  return isFieldName(name) ? name : undefined;
}
