/**
 * One request from its first frame to its last: the frames of its id on its connection and on the lanes that serve it,
 * runs of bulk folded into one step, with the time between.
 */

import { emptyRecord } from '../../../shared/model/capture-rows.ts';
import type { CaptureDirection, CaptureRecord } from '../../../shared/model/capture.ts';
import { answersTo, typeByNumber, typeNumber } from '../../../shared/protocol/catalog.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';
import type { RowStore } from './row-store.ts';

interface RequestStep {
  readonly type: number;
  readonly direction: CaptureDirection;
  readonly connection: number;
  /** Number of the first frame of the step. */
  readonly first: number;
  last: number;
  frames: number;
  bytes: number;
  readonly startMs: number;
  endMs: number;
}

interface RequestWait {
  readonly from: number;
  readonly to: number;
  readonly tookMs: number;
  /** Records where it begins and ends. */
  readonly first: number;
  readonly last: number;
}

export interface RequestStory {
  readonly steps: readonly RequestStep[];
  readonly frames: number;
  readonly tookMs: number;
  /** Questions and their first answers. */
  readonly waits: readonly RequestWait[];
}

/** More steps are no story any more; what follows is counted in the last one. */
const mostSteps = 400;
const folded: ReadonlySet<number> = new Set([
  typeNumber.DATA,
  typeNumber.PACK,
  typeNumber.END,
  typeNumber.SAME,
  typeNumber.ACK,
  typeNumber.MANIFEST,
  typeNumber.WANT,
  typeNumber.TOTALS,
]);

export function followRequest(
  rows: RowStore,
  of: Pick<CaptureRecord, 'connection' | 'id'>,
  controlOf: (connection: number) => number,
): RequestStory {
  const control = controlOf(of.connection);
  const serves = new Map<number, boolean>();
  const steps: RequestStep[] = [];
  const row = emptyRecord();
  let frames = 0;
  for (let place = rows.first; place < rows.end; place += 1) {
    if (rows.idAt(place) !== of.id || rows.kindAt(place) !== 0) continue;
    const connection = rows.connectionAt(place);
    let isServing = serves.get(connection);
    if (isServing === undefined) {
      isServing = controlOf(connection) === control;
      serves.set(connection, isServing);
    }
    if (!isServing) continue;
    frames += 1;
    addStep(steps, rows.read(place, row));
  }
  const first = steps[0];
  const endMs = steps.reduce((latest, step) => Math.max(latest, step.endMs), first?.startMs ?? 0);
  return { steps, frames, tookMs: first === undefined ? 0 : endMs - first.startMs, waits: waitsOf(steps) };
}

/** A frame joins the last step of its kind when only other bulk stands between. */
function addStep(steps: RequestStep[], row: CaptureRecord): void {
  const bytes = row.length + headerBytes;
  if (folded.has(row.type)) {
    for (let index = steps.length - 1; index >= 0; index -= 1) {
      const step = steps[index] as RequestStep;
      if (!folded.has(step.type)) break;
      if (step.type !== row.type || step.direction !== row.direction) continue;
      step.last = row.number;
      step.frames += 1;
      step.bytes += bytes;
      step.endMs = row.timeMs;
      return;
    }
  }
  if (steps.length >= mostSteps) return;
  steps.push({
    type: row.type,
    direction: row.direction,
    connection: row.connection,
    first: row.number,
    last: row.number,
    frames: 1,
    bytes,
    startMs: row.timeMs,
    endMs: row.timeMs,
  });
}

/** What follows what, beside the answers that the catalog names: how long each stage of a transfer took. */
const stages: readonly (readonly [number, number])[] = [
  [typeNumber.ACCEPT, typeNumber.DATA],
  [typeNumber.FINISH, typeNumber.DONE],
];

function waitsOf(steps: readonly RequestStep[]): readonly RequestWait[] {
  const waits: RequestWait[] = [];
  for (const [index, step] of steps.entries()) {
    const name = typeByNumber(step.type);
    const answers = name === undefined ? [] : answersTo(name);
    const wanted = new Set<number>(answers.map((answer) => typeNumber[answer]));
    if (wanted.size > 0) wanted.add(typeNumber.ERROR);
    for (const [from, to] of stages) if (from === step.type) wanted.add(to);
    const answer = steps.slice(index + 1).find((each) => wanted.has(each.type));
    if (answer === undefined || folded.has(step.type)) continue;
    const { first } = step;
    const tookMs = answer.startMs - step.startMs;
    waits.push({ from: step.type, to: answer.type, tookMs, first, last: answer.first });
  }
  return waits;
}
