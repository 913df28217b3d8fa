// The benchmark's command line: what can be asked for, how sizes are written, and the text of --help.

import { parseArgs } from 'node:util';

export const caseNames = ['file', 'files', 'memory', 'capture', 'upload'] as const;
export type CaseName = (typeof caseNames)[number];

export interface Options {
  readonly cases: readonly CaseName[];
  readonly rounds: number;
  readonly fileBytes: number;
  readonly fileCount: number;
  /** Names of contestants; undefined means all of them. */
  readonly only: readonly string[] | undefined;
  readonly jsonPath: string | undefined;
}

export class UsageError extends Error {}

export const help = `npm run bench -- [options]

  --case NAMES      file, files, memory, capture, upload; more than one with commas (default: all)
  --rounds N        rounds; every contestant runs once a round (default: 5)
  --size SIZE       size of the one file, such as 512MiB or 4GiB (default: 4GiB)
  --files N         how many files of 4 KiB (default: 10000)
  --only NAMES      only these contestants, with commas
  --json FILE       also write every run and ratio to FILE
  --help            this text

Works in memory (/dev/shm): 4GiB needs about 10 GiB of it. As root, in a network namespace of its own.`;

const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)(?:iB|B)?$/i.exec(text);
  const unit = match === null ? undefined : units[(match[2] ?? '').toUpperCase()];
  if (match === null || unit === undefined) {
    throw new UsageError(`"${text}" is not a size: write it like 512MiB or 4GiB`);
  }
  return Math.round(Number(match[1]) * unit);
}

function parseCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new UsageError(`${name} takes a whole number from 1 on, not "${text}"`);
  }
  return count;
}

function parseNames(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((name) => name.trim());
}

function isCaseName(name: string): name is CaseName {
  return (caseNames as readonly string[]).includes(name);
}

/** Returns 'help' when the text was asked for. Throws UsageError; `knownContestants` are what --only may name. */
export function parseOptions(argv: readonly string[], knownContestants: readonly string[]): Options | 'help' {
  const { values } = parseOrExplain(argv);
  if (values.help) {
    return 'help';
  }
  const cases = parseNames(values.case) ?? caseNames;
  const unknownCase = cases.find((name) => !isCaseName(name));
  if (unknownCase !== undefined) {
    throw new UsageError(`there is no case "${unknownCase}": ${caseNames.join(', ')}`);
  }
  const only = parseNames(values.only);
  const unknown = only?.find((name) => !knownContestants.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no contestant "${unknown}": ${knownContestants.join(', ')}`);
  }
  return {
    cases: cases.filter(isCaseName),
    rounds: parseCount('--rounds', values.rounds),
    fileBytes: parseSize(values.size),
    fileCount: parseCount('--files', values.files),
    only,
    jsonPath: values.json,
  };
}

function parseOrExplain(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        case: { type: 'string' },
        rounds: { type: 'string', default: '5' },
        size: { type: 'string', default: '4GiB' },
        files: { type: 'string', default: '10000' },
        only: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
