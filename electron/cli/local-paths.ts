/** Paths on this machine as given on the command line, looked at before anything is opened or offered. */

import { lstatSync, readlinkSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { displayName } from '../../shared/model/display-name.ts';
import { usageError } from './call/options.ts';

/** Node hands over what is not UTF-8 as U+FFFD, and finds nothing under that. */
export const mayNotBeUtf8 = (path: string): boolean => path.includes('\u{fffd}');

/** What is at a path, links followed; or the end of a sentence that says why nothing is found there. */
export const statsOrReason = (path: string): Stats | string => {
  let leadsTo: string | undefined;
  try {
    if (lstatSync(path).isSymbolicLink())
      leadsTo = `it is a symbolic link to "${displayName(readlinkSync(path))}"`;
    return statSync(path);
  } catch (thrown) {
    const reason = reasonOf(thrown as NodeJS.ErrnoException, path);
    if (leadsTo === undefined) return reason;
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return `${leadsTo}, which is not there`;
    return code === 'ELOOP'
      ? `${leadsTo}, and from there links lead round in a circle`
      : `${leadsTo}: ${reason}`;
  }
};

const reasonOf = ({ code }: NodeJS.ErrnoException, path: string): string => {
  if (code === 'EACCES' || code === 'EPERM') return 'the system does not permit to look at it';
  if (code === 'ELOOP') return 'symbolic links lead round in a circle';
  return mayNotBeUtf8(path)
    ? 'there is no such file or folder, or its name is not UTF-8 and cannot be given to this program'
    : 'there is no such file or folder';
};

export const sharedFolder = (path: string): string => {
  const absolute = resolve(path);
  const stats = statsOrReason(absolute);
  const reason = typeof stats === 'string' ? stats : stats.isDirectory() ? undefined : 'it is not a folder';
  if (reason !== undefined)
    throw usageError(`"${displayName(path)}" cannot be shared: ${reason}.`, { seen: path });
  return absolute;
};

/** Where received files go. It may be missing: then it is made when the first file comes. */
export const targetFolder = (path: string | undefined): string => {
  const absolute = resolve(path ?? '.');
  let isPossible: boolean;
  try {
    isPossible = isFolderOrCouldBe(absolute);
  } catch {
    // Something on the way to it is no folder, or may not be entered.
    isPossible = false;
  }
  if (!isPossible) {
    throw usageError(`--dir takes a folder, and ${displayName(absolute)} cannot be one.`, { seen: absolute });
  }
  if (mayNotBeUtf8(absolute) && statSync(absolute, { throwIfNoEntry: false }) === undefined) {
    // It would be made under another name than was typed.
    throw usageError(
      `--dir takes a folder whose name is UTF-8, or a new one, and ${displayName(absolute)} is neither.`,
      { seen: absolute },
    );
  }
  return absolute;
};

/** What is missing can be made below a folder, and not below a file. Node 24 says of a path below a file that it is missing. */
const isFolderOrCouldBe = (path: string): boolean => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() ?? (dirname(path) === path || isFolderOrCouldBe(dirname(path)));
};
