/**
 * Owns the folder in which files grow before they are whole: `<target>/.hexdrop-partial/<key>/<number>.part`.
 * Makes it, lists it, and removes it; touches no other name, and goes through no symbolic link.
 */

import { lstatSync, mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

import { HexdropError } from '../../../shared/protocol/errors.ts';
import { fileFaultOf } from './file-fault.ts';
import { stagingName } from './safe-path.ts';

const partialPattern = /^(\d{1,15})\.part$/u;
/** Another transfer may remove the empty outer folder between the two steps of making ours. */
const makeTries = 10;

export const stagingFolderOf = (targetRoot: string, key: string): string =>
  join(targetRoot, stagingName, key);

export const partialFileName = (number: number): string => `${number}.part`;

/** The number of a partial's file name; undefined for any other name. */
export const partialNumber = (fileName: string): number | undefined => {
  const digits = partialPattern.exec(fileName)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/**
 * Makes the staging folder, closed to others, or takes the one that is there. Throws `symlink-in-path`,
 * `not-a-folder`, or `permission-denied` when somebody else could write to it, or what the system says.
 */
export const openStaging = (targetRoot: string, key: string): string => {
  const inner = stagingFolderOf(targetRoot, key);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const rootOwner = lstatSync(targetRoot).uid;
      makeFolder(join(targetRoot, stagingName), stagingName, rootOwner);
      makeFolder(inner, `${stagingName}/${key}`, rootOwner);
      return inner;
    } catch (error) {
      if (attempt < makeTries && (error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw fileFaultOf(error, 'create the folder', stagingName);
    }
  }
};

const makeFolder = (path: string, relative: string, rootOwner: number): void => {
  try {
    mkdirSync(path, 0o700);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) throw new HexdropError('symlink-in-path', `"${relative}" is a symbolic link.`);
  if (!stats.isDirectory()) throw new HexdropError('not-a-folder', `"${relative}" is not a folder.`);
  const user = process.getuid?.();
  // Whoever owns the target rules over it anyway; anybody else could swap what is verified for something else.
  if (user !== undefined && stats.uid !== user && stats.uid !== rootOwner) {
    throw new HexdropError('permission-denied', `The folder "${relative}" belongs to somebody else.`);
  }
};

/** The numbers of the partials in a staging folder; none when it is not there. */
export const listPartialNumbers = (stagingFolder: string): number[] => {
  try {
    return readdirSync(stagingFolder)
      .map((name) => partialNumber(name))
      .filter((number) => number !== undefined);
  } catch {
    return [];
  }
};

export type StagingRemoval = 'removed' | 'refused';

/**
 * Removes the partials of one key and the folders when they are empty then. 'refused' when something on the way is
 * not a real folder: then nothing was touched. What is not ours in it stays.
 */
export const removeStaging = (targetRoot: string, key: string): StagingRemoval => {
  const outer = join(targetRoot, stagingName);
  const inner = stagingFolderOf(targetRoot, key);
  for (const folder of [outer, inner]) {
    const stats = statsOf(folder);
    if (stats === undefined) return 'removed';
    if (!stats.isDirectory()) return 'refused';
  }
  for (const number of listPartialNumbers(inner)) {
    try {
      unlinkSync(join(inner, partialFileName(number)));
    } catch {
      // A folder of that name, or gone already.
    }
  }
  removeEmptyStaging(targetRoot, key);
  return 'removed';
};

/** Removes the staging folders when nothing is in them. */
export const removeEmptyStaging = (targetRoot: string, key: string): void => {
  try {
    rmdirSync(stagingFolderOf(targetRoot, key));
    rmdirSync(join(targetRoot, stagingName));
  } catch {
    // Not empty, or gone already.
  }
};

const statsOf = (path: string): Stats | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};
