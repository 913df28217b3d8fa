/** Files of this machine as the tree of a source: walked by walk.ts, read by source-file.ts. */

import { LocalReader } from './source-file.ts';
import type { TreeMaker } from './source-tree.ts';
import { TreeWalk, versionOf } from './walk.ts';
import type { LocalEntry, SourceRoot } from './walk.ts';

export const localTree =
  (roots: readonly SourceRoot[], platform?: NodeJS.Platform): TreeMaker =>
  (reports) => {
    const walk = new TreeWalk(roots, reports, platform);
    return {
      get roots() {
        return walk.roots;
      },
      get isDone() {
        return walk.isDone;
      },
      get totals() {
        return walk.totals;
      },
      advance: (budgetMs, maxEntries, take) => walk.advance(budgetMs, maxEntries, take),
      leaveOutTarget: (isTarget) => walk.leaveOutTarget(isTarget),
      awaitTarget: () => walk.awaitTarget(),
      get isWaiting() {
        return walk.isWaiting;
      },
      // Entries come back to the tree that made them.
      versionOf: (entry) => versionOf(entry as LocalEntry),
      reader: () => new LocalReader(),
    };
  };
