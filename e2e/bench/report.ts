// Measurements as text for people and as JSON for programs.

import {
  allPeaks,
  median,
  medianSeconds,
  speedRatio,
  type Entry,
  type Environment,
  type Measurements,
  type Outcome,
} from './results.ts';
import { judge } from './targets.ts';

/** Columns as wide as their widest cell; all but the first aligned to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function environmentLines(environment: Environment): string {
  return [
    `Node ${environment.node}, ${environment.system}, ${environment.processors} processors`,
    `Network: ${environment.network}`,
    `Storage: ${environment.storage}`,
  ].join('\n');
}

export function outcomeTable(outcome: Outcome): string {
  const speedHeading = outcome.caseName === 'file' ? 'MiB/s' : 'files/s';
  const heading = ['', 'median s', 'spread', 'own s', speedHeading, `x ${outcome.reference}`];
  const rows = outcome.entries.flatMap((entry) =>
    entry.kind === 'measured' ? [entryRow(outcome, entry)] : [],
  );
  return ['', outcome.title, '', table([heading, ...rows]), ...absentLines(outcome)].join('\n');
}

function absentLines(outcome: Outcome): readonly string[] {
  return outcome.entries.flatMap((entry) => {
    switch (entry.kind) {
      case 'measured':
        return [];
      case 'missing':
        return [`${entry.name}: ${entry.reason}`];
      case 'failed':
        return [`${entry.name}: FAILED, ${entry.reason}`];
      default:
        return entry satisfies never;
    }
  });
}

function entryRow(outcome: Outcome, entry: Extract<Entry, { kind: 'measured' }>): readonly string[] {
  const seconds = medianSeconds(entry.runs);
  const all = entry.runs.map((run) => run.seconds);
  const own = entry.runs.flatMap((run) => (run.engineSeconds === undefined ? [] : [run.engineSeconds]));
  const amount = outcome.caseName === 'file' ? outcome.bytes / 2 ** 20 : outcome.files;
  const ratio = speedRatio(outcome, entry.name, outcome.reference);
  return [
    entry.name,
    seconds.toFixed(3),
    `${Math.min(...all).toFixed(2)}..${Math.max(...all).toFixed(2)}`,
    own.length === 0 ? '' : median(own).toFixed(3),
    (amount / seconds).toFixed(0),
    ratio === undefined ? '' : ratio.toFixed(2),
  ];
}

export function peakTable(measurements: Measurements): string {
  const peaks = allPeaks(measurements);
  const absent = measurements.memoryOutcomes.flatMap((outcome) =>
    absentLines(outcome).map((line) => `${outcome.title}, ${line}`),
  );
  if (peaks.length + absent.length === 0) {
    return '';
  }
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  const rows = peaks.map((peak) => [
    `${peak.title}, ${peak.name}`,
    megabytes(peak.senderBytes),
    megabytes(peak.receiverBytes),
  ]);
  return ['', 'Peak memory, MB', '', table([['', 'sender', 'receiver'], ...rows]), ...absent].join('\n');
}

export function targetTable(measurements: Measurements): string {
  const rows = judge(measurements).map(({ target, measured, verdict }) => [target, measured, verdict]);
  return ['', 'Targets (ratios of speed, round by round, then the median)', '', table(rows), ''].join('\n');
}

export function measurementsJson(measurements: Measurements): string {
  return `${JSON.stringify({ ...measurements, targets: judge(measurements) }, undefined, 2)}\n`;
}
