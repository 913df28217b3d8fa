// `npm test`: builds, runs every test, by vitest and the journeys of the window by Playwright, repeats which suites could not
// run here and why, and closes with one line of counts over both. Arguments select: `npm test -- --project unit`,
// `npm test -- e2e/ui/send.test.ts`, `npm test -- --project browser --grep=draft`.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skippedFileVariable, type Skipped } from './support/needs.ts';
import { SelectionError, type Selection, selectTests } from './support/test-selection.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What this script reads of the report of vitest's `json` reporter. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** The same of Playwright's. */
interface PlaywrightReport {
  readonly errors: readonly unknown[];
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
}

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'hexdrop-tests-'));
const skippedFile = join(scratch, 'skipped.jsonl');
/** Of a runner that left no report. */
const nothing: Counts = { passed: 0, failed: 1, skipped: 0 };

try {
  process.exitCode = main();
} catch (thrown) {
  if (!(thrown instanceof SelectionError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 2;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function main(): number {
  const { vitest, playwright }: Selection = selectTests(process.argv.slice(2), testFiles());
  const built = runTool('tsx/dist/cli.mjs', ['build/programs.ts']);
  if (built !== 0) return built;

  const counts = [
    ...(vitest === undefined ? [] : [runVitest(vitest)]),
    ...(playwright === undefined ? [] : [runPlaywright(playwright)]),
  ];
  printSkipped();
  const sum = (of: (one: Counts) => number): number => counts.reduce((total, one) => total + of(one), 0);
  const passed = sum((one) => one.passed);
  // Where no test was run nothing has been shown.
  const failed = sum((one) => one.failed) + (passed === 0 ? 1 : 0);
  console.log(`${passed} passed, ${failed} failed, ${sum((one) => one.skipped)} skipped`);
  return failed === 0 ? 0 : 1;
}

/** Relative, with '/'. */
function testFiles(): readonly string[] {
  return ['shared', 'electron', 'renderer', 'build', 'e2e'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.test\.tsx?$/u.test(file))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
  );
}

function runVitest(args: readonly string[]): Counts {
  const file = join(scratch, 'vitest.json');
  const status = runTool('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...args,
  ]);
  const report = reportOf(file) as VitestReport | undefined;
  if (report === undefined) return nothing;
  let failed = 0;
  for (const { status: outcome, assertionResults } of report.testResults) {
    const inFile = assertionResults.filter((test) => test.status === 'failed').length;
    // A file that could not be loaded has failed without a test to show for it.
    failed += outcome === 'failed' ? Math.max(1, inFile) : inFile;
  }
  const { numPassedTests: passed, numPendingTests, numTodoTests } = report;
  return judged({ passed, failed, skipped: numPendingTests + numTodoTests }, status);
}

function runPlaywright(args: readonly string[]): Counts {
  const file = join(scratch, 'playwright.json');
  const status = runTool('@playwright/test/cli.js', ['test', '--reporter=list,json', ...args], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  });
  const report = reportOf(file) as PlaywrightReport | undefined;
  if (report === undefined) return nothing;
  const { expected, unexpected, flaky, skipped } = report.stats;
  return judged({ passed: expected, failed: unexpected + flaky, skipped }, status);
}

/** A run that the runner itself calls failed never counts as passed. */
function judged(counts: Counts, status: number): Counts {
  return counts.failed === 0 && status !== 0 ? { ...counts, failed: 1 } : counts;
}

function reportOf(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function runTool(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): number {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, [skippedFileVariable]: skippedFile, ...env },
  });
  if (result.error !== undefined) throw result.error;
  return result.status ?? 1;
}

function printSkipped(): void {
  if (!existsSync(skippedFile)) return;
  const lines = new Set(readFileSync(skippedFile, 'utf8').trimEnd().split('\n'));
  console.log('Not proved in this run:');
  for (const line of lines) {
    const { proves, reason } = JSON.parse(line) as Skipped;
    console.log(`  ${proves}: ${reason}`);
  }
  console.log('');
}
