/**
 * Owns the names and places of unfinished files. Each lies in the folder that it will rest in, hidden, as
 * `.hexdrop-partial-<key>.<number>`: so it is born on the right file system, with the group and the access list that the
 * folder gives, and no user of a shared folder stands in the way of another (docs/decisions/0005).
 *
 * Goes through no symbolic link, and removes no other name.
 */

import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { pathBytes } from '../../base/file-fault.ts';
import { stagingName } from '../../base/safe-path.ts';

/** The small file that is being put in place: there is one at a time. Files that can be resumed count from 1. */
const passingNumber = 0;

const unfinishedPattern = /\.(\d{1,15})$/u;

/** The name of an unfinished file; without a number, of the small file that is being put in place. */
export const unfinishedName = (key: string, number: number = passingNumber): string =>
  `${stagingName}-${key}.${number}`;

/** The number in the name of an unfinished file of `key`; undefined for any other name. */
export const unfinishedNumber = (key: string, path: string): number | undefined => {
  const name = basename(path);
  const number = Number(unfinishedPattern.exec(name)?.[1]);
  return name === unfinishedName(key, number) ? number : undefined;
};

/** The unfinished files of `key` in a folder; none when it cannot be listed. */
export const unfinishedIn = (folder: string, key: string): string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => unfinishedNumber(key, name) !== undefined)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};

/**
 * Where an unfinished file lies whose place is in `folder`: there, unless the system would not take so long a path. Then
 * it is the nearest folder above where it does; never above `targetRoot`.
 */
export const unfinishedPath = (targetRoot: string, folder: string, name: string): string => {
  let at = folder;
  while (at.length > targetRoot.length && Buffer.byteLength(at) + 1 + name.length >= pathBytes)
    at = dirname(at);
  return join(at, name);
};

/** Where the record of a partial says that it lies. @param folder relative to the target, with '/' */
export const recordedPath = (
  targetRoot: string,
  key: string,
  { folder, number }: { readonly folder: string; readonly number: number },
): string => join(targetRoot, folder, unfinishedName(key, number));

/**
 * Whether a partial of an earlier run may be gone on with: no link leads to it, and it is this user's or of the owner of
 * its folder, who rules over it anyway. Anybody else in a shared folder could have put it in place of what was verified.
 */
export const isTrusted = (targetRoot: string, path: string, stats: Stats): boolean => {
  if (wayTo(targetRoot, path) !== 'folders') return false;
  const user = process.geteuid?.();
  return user === undefined || stats.uid === user || stats.uid === statsOf(dirname(path))?.uid;
};

export type Removal = 'removed' | 'refused';

/**
 * Removes an unfinished file under the target; that it is gone already is fine.
 * @returns 'refused' when something on the way to it is not a real folder: then nothing was touched
 */
export const removeUnfinished = (targetRoot: string, path: string): Removal => {
  const way = wayTo(targetRoot, path);
  if (way === 'folders') discardPartial(path);
  return way === 'other' ? 'refused' : 'removed';
};

/** What leads from the target to a path: real folders, some of which may be missing, or something else as well. */
const wayTo = (targetRoot: string, path: string): 'folders' | 'missing' | 'other' => {
  let way: 'folders' | 'missing' = 'folders';
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stats = statsOf(folder);
    if (stats?.isDirectory() === false) return 'other';
    if (stats === undefined) way = 'missing';
    if (folder.length <= targetRoot.length) return way;
  }
};

/** Removes an unfinished file that is of no more use. A failure is let pass: the journal tries again in the end. */
export const discardPartial = (path: string): void => {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or its folder is.
  }
};

/** What stands at a path, without following a link; undefined when nothing does or it cannot be told. */
export const statsOf = (path: string): Stats | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};
