/** What the desktop program is started with in tests. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** No network but loopback. */
export const quietly = ['--host', '127.0.0.1', '--port', '0'] as const;

export function makeHome(folder: string, settings: object = {}): string {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'settings.json'),
    JSON.stringify({ version: 1, discovery: false, language: 'en', ...settings }),
  );
  return home;
}
