/**
 * Owns the list of what unfinished transfers left behind, and its removal. Removes nothing but journals in the home
 * and the unfinished files that they tell of; a journal that a living process has is left alone.
 */

import type { PartialSummary } from '../../api.ts';
import { closeSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

import { currentBootId } from '../../../base/boot-id.ts';
import { journalFolderOf, journalKeysOf, passingPaths } from './journal.ts';
import { JournalContent } from './journal-content.ts';
import { forEachLine } from './journal-file.ts';
import { acquireLock, isLockedByLiving, releaseLock } from '../../../base/process-lock.ts';
import { recordedPath, removeUnfinished, statsOf } from '../../files/unfinished.ts';

const journalPattern = /^([0-9a-f]{32}(?:-\d{1,3})?)\.jsonl$/u;

/** What unfinished transfers left, the latest first. */
export const listPartials = (home: string): PartialSummary[] => {
  const folder = journalFolderOf(home);
  const bootId = currentBootId();
  return journalKeys(folder)
    .map((key) => summaryOf(folder, key, bootId))
    .filter((summary) => summary !== undefined)
    .toSorted((one, other) => other.updatedAtMs - one.updatedAtMs);
};

/**
 * Whether an earlier run left something of the same files of that device in the folder. Only the journals that such a run
 * can have are opened: an offer costs the same however many transfers are unfinished.
 */
export const isUnfinished = (
  home: string,
  files: {
    readonly roots: readonly { readonly name: string }[];
    readonly deviceId: string;
    readonly dir: string;
  },
): boolean => {
  const folder = journalFolderOf(home);
  const bootId = currentBootId();
  const keys = journalKeysOf({
    home,
    peerDeviceId: files.deviceId,
    targetRoot: resolve(files.dir),
    roots: files.roots.map(({ name }) => name),
  });
  return keys.some((key) => summaryOf(folder, key, bootId) !== undefined);
};

export interface CleanResult {
  readonly cleaned: PartialSummary[];
  /** Running, or with something that is not a folder on the way to what was left. */
  readonly kept: PartialSummary[];
}

/** Removes what unfinished transfers left, other than those that run and those of `keepKeys`. */
export const cleanPartials = (
  home: string,
  options: { readonly keepKeys?: Iterable<string> } = {},
): CleanResult => {
  const folder = journalFolderOf(home);
  const bootId = currentBootId();
  const keepKeys = new Set(options.keepKeys);
  const result: CleanResult = { cleaned: [], kept: [] };
  for (const key of journalKeys(folder)) {
    const summary = summaryOf(folder, key, bootId);
    if (summary === undefined) continue;
    const isCleaned = !keepKeys.has(key) && cleanOne(folder, summary, bootId);
    (isCleaned ? result.cleaned : result.kept).push(summary);
  }
  return result;
};

const cleanOne = (folder: string, summary: PartialSummary, bootId: string): boolean => {
  const lockPath = join(folder, `${summary.key}.lock`);
  if (!acquireLock(lockPath, bootId)) return false;
  try {
    const path = join(folder, `${summary.key}.jsonl`);
    if (isAbsolute(summary.target) && !removeFiles(summary, readContent(path, bootId))) return false;
    rmSync(path, { force: true });
    return true;
  } finally {
    releaseLock(lockPath);
  }
};

/** False when one of them was refused. */
const removeFiles = ({ target, key }: PartialSummary, content: JournalContent): boolean => {
  const paths = [
    ...passingPaths(target, key, content),
    ...[...content.partials.values()].map((partial) => recordedPath(target, key, partial)),
  ];
  return paths.every((path) => removeUnfinished(target, path) === 'removed');
};

const journalKeys = (folder: string): string[] => {
  try {
    return readdirSync(folder)
      .map((name) => journalPattern.exec(name)?.[1])
      .filter((key) => key !== undefined);
  } catch {
    return [];
  }
};

const summaryOf = (folder: string, key: string, bootId: string): PartialSummary | undefined => {
  const path = join(folder, `${key}.jsonl`);
  try {
    const updatedAtMs = Math.round(statSync(path).mtimeMs);
    const content = readContent(path, bootId);
    const { header } = content;
    const target = header?.targetRoot ?? '';
    const partials = [...content.partials.values()].filter(
      (partial) =>
        partial.verifiedBytes > 0 && statsOf(recordedPath(target, key, partial))?.isFile() === true,
    );
    return {
      key,
      peerDeviceId: header?.peerDeviceId ?? '',
      target,
      roots: header?.roots ?? [],
      rootCount: header?.rootCount ?? 0,
      files: content.landedCount,
      partialFiles: partials.length,
      verifiedBytes: partials.reduce((sum, { verifiedBytes }) => sum + verifiedBytes, 0),
      startedAtMs: header?.startedAtMs ?? updatedAtMs,
      updatedAtMs,
      active: isLockedByLiving(join(folder, `${key}.lock`), bootId),
    };
  } catch {
    // Finished in between.
    return undefined;
  }
};

const readContent = (path: string, bootId: string): JournalContent => {
  const content = new JournalContent(bootId);
  const fd = openSync(path, 'r');
  try {
    forEachLine(fd, (text, place) => content.take(text, place));
  } finally {
    closeSync(fd);
  }
  return content;
};
