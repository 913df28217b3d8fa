/**
 * The rules between manifest entries, checked one entry at a time: strictly ascending by (parent, name as
 * UTF-8 bytes), parents that are folders and came before, depth, names that are one component.
 *
 * Because parents ascend, a folder that was passed is never asked for again: what must be remembered is the
 * folders still ahead, six bytes each. Duplicates are impossible by the order alone.
 *
 * docs/PROTOCOL.md, "Manifest".
 */

import type { ManifestEntry } from './catalog.ts';
import { HexdropError } from '../errors/errors.ts';
import { limits } from './limits.ts';
import type { ManifestPage } from './manifest.ts';
import { clip, compareUtf8, isComponent } from '../base/text.ts';

const firstCapacity = 256;

export class ManifestOrder {
  #nextIndex = 0;
  #nextPage = 0;
  #lastParent = -1;
  #lastName = '';
  #lastParentDepth = 0;
  readonly #folders = new FolderQueue();

  /** The index that the next entry has: the number of entries taken. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /**
   * Takes the next entry and returns its depth (1 at the top). Throws manifest-order, manifest-depth or
   * unsafe-name.
   */
  take(entry: Pick<ManifestEntry, 'kind' | 'parent' | 'name'>): number {
    const index = this.#nextIndex;
    const { parent, name } = entry;
    if (!isComponent(name)) {
      throw new HexdropError(
        'unsafe-name',
        `Entry ${index} has the name ${shown(name)}, which is not one component of a path.`,
        {
          seen: shown(name),
          allowed: 'no "/", no NUL, not "", "." or ".."',
        },
      );
    }
    if (parent < this.#lastParent) {
      throw orderFault(
        index,
        `parent ${parentText(parent)} after parent ${parentText(this.#lastParent)}`,
        'parents that ascend',
      );
    }
    if (parent === this.#lastParent) {
      if (index > 0 && compareUtf8(this.#lastName, name) >= 0) {
        throw orderFault(
          index,
          `${shown(name)} after ${shown(this.#lastName)}`,
          'names that ascend, none twice',
        );
      }
    } else {
      if (parent >= index) throw orderFault(index, `parent ${parent}`, `a parent below ${index}`);
      const depth = this.#folders.depthOf(parent);
      if (depth === undefined) throw orderFault(index, `parent ${parent}, which is not a folder`, 'a folder');
      this.#lastParentDepth = depth;
    }
    const depth = this.#lastParentDepth + 1;
    if (depth > limits.treeDepth) {
      throw new HexdropError(
        'manifest-depth',
        `Entry ${index} is ${depth} levels deep; at most ${limits.treeDepth} are allowed.`,
        {
          seen: `${depth} levels`,
          allowed: `${limits.treeDepth} levels`,
        },
      );
    }
    this.#lastParent = parent;
    this.#lastName = name;
    this.#nextIndex = index + 1;
    if (entry.kind === 'folder') this.#folders.add(index, depth);
    return depth;
  }

  /** Takes the next page: number and first index must be the next ones, and only the last one may be empty. */
  takePage(page: ManifestPage, isLast: boolean): void {
    if (page.page !== this.#nextPage) {
      throw orderFault(this.#nextIndex, `page ${page.page}`, `page ${this.#nextPage}`);
    }
    if (page.first !== this.#nextIndex) {
      throw orderFault(
        this.#nextIndex,
        `a page that starts at ${page.first}`,
        `a page that starts at ${this.#nextIndex}`,
      );
    }
    if (page.entries.length === 0 && !isLast) {
      throw orderFault(this.#nextIndex, 'a page without entries', 'one on the last page only');
    }
    this.#nextPage += 1;
    for (const entry of page.entries) this.take(entry);
  }
}

/** Index and depth of folders, ascending; a ring that grows and forgets what is passed. */
class FolderQueue {
  #indices = new Uint32Array(firstCapacity);
  #depths = new Uint16Array(firstCapacity);
  #head = 0;
  #count = 0;

  add(index: number, depth: number): void {
    if (this.#count === this.#indices.length) this.#grow();
    const slot = (this.#head + this.#count) & (this.#indices.length - 1);
    this.#indices[slot] = index;
    this.#depths[slot] = depth;
    this.#count += 1;
  }

  /** The depth of a folder, which it and all before it are forgotten for; undefined when it is not in the queue. */
  depthOf(index: number): number | undefined {
    while (this.#count > 0) {
      const slot = this.#head;
      const at = this.#indices[slot] as number;
      if (at > index) return undefined;
      this.#head = (slot + 1) & (this.#indices.length - 1);
      this.#count -= 1;
      if (at === index) return this.#depths[slot];
    }
    return undefined;
  }

  #grow(): void {
    const capacity = this.#indices.length;
    const indices = new Uint32Array(capacity * 2);
    const depths = new Uint16Array(capacity * 2);
    for (let at = 0; at < this.#count; at += 1) {
      const slot = (this.#head + at) & (capacity - 1);
      indices[at] = this.#indices[slot] as number;
      depths[at] = this.#depths[slot] as number;
    }
    this.#indices = indices;
    this.#depths = depths;
    this.#head = 0;
  }
}

const parentText = (parent: number): string => (parent === -1 ? 'none' : String(parent));

const shown = (name: string): string => clip(JSON.stringify(name), 60);

function orderFault(index: number, seen: string, allowed: string): HexdropError {
  return new HexdropError('manifest-order', `Entry ${index}: seen ${seen}; allowed: ${allowed}.`, {
    seen,
    allowed,
  });
}
