// The program that measures, started by run.ts, which tells it what to do in one message and ends it when it must.

import { rmSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, release } from 'node:os';
import { runCaptureCase, runFileCase, runFilesCase, runMemoryCase } from './cases.ts';
import { buildPrograms } from './contestants/node-programs.ts';
import type { Options } from './options.ts';
import { environmentLines, measurementsJson, outcomeTable, peakTable, targetTable } from './report.ts';
import type { Measurements } from './results.ts';
import { runUploadCase } from './upload.ts';

export interface Assignment {
  readonly options: Options;
  readonly workspace: string;
  /** The workspace is on a tmpfs. */
  readonly inMemory: boolean;
  readonly network: string;
}

async function measure({ options, workspace, inMemory, network }: Assignment): Promise<void> {
  const measurements: Measurements = {
    environment: {
      node: process.version,
      system: `${process.platform} ${release()} ${arch()}`,
      processors: availableParallelism(),
      network,
      storage: inMemory ? 'tmpfs' : 'the temporary folder, not in memory: figures depend on the disk',
    },
    outcomes: [],
    memoryOutcomes: [],
  };
  console.log(environmentLines(measurements.environment));
  const place = { workspace, inMemory, programs: await buildPrograms(workspace) };
  if (options.cases.includes('file')) {
    const outcome = await runFileCase(options, place);
    measurements.outcomes.push(outcome);
    console.log(outcomeTable(outcome));
  }
  if (options.cases.includes('files')) {
    const outcome = await runFilesCase(options, place);
    measurements.outcomes.push(outcome);
    console.log(outcomeTable(outcome));
  }
  if (options.cases.includes('capture')) {
    const outcome = await runCaptureCase(options, place);
    measurements.outcomes.push(outcome);
    console.log(outcomeTable(outcome));
  }
  if (options.cases.includes('memory')) {
    measurements.memoryOutcomes.push(...(await runMemoryCase(options, place)));
  }
  const hasUploaded = !options.cases.includes('upload') || (await runUploadCase(options, place));
  console.log(peakTable(measurements));
  console.log(targetTable(measurements));
  if (options.jsonPath !== undefined) {
    writeFileSync(options.jsonPath, measurementsJson(measurements));
  }
  const failed = [...measurements.outcomes, ...measurements.memoryOutcomes]
    .flatMap(({ entries }) => entries)
    .some(({ kind }) => kind === 'failed');
  process.exitCode = failed || !hasUploaded ? 1 : 0;
}

let finished = false;

process.once('message', (message) => {
  const assignment = message as Assignment;
  process.on('disconnect', () => {
    if (!finished) {
      // run.ts is gone without a chance to tidy up.
      rmSync(assignment.workspace, { recursive: true, force: true });
      process.exit(1);
    }
  });
  measure(assignment)
    .catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    })
    .finally(() => {
      finished = true;
      process.disconnect();
    });
});
