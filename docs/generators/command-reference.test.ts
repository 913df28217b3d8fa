import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

import { withCommandReference } from './command-reference.ts';

it('docs/CLI.md lists commands and options as they are (else: npm run docs)', () => {
  const page = readFileSync(new URL('../CLI.md', import.meta.url), 'utf8');
  expect(withCommandReference(page)).toBe(page);
});
