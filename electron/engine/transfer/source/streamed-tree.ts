/** A tree whose content is streamed to the engine while it is sent, as the tree of a source. */

import type { StreamedTree } from '../../api.ts';
import type { TreeMaker } from './source-tree.ts';
import { StreamedContent } from './streamed-content.ts';
import { StreamedListing, StreamedWalk } from './streamed-listing.ts';

/** Size and time are all that a page tells of a file: a change that leaves both as they were is not seen. */
function versionOf(size: number, mtime: number): string {
  const version = Buffer.alloc(16);
  version.writeBigInt64BE(BigInt(mtime), 0);
  version.writeBigInt64BE(BigInt(size), 8);
  return version.toString('hex');
}

const noVersion = '0'.repeat(32);

/** One for all attempts of a transfer. */
export function streamedTree(tree: StreamedTree): TreeMaker {
  const listing = new StreamedListing(tree.entries);
  return (reports) => {
    const walk = new StreamedWalk(listing, reports);
    return {
      roots: walk.roots,
      get isDone() {
        return walk.isDone;
      },
      get totals() {
        return walk.totals;
      },
      advance: (budgetMs, maxEntries, take) => walk.advance(budgetMs, maxEntries, take),
      versionOf: ({ kind, size, mtime }) => (kind === 'folder' ? noVersion : versionOf(size, mtime)),
      reader: (queues, wake) => new StreamedContent(tree, (index) => walk.fileOf(index), queues, wake),
    };
  };
}
