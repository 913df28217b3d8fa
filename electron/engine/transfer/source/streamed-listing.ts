/**
 * A tree that was told as a list of paths (api.ts, `StreamedTree`), brought into the order of a manifest
 * (docs/PROTOCOL.md, "Manifest"): the top level first, then the content of each folder in the order of the folders.
 * Names go through the rules that those of local files go through.
 */

import type { RootView, Totals } from '../../../../shared/model/transfer.ts';
import { entryTimeOfMs } from '../../../../shared/protocol/entry-time.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { compareUtf8 } from '../../../../shared/base/text.ts';
import type { StreamedEntry } from '../../api.ts';
import { tooLarge } from '../../../base/file-fault.ts';
import { nameFault } from '../../../base/safe-path.ts';
import type { SourceEntry, WalkReports } from './source-tree.ts';

interface Node {
  readonly name: string;
  readonly relative: string;
  /** Number of its entry; undefined for a folder that was not listed. */
  file: number | undefined;
  /** What a folder holds; undefined for a file. */
  readonly children: Map<string, Node> | undefined;
}

interface Fault {
  readonly relative: string;
  readonly error: HexdropError;
}

/** The paths as a tree: made once, walked by every attempt. */
export class StreamedListing {
  readonly entries: readonly StreamedEntry[];
  /** What stands at the top and can be sent. */
  readonly roots: readonly Node[];
  /** Entries that cannot be told, known from their paths alone. */
  readonly faults: Fault[] = [];
  readonly #top = new Map<string, Node>();

  constructor(entries: readonly StreamedEntry[]) {
    this.entries = entries;
    entries.forEach((entry, file) => this.#add(entry, file));
    this.roots = this.#listed(this.#top);
  }

  /** What of a folder can be sent, in the order of the manifest. */
  childrenOf(node: Node): readonly Node[] {
    return this.#listed(node.children ?? new Map<string, Node>());
  }

  entryOf(node: Node): StreamedEntry {
    const listed = node.file === undefined ? undefined : this.entries[node.file];
    return listed ?? { path: node.relative, kind: 'folder', size: 0, mtimeMs: Date.now() };
  }

  #add(entry: StreamedEntry, file: number): void {
    const names = entry.path.split('/');
    const name = names.pop() as string;
    if (entry.kind === 'file' && (!Number.isSafeInteger(entry.size) || entry.size < 0))
      return this.#refuse(entry, new HexdropError('file-unreadable', `It has no size: ${entry.size}.`));
    const folder = this.#folder(names);
    if (folder === undefined)
      return this.#refuse(entry, new HexdropError('file-exists', 'A file stands where its folder must be.'));
    const known = folder.get(name);
    if (known !== undefined && known.children !== undefined && entry.kind === 'folder') {
      known.file ??= file;
      return;
    }
    if (known !== undefined) return this.#refuse(entry, new HexdropError('file-exists'));
    folder.set(name, node(names, name, file, entry.kind === 'folder'));
  }

  #refuse({ path }: StreamedEntry, error: HexdropError): void {
    this.faults.push({ relative: path, error });
  }

  /** Folders that are not listed, or not yet, are made. Undefined where a file is in the way. */
  #folder(names: readonly string[]): Map<string, Node> | undefined {
    let at = this.#top;
    for (const [depth, name] of names.entries()) {
      let next = at.get(name);
      if (next === undefined) {
        next = node(names.slice(0, depth), name, undefined, true);
        at.set(name, next);
      }
      if (next.children === undefined) return undefined;
      at = next.children;
    }
    return at;
  }

  #listed(nodes: ReadonlyMap<string, Node>): readonly Node[] {
    return [...nodes.values()].toSorted((a, b) => compareUtf8(a.name, b.name));
  }
}

const node = (
  folder: readonly string[],
  name: string,
  file: number | undefined,
  isFolder: boolean,
): Node => ({
  name,
  relative: [...folder, name].join('/'),
  file,
  children: isFolder ? new Map() : undefined,
});

interface Folder {
  readonly node: Node;
  readonly index: number;
  readonly depth: number;
}

/** One walk over a listing. */
export class StreamedWalk {
  readonly roots: readonly RootView[];
  readonly #listing: StreamedListing;
  readonly #reports: WalkReports;
  #nodes: readonly Node[];
  #nextNode = 0;
  #current: Folder | undefined;
  readonly #folders: Folder[] = [];
  #nextFolder = 0;
  /** Numbers of files in the listing, by index in the manifest. */
  readonly #files: number[] = [];
  #bytes = 0;
  #fileCount = 0;
  #isDone = false;

  constructor(listing: StreamedListing, reports: WalkReports) {
    this.#listing = listing;
    this.#reports = reports;
    this.#nodes = listing.roots.filter((root) => this.#isAllowed(root, 1));
    this.roots = this.#nodes.map((root) => {
      const { kind, size } = listing.entryOf(root);
      return { name: root.name, kind, size: kind === 'file' ? size : 0 };
    });
    for (const { relative, error } of listing.faults) reports.fault(relative, error);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get totals(): Totals {
    return {
      files: this.#fileCount,
      folders: this.#folders.length,
      bytes: this.#bytes,
      complete: this.#isDone,
    };
  }

  /** The number of a manifest entry in the listing. */
  fileOf(index: number): number {
    return this.#files[index] as number;
  }

  advance(budgetMs: number, maxEntries: number, take: (entry: SourceEntry) => void): void {
    const until = performance.now() + budgetMs;
    for (let count = 0; count < maxEntries && !this.#isDone; count += 1) {
      if (count % 32 === 31 && performance.now() > until) return;
      const next = this.#nodes[this.#nextNode++];
      if (next === undefined) this.#openNextFolder();
      else if (
        (this.#current === undefined || this.#isAllowed(next, this.#current.depth + 1)) &&
        this.#fits(next)
      )
        take(this.#entry(next));
    }
  }

  #openNextFolder(): void {
    const folder = this.#folders[this.#nextFolder++];
    this.#isDone = folder === undefined;
    this.#current = folder;
    this.#nodes = folder === undefined ? [] : this.#listing.childrenOf(folder.node);
    this.#nextNode = 0;
  }

  #isAllowed({ name, relative }: Node, depth: number): boolean {
    const fault = nameFault(name, process.platform);
    if (fault !== undefined) this.#reports.fault(relative, new HexdropError(fault.code, fault.message));
    else if (depth > limits.treeDepth) {
      const message = `It lies more than ${limits.treeDepth} levels deep.`;
      this.#reports.fault(relative, new HexdropError('manifest-depth', message));
    } else return true;
    return false;
  }

  /** The protocol counts the bytes of a transfer up to 2^53-1. */
  #fits(node: Node): boolean {
    const { kind, size } = this.#listing.entryOf(node);
    if (kind === 'folder' || Number.isSafeInteger(this.#bytes + size)) return true;
    this.#reports.fault(node.relative, tooLarge(size));
    return false;
  }

  #entry(next: Node): SourceEntry {
    const { kind, size, mtimeMs } = this.#listing.entryOf(next);
    const index = this.#files.length;
    this.#files.push(next.file ?? -1);
    if (kind === 'folder') {
      this.#folders.push({ node: next, index, depth: (this.#current?.depth ?? 0) + 1 });
    } else {
      this.#fileCount += 1;
      this.#bytes += size;
    }
    return {
      index,
      kind,
      name: next.name,
      parent: this.#current?.index ?? -1,
      size: kind === 'file' ? size : 0,
      mtime: entryTimeOfMs(mtimeMs),
      executable: false,
    };
  }
}
