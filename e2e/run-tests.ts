// `npm test`: builds, runs every vitest project, repeats which suites could not run here and why, and closes with one
// line of counts. Arguments go to vitest: `npm test -- --project unit`, `npm test -- e2e/lint`.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skippedFileVariable, type Skipped } from './support/needs.ts';

/** What this script reads of the report of vitest's `json` reporter. */
interface Report {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'hexdrop-tests-'));
const reportFile = join(scratch, 'report.json');
const skippedFile = join(scratch, 'skipped.jsonl');

try {
  process.exitCode = main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function main(): number {
  const built = runTool('tsx/dist/cli.mjs', ['build/programs.ts']);
  if (built !== 0) return built;

  const status = runTool('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ]);
  printSkipped();
  return printCounts(status);
}

function runTool(script: string, args: readonly string[]): number {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, [skippedFileVariable]: skippedFile },
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

/** Returns the exit code. A run that executed no test, or that vitest itself calls failed, never counts as passed. */
function printCounts(status: number): number {
  if (!existsSync(reportFile)) {
    console.log('0 passed, 1 failed, 0 skipped');
    return status === 0 ? 1 : status;
  }
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  let failed = 0;
  for (const file of report.testResults) {
    const inFile = file.assertionResults.filter((test) => test.status === 'failed').length;
    // A file that could not be loaded has failed without a test to show for it.
    failed += file.status === 'failed' ? Math.max(1, inFile) : inFile;
  }
  if (failed === 0 && (status !== 0 || report.numPassedTests === 0)) failed = 1;
  const skipped = report.numPendingTests + report.numTodoTests;
  console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : Math.max(1, status);
}
