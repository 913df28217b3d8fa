/** Paths on this machine as given on the command line, looked at before anything is opened or offered. */

import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { usageError } from './call/options.ts';

/** Node hands over what is not UTF-8 as U+FFFD, and finds nothing under that. */
export const mayNotBeUtf8 = (path: string): boolean => path.includes('\u{fffd}');

/** Why nothing is found at a path that was typed, as the end of a sentence. */
export const reasonOf = (thrown: unknown, path: string): string => {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'the system does not permit to look at it';
  if (code === 'ELOOP') return 'symbolic links lead round in a circle';
  return mayNotBeUtf8(path)
    ? 'there is no such file or folder, or its name is not UTF-8 and cannot be given to this program'
    : 'there is no such file or folder';
};

export const sharedFolder = (path: string): string => {
  const absolute = resolve(path);
  let isFolder: boolean;
  try {
    isFolder = statSync(absolute).isDirectory();
  } catch (thrown) {
    throw usageError(`"${path}" cannot be shared: ${reasonOf(thrown, absolute)}.`, { seen: path });
  }
  if (!isFolder) throw usageError(`"${path}" cannot be shared: it is not a folder.`, { seen: path });
  return absolute;
};

/** Where received files go. It may be missing: then it is made when the first file comes. */
export const targetFolder = (path: string | undefined): string => {
  const absolute = resolve(path ?? '.');
  let isFolder: boolean;
  try {
    isFolder = isFolderOrCouldBe(absolute);
  } catch {
    // Something on the way to it is no folder, or may not be entered.
    isFolder = false;
  }
  if (!isFolder) throw usageError(`--dir takes a folder, and ${absolute} cannot be one.`, { seen: absolute });
  return absolute;
};

/** What is missing can be made below a folder, and not below a file. Node 24 says of a path below a file that it is missing. */
const isFolderOrCouldBe = (path: string): boolean => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() ?? (dirname(path) === path || isFolderOrCouldBe(dirname(path)));
};
