/**
 * Owns the mode, owner and group that a received file rests with (docs/decisions/0005): those of a file that is made in its
 * folder, or, where it replaces one, those of that one. An unfinished file is closed to others.
 *
 * A file system that keeps no modes or owners refuses the calls; the file is then as the file system has it.
 */

import { closeSync, fchmodSync, fchownSync, fstatSync, openSync } from 'node:fs';
import type { Stats } from 'node:fs';

import { discardPartial } from './unfinished.ts';

/** The mode of a file that is not finished, or whose final mode is not known yet. */
export const closedMode = 0o600;

/** The mode that a new file asks for; umask or default access list of its folder take from it. */
export const askedMode = (executable: boolean): number => (executable ? 0o777 : 0o666);

/**
 * Gives an open file mode, owner and group of the file whose place it takes. Nobody gains access: where the group cannot be
 * kept, another one may do what everybody may. An executable file may be run by whoever may read it; the right to run is
 * not taken away, since not every system that sends has it. Bits such as setuid are not taken over.
 */
export const succeed = (fd: number, replaced: Stats, executable: boolean): void => {
  const hasGroup = takeOwners(fd, replaced);
  const readers = replaced.mode & 0o444;
  const mode = (replaced.mode & 0o777) | (executable ? readers >> 2 : 0);
  setMode(fd, hasGroup ? mode : (mode & 0o707) | ((mode & 0o007) << 3));
};

/** Gives an open file that was closed to others the mode of one that is made now. @param probe a free path in its folder */
export const openToOthers = (fd: number, probe: string, executable: boolean): void => {
  setMode(fd, modeOfNew(probe, executable));
};

/** Whether the file has the group of the other one now. */
const takeOwners = (fd: number, { uid, gid }: Stats): boolean => {
  const own = fstatSync(fd);
  if (own.uid === uid && own.gid === gid) return true;
  return setOwners(fd, uid, gid) || own.gid === gid || setOwners(fd, own.uid, gid);
};

/** Umask and access lists decide about it, and only the system knows the latter: a file is made and looked at. */
const modeOfNew = (probe: string, executable: boolean): number => {
  try {
    const fd = openSync(probe, 'wx', askedMode(executable));
    try {
      return fstatSync(fd).mode & 0o777;
    } finally {
      closeSync(fd);
      discardPartial(probe);
    }
  } catch {
    return askedMode(executable) & ~process.umask();
  }
};

const setOwners = (fd: number, uid: number, gid: number): boolean => {
  try {
    fchownSync(fd, uid, gid);
    return true;
  } catch {
    return false;
  }
};

const setMode = (fd: number, mode: number): void => {
  try {
    fchmodSync(fd, mode);
  } catch {
    // Then it stays as closed as it was made.
  }
};
