import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

import { withFilterTable } from './filter-docs.ts';
import { parseFilter } from '../../shared/protocol/filter/parse.ts';

const page = readFileSync(new URL('../INSPECTOR.md', import.meta.url), 'utf8');

it('docs/INSPECTOR.md lists the fields as they are (else: npm run docs)', () => {
  expect(withFilterTable(page)).toBe(page);
});

it('every example of docs/INSPECTOR.md is a filter', () => {
  const block = /```text\n([\s\S]*?)```/u.exec(page)?.[1] ?? '';
  const examples = block.split('\n').filter((line) => line !== '');
  expect(examples.length).toBeGreaterThan(6);
  for (const example of examples) {
    const [filter = ''] = example.split(/ {3,}/u);
    expect({ filter, ok: parseFilter(filter).ok }).toEqual({ filter, ok: true });
  }
});
