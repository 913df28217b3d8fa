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
  const why = whyNoFolder(absolute);
  if (why !== undefined) {
    throw usageError(`--dir takes a folder, and ${displayName(absolute)} cannot be one${why}.`, {
      seen: absolute,
    });
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

/**
 * Why there is no folder at a path and none can be made, as the end of a sentence, which is empty where there is nothing to
 * add. What is missing can be made below a folder, and not below a file or a link to what is not there. Node 24 says of a
 * path below a file that it is missing.
 */
const whyNoFolder = (path: string): string | undefined => {
  for (let at = path; ; at = dirname(at)) {
    const stats = statsOrUndefined(at);
    if (stats === 'unknown') return '';
    if (stats === undefined && dirname(at) !== at) continue;
    if (stats?.isSymbolicLink() !== true) return stats?.isDirectory() === false ? '' : undefined;
    const found = statsOrReason(at);
    if (typeof found !== 'string') return found.isDirectory() ? undefined : '';
    return at === path ? `: ${found}` : `: on the way to it is ${displayName(at)}, and ${found}`;
  }
};

/** Something on the way may be no folder, or may not be entered: then nothing is known. */
const statsOrUndefined = (path: string): Stats | 'unknown' | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return 'unknown';
  }
};
