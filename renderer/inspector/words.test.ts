import { describe, expect, it } from 'vitest';

import { fieldNames } from '../../shared/protocol/filter/fields.ts';
import { messageOf, typeNames } from '../../shared/protocol/catalog.ts';
import { itemOf, metadataOf, nestedObject, propertiesOf } from '../../shared/protocol/catalog/schema.ts';
import { dissect, leavesOf } from '../../shared/protocol/dissect.ts';
import { headerFields } from '../../shared/protocol/header.ts';
import { busyCapture } from '../testing/capture-session.ts';
import { byteAtColumn, hexColumn, rowBytes, runsOf, stretchesOf, textColumn } from './frame/hex-rows.ts';
import { coloursOf, fieldAt, nodeAt, openedFor, rowsOfTree } from './frame/tree.ts';
import { FrameBytes } from './data/frame-bytes.ts';
import { combined, narrowed, withChip } from './filter/combine.ts';
import { inspectorText } from './text.ts';
import { chineseMeanings } from './meanings-zh.ts';
import { phrasesOf, summaryIn } from './phrases.ts';
import { needleOf, placeOfBytes } from './panels/FindBar.tsx';
import { span } from './list/words.ts';

type Schema = Parameters<typeof propertiesOf>[0];

const meaningsOf = (schema: Schema, depth = 0): readonly string[] =>
  depth > 4
    ? []
    : propertiesOf(schema).flatMap((property) => {
        const nested = nestedObject(property.schema);
        const item = itemOf(property.schema, 0);
        return [
          property.meaning,
          ...(nested === undefined ? [] : meaningsOf(nested, depth + 1)),
          ...(item === undefined ? [] : [metadataOf(item).meaning, ...meaningsOf(item, depth + 1)]),
        ];
      });

const fieldMeanings = (
  fields: readonly { readonly meaning: string; readonly fields?: unknown }[],
): readonly string[] =>
  fields.flatMap((field) => [
    field.meaning,
    ...(Array.isArray(field.fields) ? fieldMeanings(field.fields as typeof fields) : []),
  ]);

describe('words in Chinese', () => {
  it('there are some for all fields of the catalog', () => {
    const all = [
      ...headerFields.map(({ meaning }) => meaning),
      ...typeNames.flatMap((name) => {
        const message = messageOf(name);
        return message.payload === 'json' ? meaningsOf(message.schema) : fieldMeanings(message.fields);
      }),
    ];
    expect([...new Set(all)].filter((meaning) => meaning !== '' && !(meaning in chineseMeanings))).toEqual(
      [],
    );
  });

  it('keep numbers and names of a summary', () => {
    const script = busyCapture();
    const zh = script.records
      .filter(({ kind }) => kind === 'frame')
      .map((record) => summaryIn('zh', record, script.payloads.get(record.number) ?? new Uint8Array(0)));
    expect(zh).toContain('文件 2，从 262144 起 262144 字节');
    expect(zh.filter((words) => /\b(?:bytes|file|files|entries|page)\b/u.test(words))).toEqual([]);
  });

  it('explain a value behind a colon', () => {
    const header = new Uint8Array([0x48, 0x58, 0x44, 0x31, 0, 0, 0, 0, 0x03, 0, 0, 0, 0, 0, 0, 0]);
    const leaves = leavesOf(dissect(header, [], phrasesOf.zh));
    expect(leaves.find(({ name }) => name === 'type')?.meaning).toBe('消息类型：PING');
  });

  it('name every field of the filter', () => {
    expect(Object.keys(inspectorText.zh.filter.fields)).toEqual([...fieldNames]);
  });
});

describe('the dump', () => {
  it('finds at each place the byte that is drawn there', () => {
    for (let index = 0; index < rowBytes; index += 1) {
      expect([byteAtColumn(hexColumn(index)), byteAtColumn(hexColumn(index) + 1.9)]).toEqual([index, index]);
      expect(byteAtColumn(textColumn(index) + 0.5)).toBe(index);
    }
    expect(byteAtColumn(3)).toBeUndefined();
  });

  it('writes a row of zeros as one run', () => {
    const { hex, text } = runsOf(new Uint8Array(16));
    expect([hex.length, text[0]?.text]).toEqual([1, '.'.repeat(16)]);
    expect(hex[0]?.text).toHaveLength(48);
  });

  it('marks a range that ends in the middle of a row', () => {
    expect(stretchesOf(14, 35, 0, 10)).toEqual([
      { row: 0, from: 14, to: 15 },
      { row: 1, from: 0, to: 15 },
      { row: 2, from: 0, to: 2 },
    ]);
  });
});

describe('field and bytes', () => {
  const script = busyCapture();
  const frames = script.records.filter(({ kind }) => kind === 'frame');
  const bytesOf = (record: (typeof frames)[number]): Uint8Array => {
    const frame = new FrameBytes({} as ConstructorParameters<typeof FrameBytes>[0], 'live', record);
    const payload = script.payloads.get(record.number) ?? new Uint8Array(0);
    return Uint8Array.of(...frame.slice(0, 16), ...payload);
  };

  it('each byte leads to a field that holds it, and that field can be shown', () => {
    for (const record of frames) {
      const bytes = bytesOf(record);
      const tree = dissect(bytes);
      for (let offset = 0; offset < bytes.length; offset += 1) {
        const { node, path, above } = fieldAt(tree, offset);
        expect(offset >= node.offset && offset < node.offset + node.length).toBe(true);
        expect(nodeAt(tree, path)).toBe(node);
        const rows = rowsOfTree(tree, openedFor(tree, above, new Set()));
        expect(rows.some((row) => row.path === path)).toBe(true);
      }
    }
  });

  it('washes cover the coloured leaves and no byte twice', () => {
    const tree = dissect(bytesOf(frames[0] as (typeof frames)[number]));
    const ranges = coloursOf(tree);
    expect(ranges.length).toBe(leavesOf(tree).filter(({ colour }) => colour !== undefined).length);
    expect(ranges.every(({ from }, index) => index === 0 || from >= (ranges[index - 1]?.to ?? 0))).toBe(true);
  });
});

describe('filter parts', () => {
  it('a chip takes the place of the one that it contradicts', () => {
    expect(withChip(['in', 'bulk'], 'out')).toEqual(['bulk', 'out']);
    expect(withChip(['out'], 'out')).toEqual([]);
  });

  it('all parts must fit, and a wrong one is left out', () => {
    expect(combined(['dir == in', 'type == NONSENSE', 'conn == 2'])).toMatchObject({ op: 'and' });
    expect(combined([])).toBeUndefined();
    expect(narrowed('a == 1 || b == 2', 'time in 1..2')).toBe('(a == 1 || b == 2) && time in 1..2');
  });
});

describe('the search', () => {
  it('takes hex however it is spaced, and nothing that is none', () => {
    expect(needleOf('48:58 44 0x31', 'hex')).toBe('48584431');
    expect(needleOf('4', 'hex')).toBeUndefined();
    expect(needleOf('粘', 'text')).toBe('e7b298');
  });

  it('finds letters in either case only when asked', () => {
    const bytes = new TextEncoder().encode('say HALLÖCHEN');
    const needle = new TextEncoder().encode('hallö');
    expect(placeOfBytes(bytes, needle, true)).toEqual({ from: 4, to: 10 });
    expect(placeOfBytes(bytes, needle, false)).toBeUndefined();
  });
});

describe('spans of time', () => {
  it('have three digits that mean something', () => {
    expect([0.412, 4.2137, 999.6, 4_213.6].map(span)).toEqual(['412 µs', '4.21 ms', '1.000 s', '4.214 s']);
  });
});
