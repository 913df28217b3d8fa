/** The browser of journeys and pictures: Debian's Chromium, which Playwright drives and never downloads. */

import type { LaunchOptions } from '@playwright/test';

import { needs } from './needs.ts';
import type { Need } from './needs.ts';

export const chromiumNeed = (proves: string): Need => needs('chromium', proves);

/** @param path of the executable */
export const chromiumOptions = (path: string): LaunchOptions => ({
  executablePath: path,
  // Chromium does not start its sandbox as root.
  chromiumSandbox: process.getuid?.() !== 0,
  args: ['--disable-background-networking'],
});
