/** `npm run docs`: fills the generated parts of docs/PROTOCOL.md from the catalog (shared/protocol/docs.ts). */

import { readFileSync, writeFileSync } from 'node:fs';
import { withGenerated } from '../shared/protocol/docs.ts';

const path = new URL('PROTOCOL.md', import.meta.url);
const before = readFileSync(path, 'utf8');
const after = withGenerated(before);
if (after !== before) writeFileSync(path, after);
console.log(after === before ? 'docs/PROTOCOL.md is up to date' : 'docs/PROTOCOL.md written');
