/** Folders get their times back once nothing more is put into them. */

import type { Inbox } from './inbox.ts';
import { setFolderTimes } from './landing.ts';
import type { SafeRoot } from './safe-path.ts';

export function restoreFolderTimes(inbox: Inbox, root: SafeRoot): void {
  root.nextTurn();
  for (const { components, mtime, fault, isUnwanted } of inbox.folders()) {
    if (fault !== undefined || isUnwanted) continue;
    try {
      setFolderTimes(root.folder(components, { create: false }), mtime);
    } catch {
      // Somebody removed it meanwhile; the time of a folder is worth no failure.
    }
  }
}
