import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { displayName } from './display-name.ts';

const ordinary = [
  'report.txt',
  'Résumé (final) [2].pdf',
  're\u0301sume\u0301.pdf',
  'Ångström',
  'данные.csv',
  'αρχείο',
  '文件夹/照片.jpg',
  'スクリーンショット\u3000１.png',
  '한글.txt',
  '\u1112\u1161\u11ab',
  'ملف مهم.pdf',
  'קובץ.txt',
  'หนังสือ',
  'हिन्दी.txt',
  'தமிழ்',
  'Screenshot 3.14\u202fPM.png',
  'no\u00a0break',
  '🎉.png',
  '❤️.txt',
  '☎︎.txt',
  '1️⃣ first',
  '👍🏽',
  '👨‍👩‍👧‍👦 family',
  '🏳️‍🌈',
  '👩🏽‍🚀',
  '❤️‍🔥',
  '🧑‍🦰',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿 Scotland',
  '🇫🇷',
  // Persian and Hindi with joiners where spelling asks for them.
  'می\u200cخواهم.txt',
  'क्\u200dष',
  'ශ්\u200dරී',
  // A variant of a Han character, as in names of people.
  '葛\u{e0100}城',
  'ᠠ\u180b',
  '\ue000',
  '',
];

describe('displayName', () => {
  it.each(ordinary)('leaves %j as it is', (name) => {
    expect(displayName(name)).toBe(name);
  });

  it.each([
    ['controls', 'a\nb\tc\r\u0000', 'a\\u{000a}b\\u{0009}c\\u{000d}\\u{0000}'],
    ['terminal escapes', '\u001b[2J', '\\u{001b}[2J'],
    ['DEL and C1 controls', '\u007f\u0085\u009b', '\\u{007f}\\u{0085}\\u{009b}'],
    ['bidi overrides', 'photo\u202egpj.exe', 'photo\\u{202e}gpj.exe'],
    ['bidi embeddings', '\u202a\u202b\u202c\u202d', '\\u{202a}\\u{202b}\\u{202c}\\u{202d}'],
    ['bidi isolates', '\u2066\u2067\u2068\u2069', '\\u{2066}\\u{2067}\\u{2068}\\u{2069}'],
    ['bidi marks', '\u200e\u200f\u061c', '\\u{200e}\\u{200f}\\u{061c}'],
    ['zero-width characters', 'a\u200bb\u2060c\ufeff', 'a\\u{200b}b\\u{2060}c\\u{feff}'],
    ['joiners between Latin letters', 'in\u200cvo\u200dice', 'in\\u{200c}vo\\u{200d}ice'],
    ['a joiner at the end of an emoji', '🎉\u200d.txt', '🎉\\u{200d}.txt'],
    ['a joiner before an emoji', 'a\u200d🎉', 'a\\u{200d}🎉'],
    ['soft hyphens and other ignorables', 'a\u00adb\u034fc\u180ed', 'a\\u{00ad}b\\u{034f}c\\u{180e}d'],
    [
      'fillers that look like nothing',
      '\u3164\uffa0\u115f\u1160\u2800',
      '\\u{3164}\\u{ffa0}\\u{115f}\\u{1160}\\u{2800}',
    ],
    ['line and paragraph separators', 'a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
    ['lone surrogates', 'a\ud800b\udc00', 'a\\u{d800}b\\u{dc00}'],
    ['variation selectors on letters', 'a\ufe0fb\ufe00c\u{e0100}', 'a\\u{fe0f}b\\u{fe00}c\\u{e0100}'],
    ['a keycap that is none', '1\ufe0f2', '1\\u{fe0f}2'],
    ['tags without a flag', 'a\u{e0041}\u{e007f}', 'a\\u{e0041}\\u{e007f}'],
    ['a flag without its end', '🏴\u{e0067}\u{e0062}', '🏴\\u{e0067}\\u{e0062}'],
    ['annotation controls', '\ufff9a\ufffb', '\\u{fff9}a\\u{fffb}'],
    ['noncharacters', '\uffff\ufdd0', '\\u{ffff}\\u{fdd0}'],
  ])('escapes %s', (_what, name, shown) => {
    expect(displayName(name)).toBe(shown);
  });

  it('never lets through what could steer a terminal or hide', () => {
    const steering =
      // eslint-disable-next-line no-control-regex -- it must hold none
      /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u061c\u2028-\u202e\u2060-\u206f\ufeff\p{Cs}]/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(displayName(name)).not.toMatch(steering);
      }),
      { numRuns: 2000 },
    );
    const all = Array.from({ length: 0x1_1000 }, (_, point) => `a${String.fromCodePoint(point)}b`);
    expect(all.filter((name) => steering.test(displayName(name)))).toEqual([]);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(displayName(displayName(name))).toBe(displayName(name));
      }),
    );
  });

  it('is quick with long names made to slow it down', () => {
    for (const unit of ['\u200d', '🏴\u{e0067}', '👍🏽\u200d', '1\ufe0f', 'क्\u200d']) {
      // Whoever compares each character with all before it does not come back from these.
      const long = unit.repeat(300_000);
      expect(displayName(long).length).toBeGreaterThanOrEqual(long.length);
    }
  });
});
