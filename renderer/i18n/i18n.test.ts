import { describe, expect, it } from 'vitest';

import { errorTable } from '../../shared/errors/errors.ts';
import { codeOf, errorSentence } from './errors.ts';
import { formats } from './format.ts';
import { type Catalog, languageOf } from './language.ts';

const modules = import.meta.glob<Record<string, Catalog<Record<string, unknown>>>>(
  ['../**/*text.ts', './common.ts'],
  {
    eager: true,
  },
);
const catalogs = Object.entries(modules).flatMap(([path, module]) =>
  Object.entries(module)
    .filter(([, value]) => typeof value === 'object' && value !== null && 'en' in value && 'zh' in value)
    .map(([name, catalog]) => [`${path} ${name}`, catalog] as const),
);

type Leaf = string | ((...args: unknown[]) => string);

const leavesOf = (texts: object, at = ''): readonly (readonly [string, Leaf])[] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? leavesOf(value as object, `${at}${key}.`)
      : [[`${at}${key}`, value as Leaf] as const],
  );

/** A number serves as any argument of a text: it is put into a string. */
const said = (leaf: Leaf): string => (typeof leaf === 'string' ? leaf : leaf(3, 4, 5, 6));

describe('catalogs', () => {
  it('are found', () => {
    expect(catalogs.length).toBeGreaterThan(1);
  });

  it.each(catalogs)('%s has the same keys in both languages', (_, { en, zh }) => {
    const keys = (texts: object) => leavesOf(texts).map(([key]) => key);
    expect(keys(zh).toSorted()).toEqual(keys(en).toSorted());
  });

  it.each(catalogs)('%s leaves nothing empty, and no number out', (_, { en, zh }) => {
    for (const [key, leaf] of [...leavesOf(en), ...leavesOf(zh)]) {
      expect({ key, isEmpty: said(leaf).trim() === '' }).toEqual({ key, isEmpty: false });
      expect(`${key}: ${said(leaf)}`).not.toMatch(/undefined|NaN|\[object/u);
    }
  });

  it.each(catalogs)('%s says sentences in Chinese', (_, { en, zh }) => {
    const english = new Map(leavesOf(en));
    for (const [key, leaf] of leavesOf(zh)) {
      // A word may be the same (Hexdrop, TCP, PIN); a sentence may not.
      const isSame = said(english.get(key) ?? '') === said(leaf);
      const isSentence = /[a-z]+( [a-z]+){3}/iu.test(said(leaf));
      expect({ key, isUntranslated: isSame && isSentence }).toEqual({ key, isUntranslated: false });
    }
  });
});

describe('sentences for errors', () => {
  const codes = [...Object.keys(errorTable), 'link-lost', 'link-mismatch', 'abandoned'];

  it.each(codes)('%s has one with a way forward in both languages', (code) => {
    const unknown = { en: errorSentence('en', 'internal'), zh: errorSentence('zh', 'internal') };
    const en = errorSentence('en', code);
    const zh = errorSentence('zh', code);
    if (code !== 'internal') {
      expect(en).not.toBe(unknown.en);
      expect(zh).not.toBe(unknown.zh);
    }
    // What happened, and then what to do.
    expect(en).toMatch(/^[A-Z].*[.;:].+\.$/u);
    expect(zh).toMatch(/\p{Script=Han}.*[。，：；].+。$/u);
  });

  it('an unknown code reads as internal, and so does anything thrown without one', () => {
    expect(errorSentence('en', 'toString')).toBe(errorSentence('en', 'internal'));
    expect(codeOf(new Error('x'))).toBe('internal');
    expect(codeOf({ code: 'disk-full' })).toBe('disk-full');
  });
});

describe('language', () => {
  it.each([
    ['zh-CN', 'zh'],
    ['zh-TW', 'zh'],
    ['en-GB', 'en'],
    ['de', 'en'],
  ])('the system’s %s is shown as %s', (tag, language) => {
    expect(languageOf('system', [tag])).toBe(language);
  });

  it('a chosen language wins over the system', () => {
    expect(languageOf('en', ['zh-CN'])).toBe('en');
  });
});

describe('formats', () => {
  const { en, zh } = formats;

  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [999, '999 B'],
    [1_000, '1.00 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [12_345_678, '12.3 MB'],
    [8_640_000_000, '8.64 GB'],
  ])('%d bytes are %s', (bytes, shown) => {
    expect(en.bytes(bytes)).toBe(shown);
  });

  it('a part is never shown as the whole', () => {
    expect(en.percent(0.999)).toBe('99%');
    expect(en.percent(1)).toBe('100%');
  });

  it('durations take the two largest units', () => {
    expect(en.duration(3_725)).toBe('1 hr 2 min');
    expect(en.duration(48)).toBe('48 sec');
    expect(en.duration(0)).toBe('0 sec');
    expect(zh.duration(61)).toMatch(/1.*分钟.*1.*秒/u);
  });

  it('times that no calendar has are a dash', () => {
    for (const at of [9e15, -9e15, Number.NaN]) {
      expect([en.moment(at), en.date(at), en.clock(at), zh.moment(at)]).toEqual(['–', '–', '–', '–']);
    }
    expect(en.moment(8.64e15)).not.toBe('–');
  });

  it('plurals choose the form of the language', () => {
    const forms = { one: '# file', other: '# files' };
    expect(en.plural(1, forms)).toBe('1 file');
    expect(en.plural(1_284, forms)).toBe('1,284 files');
    expect(zh.plural(1, { other: '# 个文件' })).toBe('1 个文件');
  });
});
