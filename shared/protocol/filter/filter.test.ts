import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CaptureRecord } from '../../model/capture.ts';
import { typeNames, typeNumber } from '../catalog.ts';
import { completionsAt } from './complete.ts';
import { byteTermsOf, predicateOf } from './evaluate.ts';
import { fieldNames, fieldOf } from './fields.ts';
import type { FieldName } from './fields.ts';
import { parseFilter } from './parse.ts';
import { printFilter } from './syntax.ts';
import type { Comparison, Filter } from './syntax.ts';

const row = (changes: Partial<CaptureRecord> = {}): CaptureRecord => ({
  number: 1,
  kind: 'frame',
  timeMs: 0,
  connection: 1,
  direction: 'in',
  secure: false,
  type: typeNumber.DATA,
  flags: 0,
  channel: 0,
  id: 1,
  length: 100,
  kept: 100,
  offset: 0,
  chunk: 1,
  chunkClass: 'exact',
  isBlanked: false,
  hasGaps: false,
  isCutOff: false,
  span: 116,
  places: 0,
  ...changes,
});

const world = {
  peerTexts: (connection: number) => [`Peer ${connection}`, `10.0.0.${connection}`],
  isMarked: (record: number) => record === 7,
  holds: (record: number, hex: string) => record === 3 && hex === '4858',
};

const parsed = (text: string): Filter => {
  const result = parseFilter(text);
  if (!result.ok || result.filter === undefined) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result.filter;
};

const fits = (text: string, changes: Partial<CaptureRecord> = {}): boolean =>
  predicateOf(parsed(text), world)(row(changes));

describe('a filter', () => {
  it('takes everything when it is empty', () => {
    expect(parseFilter('   ')).toEqual({ ok: true });
  });

  it.each([
    ['type == DATA', {}, true],
    ['type:data', {}, true],
    ['DATA', {}, true],
    ['PACK', {}, false],
    ['type in {OFFER, ACCEPT, DATA}', {}, true],
    ['type != DATA', {}, false],
    ['dir == in', {}, true],
    ['dir:out', {}, false],
    ['len > 64k', { length: 65_537 }, true],
    ['len > 64k', { length: 65_536 }, false],
    ['len in 100..200', {}, true],
    ['len in 101..200', {}, false],
    ['len >= 0x64', {}, true],
    ['time > 20ms', { timeMs: 21 }, true],
    ['time < 1.5', { timeMs: 1_499 }, true],
    ['time < 2m', { timeMs: 119_000 }, true],
    ['id == 1 && conn == 1', {}, true],
    ['id == 2 || conn == 1', {}, true],
    ['id == 2 or !(conn == 2) and DATA', {}, true],
    ['DATA dir:in', {}, true],
    ['DATA dir:out', {}, false],
    ['not DATA', {}, false],
    ['peer contains "peer 1"', {}, true],
    ['peer == 10.0.0.1', {}, true],
    ['peer contains 10.0.0.2', {}, false],
    ['chunk == sticky', { chunkClass: 'sticky' }, true],
    ['chunk in {half, both}', { chunkClass: 'both' }, true],
    ['tls', { secure: true }, true],
    ['!tls', { secure: true }, false],
    ['last', { flags: 2 }, true],
    ['cut', { kept: 5 }, true],
    ['marked', { number: 7 }, true],
    ['bytes contains 48:58', { number: 3 }, true],
    ['bytes contains 4858', { number: 4 }, false],
    ['kind == event', { kind: 'event' }, true],
    ['event == tls', { kind: 'event', type: 3 }, true],
    ['id != 9', { kind: 'event' }, false],
    ['n in 1..3', { number: 3 }, true],
  ] as const)('%s of %j is %s', (text, changes, expected) => {
    expect(fits(text, changes)).toBe(expected);
  });

  it('binds and tighter than or, and not tighter than both', () => {
    expect(printFilter(parsed('DATA || PACK && !END'))).toBe('type == DATA || type == PACK && !type == END');
    expect(parsed('DATA || PACK && END')).toMatchObject({ op: 'or', right: { op: 'and' } });
  });

  it('looks for a bare text in the bytes, in either case', () => {
    expect(parsed('"HX"')).toEqual({ op: 'bytes', hex: '4858', ignoreCase: true });
    expect(byteTermsOf(parsed('"a" && !"a" || bytes contains 61'))).toHaveLength(2);
  });

  it.each([
    ['typ == DATA', 'unknown-field', 0, 3],
    ['type == DATE', 'unknown-word', 8, 12],
    ['len > many', 'bad-number', 6, 10],
    ['len >', 'ends-early', 5, 5],
    ['len 5', 'no-comparison', 4, 5],
    ['type > DATA', 'no-comparison', 5, 6],
    ['(DATA', 'open-bracket', 5, 5],
    ['DATA)', 'unexpected', 4, 5],
    ['peer contains "ab', 'open-quote', 14, 17],
    ['bytes contains 4', 'bad-bytes', 15, 16],
    ['&& DATA', 'unexpected', 0, 2],
    ['type in {DATA', 'open-bracket', 13, 13],
    ['len in 5', 'ends-early', 8, 8],
  ] as const)('%s is refused as %s at its place', (text, what, at, end) => {
    const result = parseFilter(text);
    expect(result.ok ? 'accepted' : result.fault).toMatchObject({ what, at, end });
  });

  it('says which words are allowed', () => {
    const result = parseFilter('chunk == glued');
    expect(result.ok ? [] : result.fault.allowed).toEqual(['exact', 'sticky', 'half', 'both']);
  });

  it('refuses what is nested without end', () => {
    const result = parseFilter(`${'('.repeat(500)}DATA`);
    expect(result.ok ? '' : result.fault.what).toBe('too-deep');
  });
});

const numberField = fc.constantFrom(...fieldNames.filter((name) => fieldOf(name).kind === 'number'));
const wordFields = fieldNames.filter((name) => fieldOf(name).kind === 'word');
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    op: fc.constant('number' as const),
    field: numberField,
    comparison: fc.constantFrom<Comparison>('==', '!=', '<', '<=', '>', '>='),
    value: fc.nat(),
  }),
  fc.record({ op: fc.constant('range' as const), field: numberField, from: fc.nat(), to: fc.nat() }),
  fc.constantFrom<FieldName>(...wordFields).chain((field) =>
    fc
      .uniqueArray(fc.constantFrom(...(fieldOf(field).words as readonly string[])), {
        minLength: 1,
        maxLength: 4,
      })
      .map((words) => ({ op: 'word' as const, field, words })),
  ),
  fc.string({ maxLength: 20 }).map((text) => ({ op: 'text' as const, field: 'peer' as const, text })),
  fc
    .constantFrom<FieldName>('tls', 'last', 'cut', 'marked')
    .map((field) => ({ op: 'truth' as const, field })),
  fc
    .uint8Array({ minLength: 1, maxLength: 8 })
    .map((bytes) => ({ op: 'bytes' as const, hex: Buffer.from(bytes).toString('hex'), ignoreCase: false })),
);
const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.record({ op: fc.constant('not' as const), of: tie('filter') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      left: tie('filter'),
      right: tie('filter'),
    }),
  ),
})).filter;

const rows = fc.record({
  number: fc.integer({ min: 1, max: 9 }),
  kind: fc.constantFrom('frame', 'event', 'loose', 'gap'),
  timeMs: fc.nat(5_000),
  connection: fc.nat(3),
  direction: fc.constantFrom('in', 'out'),
  secure: fc.boolean(),
  type: fc.constantFrom(...typeNames.map((name) => typeNumber[name])),
  flags: fc.nat(3),
  channel: fc.nat(4),
  id: fc.nat(9),
  length: fc.nat(300_000),
  kept: fc.nat(300),
  offset: fc.nat(),
  chunk: fc.nat(9),
  chunkClass: fc.constantFrom('exact', 'sticky', 'half', 'both'),
  isBlanked: fc.boolean(),
}) as fc.Arbitrary<CaptureRecord>;

describe('every filter', () => {
  it('reads again as what it was written from', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(parseFilter(printFilter(filter))).toEqual({ ok: true, filter });
      }),
      { numRuns: 500 },
    );
  });

  it('fits a row or its negation does, never both', () => {
    fc.assert(
      fc.property(filters, rows, (filter, each) => {
        const is = predicateOf(filter, world)(each);
        expect(predicateOf({ op: 'not', of: filter }, world)(each)).toBe(!is);
      }),
    );
  });

  it('is whole or has a fault within its text, whatever was typed', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(
          fc.constantFrom(
            'type',
            '==',
            'DATA',
            '(',
            ')',
            '&&',
            '!',
            'in',
            '{',
            '}',
            ',',
            '"x',
            'len',
            '5',
            '..',
          ),
        )
        .map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const result = parseFilter(text);
        if (result.ok) return;
        expect(result.fault.at).toBeGreaterThanOrEqual(0);
        expect(result.fault.at).toBeLessThanOrEqual(result.fault.end);
        expect(result.fault.end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('completion', () => {
  const offered = (text: string): readonly string[] =>
    completionsAt(text, text.length).map(({ insert }) => insert);

  it.each([
    ['', 'type'],
    ['ty', 'type'],
    ['DA', 'DATA'],
    ['type ', '=='],
    ['type == ', 'OFFER'],
    ['type == OF', 'OFFER'],
    ['type in {DATA, ', 'PACK'],
    ['chunk:', 'sticky'],
    ['dir:in ', '&&'],
    ['dir:in && ', 'len'],
    ['tls ', '||'],
  ])('after %j offers %s', (text, expected) => {
    expect(offered(text)).toContain(expected);
  });

  it('offers nothing inside of a quoted text', () => {
    expect(offered('peer contains "ty')).toEqual([]);
  });

  it('puts words in place of what was begun', () => {
    expect(completionsAt('dir:in && ch', 12)).toMatchObject([
      { insert: 'chunk', from: 10, to: 12 },
      { insert: 'channel', from: 10, to: 12 },
    ]);
  });

  it('leads to filters that are whole, however they are put together', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), (choices) => {
        let text = '';
        for (const choice of choices) {
          const offers = completionsAt(text, text.length).filter(({ insert }) => insert !== 'in');
          const taken = offers[choice % Math.max(1, offers.length)];
          text = taken === undefined ? `${text}1 ` : `${text.slice(0, taken.from)}${taken.insert} `;
        }
        const result = parseFilter(text);
        expect(result.ok || ['ends-early', 'no-value', 'bad-bytes'].includes(result.fault.what)).toBe(true);
      }),
    );
  });
});
