/**
 * `npm run docs`: writes what derives from the catalog: the generated parts of docs/PROTOCOL.md
 * (docs/generators/protocol-docs.ts), the fields of the filter in docs/INSPECTOR.md, and the Wireshark dissector (build/wireshark/dissector.ts);
 * and from the lists of the recorded sessions the page that explains them.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { dissectorLua } from '../build/wireshark/dissector.ts';
import { sessionsPage } from '../e2e/wireshark/sessions/page.ts';
import { readRecorded } from '../e2e/wireshark/sessions/sessions.ts';
import { withGenerated } from './generators/protocol-docs.ts';
import { withCommandReference } from './generators/command-reference.ts';
import { withImportRules } from './generators/import-rules.ts';
import { withFilterTable } from './generators/filter-docs.ts';

const pathOf = (name: string): URL => new URL(`../${name}`, import.meta.url);

function write(name: string, make: (before: string) => string): void {
  const path = pathOf(name);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const after = make(before);
  if (after !== before) writeFileSync(path, after);
  console.log(after === before ? `${name} is up to date` : `${name} written`);
}

write('.oxlintrc.json', (before) =>
  withImportRules(before, readFileSync(pathOf('docs/ARCHITECTURE.md'), 'utf8')),
);
write('docs/PROTOCOL.md', withGenerated);
write('docs/INSPECTOR.md', withFilterTable);
write('docs/CLI.md', withCommandReference);
write('build/wireshark/hexdrop.lua', dissectorLua);
write('shared/protocol/vectors/sessions/README.md', () => sessionsPage(readRecorded));
