// What was measured, as plain data, and the arithmetic on it.

export interface Run {
  /** From the start of the client's process to its end. */
  readonly seconds: number;
  /** What the program itself says the transfer took, where it says so. */
  readonly engineSeconds: number | undefined;
}

/** Measured entries of one outcome have the same number of runs; runs with the same index are of the same round. */
export type Entry =
  | { readonly kind: 'measured'; readonly name: string; readonly runs: readonly Run[] }
  | { readonly kind: 'missing'; readonly name: string; readonly reason: string }
  | { readonly kind: 'failed'; readonly name: string; readonly reason: string };

export interface Outcome {
  readonly caseName: 'file' | 'files';
  readonly title: string;
  /** The contestant that the table's ratios refer to. */
  readonly reference: string;
  readonly bytes: number;
  readonly files: number;
  readonly entries: readonly Entry[];
  readonly peaks: readonly Peak[];
}

/** The most memory a process ever held (resident set). */
export interface Peak {
  readonly title: string;
  readonly name: string;
  readonly senderBytes: number;
  readonly receiverBytes: number;
}

export interface Environment {
  readonly node: string;
  readonly system: string;
  readonly processors: number;
  readonly network: string;
  readonly storage: string;
}

export interface Measurements {
  readonly environment: Environment;
  /** Of the cases that are about speed. */
  readonly outcomes: Outcome[];
  /** Of the case that is about memory only. */
  readonly memoryOutcomes: Outcome[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) {
    throw new Error('the median of nothing');
  }
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

export function medianSeconds(runs: readonly Run[]): number {
  return median(runs.map((run) => run.seconds));
}

/** How many times as fast as the reference, round by round, then the median; undefined when one was not measured. */
export function speedRatio(outcome: Outcome, name: string, reference: string): number | undefined {
  const runs = runsOf(outcome, name);
  const referenceRuns = runsOf(outcome, reference);
  if (runs === undefined || referenceRuns === undefined) {
    return undefined;
  }
  return median(runs.map((run, round) => (referenceRuns[round]?.seconds ?? Number.NaN) / run.seconds));
}

function runsOf(outcome: Outcome, name: string): readonly Run[] | undefined {
  const entry = outcome.entries.find((candidate) => candidate.name === name);
  return entry?.kind === 'measured' ? entry.runs : undefined;
}

export function allPeaks(measurements: Measurements): readonly Peak[] {
  return [...measurements.outcomes, ...measurements.memoryOutcomes].flatMap((outcome) => outcome.peaks);
}
