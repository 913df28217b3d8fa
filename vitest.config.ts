// Three projects. `unit`: beside the code, milliseconds, no build needed. `renderer`: the same in a page's world. `e2e`:
// real processes and other programs on the bundles in dist/, which `npm test` builds first.

import { defineConfig } from 'vitest/config';

/** Quick suites share the cores; vitest alone would leave one of two idle. */
const together = { maxWorkers: 2, sequence: { groupOrder: 0 }, testTimeout: 20_000 } as const;

/** What a test waits for comes, or the test fails: how soon is for the machine to say. */
const patient = { expect: { poll: { timeout: 15_000 } } } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'shared/**/*.test.ts',
            'electron/**/*.test.ts',
            'build/**/*.test.ts',
            'docs/**/*.test.ts',
          ],
          environment: 'node',
          ...together,
          ...patient,
        },
      },
      {
        test: {
          name: 'renderer',
          include: ['renderer/**/*.test.{ts,tsx}'],
          environment: 'happy-dom',
          ...together,
          ...patient,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          // Journeys of the window are Playwright's: playwright.config.ts.
          exclude: ['e2e/ui/**', 'e2e/desktop/**'],
          environment: 'node',
          ...patient,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Files run side by side: each has its own homes, folders, ports and namespaces, and judges no speed.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
