/** What a transfer came to, in a few lines. Pure. */

import { displayName } from '../../../shared/model/display-name.ts';
import type {
  FileFault,
  FileNotice,
  OmittedReason,
  TransferResult,
  TransferView,
} from '../../../shared/model/transfer.ts';
import { omittedReasons } from '../../../shared/model/transfer.ts';
import { codeFromWire, errorTable } from '../../../shared/errors/errors.ts';
import { formatBytes, formatCount, formatCounted, formatElapsed, formatSpeed } from './format.ts';

export interface Omission {
  readonly path: string;
  /** One of `omittedReasons` or, in a list of a folder, of an error, as the other side says it. */
  readonly reason: string;
}

export interface Summary {
  /** What was moved. */
  readonly results: readonly string[];
  /** What was not, with reasons. */
  readonly problems: readonly string[];
}

/** Enough to see what kind of trouble it is; --json tells all. */
const shownProblems = 20;
/** Kept of what was left out, for `omissionLines`. */
export const omissionsKept = shownProblems;

const verbs = {
  push: { send: 'Sent', receive: 'Received' },
  get: { send: 'Served', receive: 'Fetched' },
  put: { send: 'Uploaded', receive: 'Received' },
  serve: { send: 'Served', receive: 'Received' },
} as const;

/** Shorter than this a speed says nothing. */
const shortestForSpeedSeconds = 0.05;

const whom = (view: TransferView): string => {
  if (view.peer === undefined) return '';
  return ` ${view.direction === 'send' ? 'to' : 'from'} "${displayName(view.peer.alias)}"`;
};

const headline = (view: TransferView, result: TransferResult): string => {
  const verb = verbs[view.kind][view.direction];
  const speed =
    result.seconds >= shortestForSpeedSeconds && result.bytes > 0
      ? ` (${formatSpeed(result.bytes / result.seconds)})`
      : '';
  const amount = `${formatCounted(result.files, 'file')}, ${formatBytes(result.bytes)}`;
  const into =
    view.direction === 'receive' && result.dir !== undefined ? ` into ${displayName(result.dir)}` : '';
  return `${verb} ${amount}${whom(view)}${into} in ${formatElapsed(result.seconds)}${speed}.`;
};

/** The first few, and how many more there are. */
const listed = <Item>(
  items: readonly Item[],
  total: number,
  line: (item: Item) => string,
): readonly string[] => {
  const shown = items.slice(0, shownProblems).map((item) => `  ${line(item)}`);
  const more = total - shown.length;
  return more > 0 ? [...shown, `  and ${formatCount(more)} more`] : shown;
};

const problemLine = ({ path, message, side }: FileFault | FileNotice): string => {
  const where = side === 'there' ? ' (on the other side)' : '';
  // Most sentences name the file themselves.
  const text = message.includes(`"${displayName(path)}"`) ? message : `${path}: ${message}`;
  return `${displayName(text)}${where}`;
};

const reasonWords: Readonly<Record<OmittedReason, string>> = {
  symlink: 'symbolic link',
  special: 'not a regular file',
  reserved: 'the name is reserved for unfinished files',
  target: 'what this transfer writes, into a folder within what is sent',
};

const reasonInWords = (code: string): string => {
  const reason = omittedReasons.find((known) => known === code);
  return reason === undefined ? errorTable[codeFromWire(code)].meaning : reasonWords[reason];
};

const omissionLine = ({ path, reason }: Omission): string => `${displayName(path)}: ${reasonInWords(reason)}`;

/** What was left out: how many, and the first of them by name. */
export const omissionLines = (count: number, omissions: readonly Omission[]): readonly string[] => {
  const end = omissions.length > 0 ? ':' : ': links, special files, or names that are reserved.';
  const head = `Left out ${formatCounted(count, 'entry', 'entries')}${end}`;
  return omissions.length > 0 ? [head, ...listed(omissions, count, omissionLine)] : [head];
};

export const summaryOf = (
  view: TransferView,
  result: TransferResult,
  omissions: readonly Omission[],
): Summary => {
  const results = [headline(view, result)];
  if (result.resumedBytes > 0) {
    results.push(`${formatBytes(result.resumedBytes)} were kept from an earlier run.`);
  }
  if (result.same > 0) {
    results.push(`Already there: ${formatCounted(result.same, 'file')} with the same content.`);
  }
  const unwanted = result.skipped - result.same;
  if (unwanted > 0) results.push(`Skipped ${formatCounted(unwanted, 'file')}, not wanted.`);
  const problems: string[] = [];
  // The other side names ten thousand of them at most.
  if (result.omitted > 0) problems.push(...omissionLines(result.omitted, omissions));
  if (result.failed > 0) {
    problems.push(
      `Failed ${formatCounted(result.failed, 'file')}:`,
      ...listed(result.faults, result.failed, problemLine),
    );
  }
  if (result.notices.length > 0) {
    problems.push(
      'Arrived, and not quite as it was:',
      ...listed(result.notices, result.notices.length, problemLine),
    );
  }
  return { results, problems };
};
