// The journeys of the window, in every shell that can run them: `npx playwright test --project=browser e2e/ui/send.test.ts`.
// They run the programs in dist/, which `npm test` and `npm run build` make.

import { defineConfig } from '@playwright/test';

import { chromiumNeed, chromiumOptions } from './e2e/support/chromium.ts';
import { electronNeed } from './e2e/support/electron-runtime.ts';
import type { ShellName, ShellOptions } from './e2e/ui/support/fixtures.ts';

const chromium = chromiumNeed('people can use the window: all its journeys');
const electron = electronNeed(
  'the journeys of the window hold on a real Electron: sandbox, native menus, MessagePorts',
);

const shell = (name: ShellName): { readonly shell: ShellOptions } => {
  const { reason, path } = name === 'electron' ? electron : chromium;
  return { shell: { name, lacking: reason, executable: path } };
};

/** A journey through what the desktop shell does not have, or not in the shim: dialogs of a browser, its downloads. */
const onlyInBrowser = /@browser/u;
/** The page alone, which is the same in every shell: in the browser and on a real Electron, not a third time on the shim. */
const onlyOfPage = /@page/u;

export default defineConfig<object, { shell: ShellOptions }>({
  testDir: 'e2e',
  outputDir: 'test-results/journeys',
  // A browser and two devices each: more than two would wait for each other on most machines.
  workers: 2,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  // A trace costs a third of the time. So what fails runs once more with one, and has failed all the same.
  retries: 1,
  failOnFlakyTests: true,
  timeout: 60_000,
  // What takes this long hangs: better told by the locator that waited than by the end of the test.
  expect: { timeout: 15_000 },
  use: {
    actionTimeout: 15_000,
    launchOptions: chromiumOptions(chromium.path),
    screenshot: 'only-on-failure',
    trace: 'on-first-retry',
  },
  projects: [
    { name: 'browser', testMatch: 'ui/*.test.ts', use: shell('browser') },
    {
      name: 'shim',
      testMatch: ['ui/*.test.ts', 'desktop/*.test.ts'],
      grepInvert: [onlyInBrowser, onlyOfPage],
      use: shell('shim'),
    },
    {
      name: 'electron',
      testMatch: ['ui/*.test.ts', 'desktop/*.test.ts'],
      testIgnore: 'desktop/shim.test.ts',
      grepInvert: onlyInBrowser,
      use: shell('electron'),
    },
  ],
});
