import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { messageOf, typeNames } from '../../shared/protocol/catalog.ts';
import { propertiesOf } from '../../shared/protocol/catalog/schema.ts';
import { messageFields } from './message-fields.ts';
import { generatedBlocks, hexDump, withGenerated } from './protocol-docs.ts';
import {
  dataPrefixBytes,
  headerBytes,
  limits,
  manifestEntryBytes,
  manifestPrefixBytes,
  packPrefixBytes,
} from '../../shared/protocol/limits.ts';

const page = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8');

describe('docs/PROTOCOL.md', () => {
  test('has not drifted from the catalog: else run `npm run docs`', () => {
    expect(withGenerated(page)).toBe(page);
  });

  test.each(typeNames)('%s has a section with all its fields', (name) => {
    expect(page).toContain(`#### ${name} (`);
  });

  test('names no section twice, and links to none that is not there', () => {
    const titles = Array.from(page.matchAll(/^#{1,4} (.+)$/gm), ([, title]) => title as string);
    expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
    const anchors = new Set(
      titles.map((title) =>
        title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const links = Array.from(page.matchAll(/\]\(#([^)]+)\)/g), ([, anchor]) => anchor as string);
    expect(links.filter((anchor) => !anchors.has(anchor))).toEqual([]);
  });
});

describe('the generated blocks', () => {
  test('say a meaning for every field and property', () => {
    for (const name of typeNames) {
      const message = messageOf(name);
      const meanings =
        message.payload === 'binary'
          ? message.fields.map((field) => field.meaning)
          : propertiesOf(message.schema).map((property) => property.meaning);
      expect(meanings.filter((meaning) => meaning === '')).toEqual([]);
    }
  });

  test.each([
    ['MANIFEST', `takes ${manifestPrefixBytes} bytes and its \`entries\``],
    ['MANIFEST', `takes ${manifestEntryBytes} bytes and its \`name\``],
    ['DATA', `takes ${dataPrefixBytes} bytes and its \`content\``],
    ['PACK', `takes ${packPrefixBytes} bytes and its \`content\``],
    ['END', `takes ${limits.bulkMarkBytes} bytes.`],
    ['SAME', 'takes 8 bytes.'],
    ['CONTENT', 'takes 16 bytes and its `content`'],
  ] as const)('say how long %s is: %s', (name, sentence) => {
    expect(messageFields(name, messageOf(name))).toContain(sentence);
  });

  test('refuse a page without a place for one of them, and one with an unknown place', () => {
    expect(() => withGenerated('')).toThrow('no place for header');
    expect(() => withGenerated('<!-- generated:weather -->\n<!-- end:weather -->')).toThrow('weather');
    expect(() => withGenerated(page.replace('<!-- end:limits -->', '<!-- end:errors -->'))).toThrow('limits');
  });

  test('hold no table cell that would break its row', () => {
    for (const block of Object.values(generatedBlocks())) {
      for (const rows of block.split('\n\n').filter((part) => part.startsWith('| '))) {
        const widths = rows.split('\n').map((row) => row.split(' | ').length);
        expect(new Set(widths).size).toBe(1);
      }
    }
  });
});

test('hexDump shows a header as exactly one row', () => {
  const bytes = Uint8Array.from({ length: headerBytes + 1 }, (_, at) => 0x41 + at);
  expect(hexDump(bytes)).toBe(
    [
      '0000  41 42 43 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP',
      '0010  51                                                Q',
    ].join('\n'),
  );
});
