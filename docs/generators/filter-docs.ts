/** The table of fields of docs/INSPECTOR.md, from the one table that the parser goes by. */

import { fieldNames, fieldOf } from '../../shared/protocol/filter/fields.ts';

const comparisons = {
  number: '`==` `!=` `<` `<=` `>` `>=`, `in a..b`',
  word: '`==` `!=`, `in {a, b}`',
  text: '`contains`, `==`, `!=`',
  truth: 'stands alone',
  bytes: '`contains`',
} as const;

const units = { bytes: ' Takes `64k`, `1M`.', seconds: ' Takes `1.5`, `20ms`, `2m`.' } as const;

/** More words than these are listed elsewhere. */
const shownWords = 9;

const markers = /<!-- generated:filter-fields -->\n[\s\S]*?<!-- end:filter-fields -->/u;

function filterTable(): string {
  const rows = fieldNames.map((name) => {
    const { kind, meaning, words = [], unit } = fieldOf(name);
    const listed =
      words.length > 0 && words.length <= shownWords
        ? `: ${words.map((word) => `\`${word}\``).join(', ')}.`
        : '.';
    return `| \`${name}\` | ${comparisons[kind]} | ${meaning}${listed}${unit === undefined ? '' : units[unit]} |`;
  });
  return ['| field | compared by | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Throws when the page has no place for the table. */
export function withFilterTable(page: string): string {
  if (!markers.test(page)) throw new Error('The page has no place for the table of fields.');
  return page.replace(
    markers,
    `<!-- generated:filter-fields -->\n\n${filterTable()}\n\n<!-- end:filter-fields -->`,
  );
}
