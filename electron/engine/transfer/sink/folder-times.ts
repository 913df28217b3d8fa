/** Folders get their times back once nothing more is put into them. */

import type { Inbox } from './inbox.ts';
import { setFolderTimes } from '../../files/landing.ts';
import type { SafeRoot } from '../../../base/safe-path.ts';

/** @param timeNotKept the file system does not hold it */
export function restoreFolderTimes(
  inbox: Inbox,
  root: SafeRoot,
  timeNotKept: (path: string, mtimeUs: number) => void,
): void {
  root.nextTurn();
  for (const { path, components, mtime, fault, isUnwanted } of inbox.folders()) {
    if (fault !== undefined || isUnwanted) continue;
    try {
      if (!setFolderTimes(root.folder(components, { create: false }), mtime)) timeNotKept(path, mtime);
    } catch {
      // Somebody removed it meanwhile, or it is somebody else's; the time of a folder is worth no failure.
    }
  }
}
