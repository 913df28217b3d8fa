// What Hexdrop has to reach: speed as a ratio to a peer measured in the same rounds, memory as an absolute cap.

import { allPeaks, speedRatio, type Measurements } from './results.ts';

interface SpeedTarget {
  readonly caseName: 'file' | 'files';
  readonly contestant: string;
  readonly reference: string;
  readonly atLeast: number;
}

export const speedTargets: readonly SpeedTarget[] = [
  { caseName: 'file', contestant: 'hexdrop-plain', reference: 'rsync', atLeast: 0.9 },
  { caseName: 'file', contestant: 'hexdrop', reference: 'https', atLeast: 0.65 },
  { caseName: 'file', contestant: 'hexdrop', reference: 'scp', atLeast: 1.5 },
  { caseName: 'files', contestant: 'hexdrop', reference: 'one-round-trip', atLeast: 5 },
  { caseName: 'files', contestant: 'hexdrop', reference: 'scp', atLeast: 8 },
  { caseName: 'files', contestant: 'hexdrop', reference: 'rsync', atLeast: 0.5 },
  { caseName: 'file', contestant: 'engine-captured', reference: 'engine', atLeast: 0.95 },
];

/** Of either process, whatever the size of what moves. */
export const peakBytesBelow = 200_000_000;

export type Verdict = 'PASS' | 'MISS' | 'not measured';

export interface Judgement {
  readonly target: string;
  readonly measured: string;
  readonly verdict: Verdict;
}

const unknown = { measured: '', verdict: 'not measured' } as const;

export function judge(measurements: Measurements): readonly Judgement[] {
  return [...speedTargets.map((target) => judgeSpeed(target, measurements)), judgePeaks(measurements)];
}

function judgeSpeed(wanted: SpeedTarget, measurements: Measurements): Judgement {
  const target = `${wanted.caseName}: ${wanted.contestant} at least ${wanted.atLeast} x ${wanted.reference}`;
  const ratio = measurements.outcomes
    .filter((candidate) => candidate.caseName === wanted.caseName)
    .map((outcome) => speedRatio(outcome, wanted.contestant, wanted.reference))
    .find((each) => each !== undefined);
  if (ratio === undefined) {
    return { target, ...unknown };
  }
  return { target, measured: `${ratio.toFixed(2)} x`, verdict: ratio >= wanted.atLeast ? 'PASS' : 'MISS' };
}

function judgePeaks(measurements: Measurements): Judgement {
  const target = `memory: either hexdrop process below ${peakBytesBelow / 1e6} MB`;
  const peaks = allPeaks(measurements);
  if (peaks.length === 0) {
    return { target, ...unknown };
  }
  const highest = Math.max(...peaks.flatMap((peak) => [peak.senderBytes, peak.receiverBytes]));
  return {
    target,
    measured: `${(highest / 1e6).toFixed(0)} MB`,
    verdict: highest < peakBytesBelow ? 'PASS' : 'MISS',
  };
}
