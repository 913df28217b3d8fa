/** The browser shell as a program of its own, started by `hexdrop ui`. What it does is program.ts. */

import { join } from 'node:path';

import { createHost } from '../host/host.ts';
import type { UiEnd, UiRequest } from '../host/ui-program.ts';
import { runUi as run } from './program.ts';

/** Beside this program in dist. */
const pageFolder = join(import.meta.dirname, '..', 'renderer');

/** Never rejects. */
export const runUi = (request: UiRequest): Promise<UiEnd> =>
  run(request, { pageFolder, platform: process.platform, createHost });
