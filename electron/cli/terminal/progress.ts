/**
 * Transfers in progress as one or two lines of text of a given width. Pure. Every field keeps its width while the
 * totals stay as they are, so nothing jumps; fields that do not fit are left out, the least important first; and
 * nothing shows more than there is.
 */

import { displayName } from '../../../shared/model/display-name.ts';
import type { TransferView } from '../../../shared/model/transfer.ts';
import { formatBytes, formatBytesOf, formatClock, formatCount, formatSpeed } from './format.ts';
import { cutEnd, padEnd, padStart, shortenMiddle, textWidth } from './text-width.ts';

const gap = '  ';
const percentColumns = 4;
const bytesColumns = 7;
const speedColumns = 9;
const clockColumns = 8;
const narrowestBar = 10;
const widestBar = 30;

/** What the fields are made of: one transfer, or several added up. */
interface Sum {
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
  readonly resumedBytes: number;
  readonly isComplete: boolean;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | undefined;
}

const sumOf = (views: readonly TransferView[]): Sum => {
  const add = (amount: (view: TransferView) => number): number =>
    views.reduce((sum, view) => sum + amount(view), 0);
  const left = views.map((view) => view.secondsLeft).filter((seconds) => seconds !== undefined);
  return {
    files: add((view) => view.files + view.skipped),
    totalFiles: add((view) => view.totals.files),
    bytes: add((view) => view.bytes + view.resumedBytes + view.passedBytes),
    totalBytes: add((view) => view.totals.bytes),
    resumedBytes: add((view) => view.resumedBytes),
    isComplete: views.every((view) => view.totals.complete),
    bytesPerSecond: add((view) => view.bytesPerSecond),
    secondsLeft: left.length === views.length && left.length > 0 ? Math.max(...left) : undefined,
  };
};

/** From 0 to 1; 1 only when all is there. */
const shareDone = (sum: Sum): number => {
  const [done, total] = sum.totalBytes > 0 ? [sum.bytes, sum.totalBytes] : [sum.files, sum.totalFiles];
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
};

interface Field {
  readonly text: string;
  /** 1 stays longest. */
  readonly rank: number;
}

const percentField = (sum: Sum): Field => ({
  text: sum.isComplete ? padStart(`${Math.floor(shareDone(sum) * 100)}%`, percentColumns) : 'counting',
  rank: 1,
});

const bytesField = (sum: Sum): Field => ({
  text: sum.isComplete
    ? formatBytesOf(sum.bytes, sum.totalBytes)
    : `${padStart(formatBytes(sum.bytes), bytesColumns)} of ${padStart(formatBytes(sum.totalBytes), bytesColumns)}`,
  rank: 2,
});

const filesField = (sum: Sum): Field | undefined => {
  if (sum.totalFiles < 2) return undefined;
  const total = formatCount(sum.totalFiles);
  const files = padStart(formatCount(Math.min(sum.files, sum.totalFiles)), total.length);
  return { text: `${files} / ${total} files`, rank: 5 };
};

const speedField = (sum: Sum): Field => ({
  text: padStart(formatSpeed(sum.bytesPerSecond), speedColumns),
  rank: 4,
});

const leftField = (sum: Sum): Field | undefined => {
  if (!sum.isComplete) return undefined;
  const clock = sum.secondsLeft === undefined ? '-:--' : formatClock(sum.secondsLeft);
  return { text: `${padStart(clock, clockColumns)} left`, rank: 3 };
};

const resumedField = (sum: Sum): Field | undefined =>
  sum.resumedBytes > 0 ? { text: `${formatBytes(sum.resumedBytes)} were there`, rank: 6 } : undefined;

const widthOf = (fields: readonly Field[]): number =>
  fields.reduce((width, field) => width + textWidth(field.text) + gap.length, -gap.length);

const bar = (done: number, columns: number): string => {
  const full = Math.floor(done * columns);
  return `[${'#'.repeat(full)}${'-'.repeat(columns - full)}]`;
};

const numbersLine = (sum: Sum, prefix: string, columns: number): string => {
  let fields = [
    percentField(sum),
    bytesField(sum),
    filesField(sum),
    speedField(sum),
    leftField(sum),
    resumedField(sum),
  ]
    .filter((field) => field !== undefined)
    .sort((one, other) => one.rank - other.rank);
  const room = columns - textWidth(prefix);
  while (fields.length > 1 && widthOf(fields) > room) fields = fields.slice(0, -1);
  // Ranked to be dropped, shown in the order in which they are read.
  const readingOrder = [1, 2, 5, 4, 3, 6];
  const texts = fields
    .sort((one, other) => readingOrder.indexOf(one.rank) - readingOrder.indexOf(other.rank))
    .map((field) => field.text);
  const barColumns = Math.min(widestBar, room - widthOf(fields) - gap.length - 2);
  if (sum.isComplete && barColumns >= narrowestBar) texts.splice(1, 0, bar(shareDone(sum), barColumns));
  return cutEnd(prefix + texts.join(gap), columns);
};

const peerName = (view: TransferView): string =>
  view.peer === undefined ? 'the other side' : `"${displayName(view.peer.alias)}"`;

export const waitingInWords = (view: TransferView): string =>
  view.kind === 'push' && view.direction === 'send'
    ? `Waiting for ${peerName(view)} to accept ...`
    : `Waiting for ${peerName(view)} ...`;

const waitingLine = (view: TransferView): string | undefined => {
  switch (view.state) {
    case 'connecting':
      return 'Connecting ...';
    case 'waiting':
      return waitingInWords(view);
    case 'retrying':
      return 'The connection broke; trying again ...';
    case 'paused':
      return view.pausedBy === 'there' ? `Paused by ${peerName(view)} ...` : 'Paused ...';
    case 'running':
    case 'done':
    case 'failed':
    case 'declined':
    case 'cancelled':
      return undefined;
  }
};

/** At most two lines, none wider than `columns`; none at all when nothing is going on. */
export const progressLines = (views: readonly TransferView[], columns: number): readonly string[] => {
  const running = views.filter((view) => waitingLine(view) === undefined);
  const [first] = views;
  if (first === undefined) return [];
  if (running.length === 0) return [cutEnd(waitingLine(first) ?? '', columns)];
  const prefix = running.length > 1 ? `${running.length} transfers${gap}` : '';
  const numbers = numbersLine(sumOf(running), prefix, columns);
  const current = running.findLast((view) => view.currentPath !== undefined)?.currentPath;
  return current === undefined
    ? [numbers]
    : [numbers, padEnd(gap + shortenMiddle(displayName(current), columns - gap.length), 0)];
};
