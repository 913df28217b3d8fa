/** Paths on this machine as given on the command line, looked at before anything is opened or offered. */

import { lstatSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { usageError } from './call/options.ts';

const reasonOf = (thrown: unknown): string => {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM'
    ? 'the system does not permit to look at it'
    : 'there is no such file or folder';
};

/** Absolute, each once. Refuses the whole call when one is not there, before the other side is bothered. */
export const sourcePaths = (paths: readonly string[]): readonly string[] => {
  const byName = new Map<string, string>();
  for (const path of paths) {
    const absolute = resolve(path);
    try {
      lstatSync(absolute);
    } catch (thrown) {
      throw usageError(`"${path}" cannot be sent: ${reasonOf(thrown)}.`, { seen: path });
    }
    const name = basename(absolute);
    const other = byName.get(name);
    if (other !== undefined && other !== absolute) {
      throw usageError(`${other} and ${absolute} would both arrive as "${name}". Send one after the other.`);
    }
    byName.set(name, absolute);
  }
  return [...byName.values()];
};

export const sharedFolder = (path: string): string => {
  const absolute = resolve(path);
  let isFolder: boolean;
  try {
    isFolder = statSync(absolute).isDirectory();
  } catch (thrown) {
    throw usageError(`"${path}" cannot be shared: ${reasonOf(thrown)}.`, { seen: path });
  }
  if (!isFolder) throw usageError(`"${path}" cannot be shared: it is not a folder.`, { seen: path });
  return absolute;
};

/** Where received files go. It may be missing: then it is made when the first file comes. */
export const targetFolder = (path: string | undefined): string => {
  const absolute = resolve(path ?? '.');
  let isFolder: boolean;
  try {
    isFolder = statSync(absolute, { throwIfNoEntry: false })?.isDirectory() ?? true;
  } catch {
    // Something on the way to it is no folder, or may not be entered.
    isFolder = false;
  }
  if (!isFolder) throw usageError(`--dir takes a folder, and ${absolute} cannot be one.`, { seen: absolute });
  return absolute;
};
