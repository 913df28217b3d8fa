// Runs all contestants of a case by turns, round after round, so that a slow minute of the machine meets all of them.
// Before each run the landing folder is emptied; after it the copy is checked. Both are outside the time.

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Contestant, Job, Station } from './contestants/contestant.ts';
import { installed, Service, timeCommand, type Command } from './processes.ts';
import type { Entry, Outcome, Peak, Run } from './results.ts';
import { sizeOf } from './sources.ts';
import type { WarmMemory } from './warm-memory.ts';

/** A run that needs longer than this has failed. */
const slowestBytesPerSecond = 40 * 2 ** 20;
const slowestFilesPerSecond = 300;
const leastRunMs = 30_000;
const compareMs = 300_000;

export type CaseDescription = Pick<Outcome, 'caseName' | 'title' | 'reference' | 'bytes' | 'files'> & {
  readonly source: string;
  readonly folder: string;
  readonly programs: string;
};

interface Runner {
  readonly contestant: Contestant;
  readonly job: Job;
  readonly station: Station;
  readonly runs: Run[];
  failure: string | undefined;
}

export async function runRounds(
  description: CaseDescription,
  contestants: readonly Contestant[],
  rounds: number,
  warmMemory: WarmMemory | undefined,
): Promise<Outcome> {
  const runners: Runner[] = [];
  const absent: Entry[] = [];
  const services: Service[] = [];
  try {
    for (const contestant of contestants) {
      const started = await startRunner(description, contestant, services);
      if ('station' in started) {
        runners.push(started);
      } else {
        absent.push(started);
      }
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const runner of runners.filter((candidate) => candidate.failure === undefined)) {
        warmMemory?.ensure(description.bytes);
        await runOnce(runner, round);
      }
    }
    return {
      caseName: description.caseName,
      title: description.title,
      reference: description.reference,
      bytes: description.bytes,
      files: description.files,
      entries: [...runners.map(entryOf), ...absent],
      peaks: runners.flatMap((runner) => peakOf(runner, description.title)),
    };
  } finally {
    await Promise.all(services.map((service) => service.end()));
  }
}

async function startRunner(
  description: CaseDescription,
  contestant: Contestant,
  services: Service[],
): Promise<Runner | Entry> {
  const { name } = contestant;
  const reason = contestant.missing();
  if (reason !== undefined) {
    return { kind: 'missing', name, reason };
  }
  const { caseName, source, bytes, files, folder, programs } = description;
  const scratch = join(folder, 'scratch', name);
  const landing = join(folder, 'landing', name);
  mkdirSync(landing, { recursive: true });
  const startService = (command: Command): Service => {
    const service = new Service(command);
    services.push(service);
    return service;
  };
  const job: Job = { caseName, source, bytes, files, landing, scratch, programs, startService };
  try {
    return { contestant, job, station: await contestant.prepare(job), runs: [], failure: undefined };
  } catch (error) {
    return { kind: 'failed', name, reason: messageOf(error) };
  }
}

async function runOnce(runner: Runner, round: number): Promise<void> {
  const { contestant, job, station, runs } = runner;
  try {
    const result = await timeCommand(station.command, runLimitMs(job));
    const report = station.finished?.(result);
    await check(job, round === 1);
    runs.push({ seconds: result.seconds, engineSeconds: report?.engineSeconds });
    console.error(`${job.caseName}, round ${round}: ${contestant.name} ${result.seconds.toFixed(2)} s`);
  } catch (error) {
    runner.failure = messageOf(error);
    console.error(`${job.caseName}, round ${round}: ${contestant.name} failed: ${runner.failure}`);
  }
  for (const name of readdirSync(job.landing)) {
    rmSync(join(job.landing, name), { recursive: true, force: true });
  }
}

function runLimitMs({ bytes, files }: Job): number {
  return leastRunMs + (1000 * bytes) / slowestBytesPerSecond + (1000 * files) / slowestFilesPerSecond;
}

/** Sizes always, every byte when `whole`. */
async function check({ source, bytes, files, landing, caseName }: Job, whole: boolean): Promise<void> {
  const copy = join(landing, basename(source));
  const size = sizeOf(copy);
  if (size.bytes !== bytes || size.files !== files) {
    throw new Error(`wrote ${size.files} files of ${size.bytes} bytes instead of ${files} of ${bytes}`);
  }
  if (whole) {
    const comparison = caseName === 'file' ? ['cmp'] : ['diff', '--recursive', '--brief'];
    const [program = '', ...args] = comparison;
    await timeCommand({ file: installed(program), args: [...args, source, copy] }, compareMs);
  }
}

function entryOf({ contestant: { name }, runs, failure }: Runner): Entry {
  return failure === undefined ? { kind: 'measured', name, runs } : { kind: 'failed', name, reason: failure };
}

function peakOf({ contestant: { name }, station, runs }: Runner, title: string): readonly Peak[] {
  const peaks = runs.length === 0 ? undefined : station.peaks?.();
  return peaks === undefined ? [] : [{ title, name, ...peaks }];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
