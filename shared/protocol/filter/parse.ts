/**
 * Reads a filter. The grammar is small:
 *
 *     filter     = and { ("||" | "or") and }
 *     and        = not { ["&&" | "and"] not }          two terms side by side mean both
 *     not        = ("!" | "not") not | "(" filter ")" | term
 *     term       = field comparison value | field "in" set | truth | a type's name | a quoted text
 *     comparison = "==" "=" ":" "!=" "<" "<=" ">" ">=" "contains"
 *     set        = "{" value { "," value } "}" | number ".." number
 */

import { typeNames } from '../catalog.ts';
import type { FieldName } from './fields.ts';
import { fieldNames, fieldOf, isFieldName } from './fields.ts';
import type { Comparison, Filter, FilterFault } from './syntax.ts';
import type { Word } from './words.ts';
import { wordsOf } from './words.ts';

/** Longer ones are nobody's own; the limit keeps a pasted file from being taken for a filter. */
const longestFilter = 4_096;
const deepest = 64;

export type ParsedFilter =
  /** `filter` is absent for an empty text: everything fits. */
  { readonly ok: true; readonly filter?: Filter } | { readonly ok: false; readonly fault: FilterFault };

export function parseFilter(text: string): ParsedFilter {
  if (text.length > longestFilter) {
    const allowed = [`${longestFilter} characters`];
    return {
      ok: false,
      fault: { what: 'too-long', at: 0, end: text.length, seen: `${text.length}`, allowed },
    };
  }
  const words = wordsOf(text);
  if (words.length === 0) return { ok: true };
  const parser = new Parser(words, text.length);
  try {
    return { ok: true, filter: parser.whole() };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, fault: thrown.fault };
    throw thrown;
  }
}

class Refusal extends Error {
  readonly fault: FilterFault;

  constructor(fault: FilterFault) {
    super(fault.what);
    this.fault = fault;
  }
}

const comparisons: Readonly<Record<string, Comparison | 'contains'>> = {
  '==': '==',
  '=': '==',
  ':': '==',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  contains: 'contains',
};

const byKind: Readonly<Record<string, readonly string[]>> = {
  number: ['==', '!=', '<', '<=', '>', '>=', 'in'],
  word: ['==', '!=', 'in'],
  text: ['contains', '==', '!='],
  bytes: ['contains'],
};

class Parser {
  readonly #words: readonly Word[];
  readonly #end: number;
  #next = 0;

  constructor(words: readonly Word[], end: number) {
    this.#words = words;
    this.#end = end;
  }

  whole(): Filter {
    const filter = this.#or(0);
    const rest = this.#words[this.#next];
    if (rest !== undefined) throw this.#refusal('unexpected', rest, ['&&', '||']);
    return filter;
  }

  #or(depth: number): Filter {
    let left = this.#and(depth);
    while (this.#takes('||', 'or')) left = { op: 'or', left, right: this.#and(depth) };
    return left;
  }

  #and(depth: number): Filter {
    let left = this.#not(depth);
    for (;;) {
      if (!this.#takes('&&', 'and')) {
        const next = this.#words[this.#next];
        if (next === undefined || isSign(next, '||', ')') || isWord(next, 'or')) return left;
      }
      left = { op: 'and', left, right: this.#not(depth) };
    }
  }

  #not(depth: number): Filter {
    const word = this.#words[this.#next];
    if (depth > deepest) throw this.#refusal('too-deep', word, [`${deepest} levels`]);
    if (this.#takes('!', 'not')) return { op: 'not', of: this.#not(depth + 1) };
    if (word !== undefined && isSign(word, '(')) {
      this.#next += 1;
      const inner = this.#or(depth + 1);
      if (!this.#takes(')')) throw this.#refusal('open-bracket', this.#words[this.#next], [')']);
      return inner;
    }
    return this.#term();
  }

  #term(): Filter {
    const word = this.#words[this.#next];
    if (word === undefined || word.kind === 'sign') {
      throw this.#refusal(word === undefined ? 'ends-early' : 'unexpected', word, fieldNames);
    }
    this.#next += 1;
    if (word.kind === 'quoted') return this.#bytes('text', word);
    const name = word.text.toLowerCase();
    if (!isFieldName(name)) return this.#bare(word);
    const field = fieldOf(name);
    if (field.kind === 'truth') return { op: 'truth', field: name };
    const sign = this.#words[this.#next];
    const allowed = byKind[field.kind] as readonly string[];
    const isSet = sign !== undefined && isWord(sign, 'in');
    const comparison = isSet
      ? 'in'
      : comparisons[sign?.kind === 'quoted' ? '' : (sign?.text.toLowerCase() ?? '')];
    if (comparison === undefined || !(allowed.includes(comparison) || sign?.text === ':')) {
      throw this.#refusal('no-comparison', sign, allowed);
    }
    this.#next += 1;
    if (comparison === 'in') return this.#set(name);
    const value = this.#value(name);
    switch (field.kind) {
      case 'number':
        return this.#compared(name, comparison as Comparison, value);
      case 'word':
        return negatedIf(comparison === '!=', {
          op: 'word',
          field: name,
          words: [this.#wordOf(name, value)],
        });
      case 'text':
        return negatedIf(comparison === '!=', { op: 'text', field: name, text: value.text });
      case 'bytes':
        return this.#bytes(name, value);
    }
  }

  /** A word that stands alone: the name of a type. */
  #bare(word: Word): Filter {
    const type = typeNames.find((each) => each === word.text.toUpperCase());
    if (type === undefined) throw this.#refusal('unknown-field', word, [...fieldNames, ...typeNames]);
    return { op: 'word', field: 'type', words: [type] };
  }

  #set(name: FieldName): Filter {
    const kind = fieldOf(name).kind;
    if (kind === 'number') {
      const from = this.#value(name);
      const dots = this.#words[this.#next];
      if (!this.#takes('..')) throw this.#refusal('unexpected', dots, ['..']);
      const to = this.#value(name);
      return { op: 'range', field: name, from: this.#numberOf(name, from), to: this.#numberOf(name, to) };
    }
    const open = this.#words[this.#next];
    if (!this.#takes('{')) throw this.#refusal('unexpected', open, ['{']);
    const words: string[] = [];
    do words.push(this.#wordOf(name, this.#value(name)));
    while (this.#takes(','));
    if (!this.#takes('}')) throw this.#refusal('open-bracket', this.#words[this.#next], ['}']);
    return { op: 'word', field: name, words };
  }

  #compared(name: FieldName, comparison: Comparison, value: Word): Filter {
    return { op: 'number', field: name, comparison, value: this.#numberOf(name, value) };
  }

  #value(name: FieldName): Word {
    const word = this.#words[this.#next];
    if (word === undefined || word.kind === 'sign') {
      throw this.#refusal('no-value', word, fieldOf(name).words ?? []);
    }
    if (word.isOpen) throw this.#refusal('open-quote', word, ['"']);
    this.#next += 1;
    return word;
  }

  #wordOf(name: FieldName, word: Word): string {
    const words = fieldOf(name).words ?? [];
    const found = words.find((each) => each.toLowerCase() === word.text.toLowerCase());
    if (found === undefined) throw this.#refusal('unknown-word', word, words);
    return found;
  }

  #numberOf(name: FieldName, word: Word): number {
    const value = numberIn(word.text, fieldOf(name).unit);
    if (value === undefined) {
      const unit = fieldOf(name).unit;
      const allowed =
        unit === 'bytes'
          ? ['200', '64k', '1M', '0x10']
          : unit === 'seconds'
            ? ['1.5', '20ms', '2m']
            : ['7', '0x7'];
      throw this.#refusal('bad-number', word, allowed);
    }
    return value;
  }

  #bytes(name: FieldName, word: Word): Filter {
    if (word.isOpen) throw this.#refusal('open-quote', word, ['"']);
    const isText = name === 'text';
    const hex = isText ? hexOfText(word.text) : word.text.replaceAll(/[\s:.-]/gu, '').toLowerCase();
    if (!/^(?:[0-9a-f]{2}){1,256}$/u.test(hex)) {
      throw this.#refusal('bad-bytes', word, isText ? ['1 to 256 bytes'] : ['48:58:44:31', '48584431']);
    }
    return { op: 'bytes', hex, ignoreCase: isText };
  }

  #takes(...texts: readonly string[]): boolean {
    const word = this.#words[this.#next];
    if (word === undefined || !texts.some((text) => isSign(word, text) || isWord(word, text))) return false;
    this.#next += 1;
    return true;
  }

  #refusal(what: FilterFault['what'], word: Word | undefined, allowed: readonly string[]): Refusal {
    const isEnd = word === undefined;
    return new Refusal({
      what: isEnd && what !== 'open-bracket' ? 'ends-early' : what,
      at: isEnd ? this.#end : word.at,
      end: isEnd ? this.#end : word.end,
      seen: isEnd ? '' : word.text,
      allowed,
    });
  }
}

const isSign = (word: Word, ...signs: readonly string[]): boolean =>
  word.kind === 'sign' && signs.includes(word.text);

const isWord = (word: Word, text: string): boolean =>
  word.kind === 'word' && word.text.toLowerCase() === text && /^[a-z]/u.test(text);

const negatedIf = (isNegated: boolean, filter: Filter): Filter =>
  isNegated ? { op: 'not', of: filter } : filter;

const multiples: Readonly<Record<string, number>> = {
  k: 1_024,
  m: 1_048_576,
  g: 1_073_741_824,
};

const times: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3_600 };

function numberIn(text: string, unit: 'bytes' | 'seconds' | undefined): number | undefined {
  if (/^0x[0-9a-f]+$/iu.test(text)) return Number.parseInt(text, 16);
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/iu.exec(text);
  if (match === null) return undefined;
  const suffix = (match[2] ?? '').toLowerCase();
  const value = Number(match[1]);
  if (suffix === '') return value;
  if (unit === 'bytes') return scaled(value, multiples[suffix.replace(/i?b$/u, '')]);
  return unit === 'seconds' ? scaled(value, times[suffix]) : undefined;
}

const scaled = (value: number, by: number | undefined): number | undefined =>
  by === undefined ? undefined : value * by;

const hexOfText = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
