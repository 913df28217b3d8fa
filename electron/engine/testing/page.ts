/** A page that streams a tree to the engine: content from memory, handed over as a test tells it to. */

import type { StreamedEntry, StreamedPart, StreamedTree } from '../api.ts';
import { contentOf, isFileSeed } from '../../base/testing/trees.ts';
import type { FileSeed, Tree } from '../../base/testing/trees.ts';

interface PageOptions {
  /** Bytes of one piece; a part comes in one when absent. */
  readonly pieceBytes?: number;
  /** How work is put off; a turn of the event loop when absent. */
  readonly later?: (work: () => void) => void;
  /** In place of the content of a part; true: it has been answered. */
  readonly answer?: (part: StreamedPart, page: Page) => boolean;
  /** Folders are told too; else they follow from the paths. */
  readonly tellsFolders?: boolean;
}

export class Page implements StreamedTree {
  readonly entries: readonly StreamedEntry[];
  readonly wanted: StreamedPart[] = [];
  readonly notWanted: StreamedPart[] = [];
  /** Asked for and not yet handed over, given up or known to be useless. */
  openBytes = 0;
  mostOpenBytes = 0;
  /** Bytes that were taken. */
  taken = 0;
  closed = 0;
  readonly #seeds: (FileSeed | undefined)[] = [];
  readonly #options: PageOptions;

  constructor(tree: Tree, options: PageOptions = {}) {
    this.#options = options;
    const entries: StreamedEntry[] = [];
    const walk = (folder: Tree, prefix: string): void => {
      // Not in the order of a manifest.
      for (const [name, node] of Object.entries(folder).toReversed()) {
        const path = prefix + name;
        const isFile = isFileSeed(node);
        if (isFile || options.tellsFolders !== false) {
          this.#seeds.push(isFile ? node : undefined);
          const mtimeMs = (isFile ? (node.mtime ?? 1_600_000_000) : 1_500_000_000) * 1_000;
          entries.push({ path, kind: isFile ? 'file' : 'folder', size: isFile ? node.size : 0, mtimeMs });
        }
        if (!isFile) walk(node, `${path}/`);
      }
    };
    walk(tree, '');
    this.entries = entries;
  }

  pathOf({ file }: StreamedPart): string {
    return (this.entries[file] as StreamedEntry).path;
  }

  want(part: StreamedPart): void {
    this.wanted.push(part);
    this.openBytes += part.bytes;
    this.mostOpenBytes = Math.max(this.mostOpenBytes, this.openBytes);
    this.#later(() => {
      if (this.#options.answer?.(part, this) !== true) this.serve(part);
    });
  }

  /** Hands over what was asked for. */
  serve(part: StreamedPart): void {
    const { pieceBytes = part.bytes } = this.#options;
    const whole = contentOf(this.#seeds[part.file] as FileSeed);
    let at = 0;
    const next = (): void => {
      const length = Math.min(pieceBytes, part.bytes - at);
      // A piece of its own, as it would come over a socket.
      const piece = Uint8Array.from(whole.subarray(part.offset + at, part.offset + at + length));
      this.openBytes -= length;
      at += length;
      if (!part.push(piece)) return;
      this.taken += length;
      if (at < part.bytes) this.#later(next);
    };
    next();
  }

  unwanted(part: StreamedPart): void {
    this.notWanted.push(part);
  }

  close(): void {
    this.closed += 1;
  }

  #later(work: () => void): void {
    (this.#options.later ?? ((now) => void setImmediate(now)))(work);
  }
}
