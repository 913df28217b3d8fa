/**
 * Trees that a page streams: the page tells the entries, the engine asks for content while it sends, the page brings it.
 * Nothing is kept here but what the engine has asked for, which is at most a few MiB. When the page goes, so do its
 * trees: what was being sent from them ends, and goes on when the same files are sent again.
 */

import { randomBytes } from 'node:crypto';

import type { PickedItem, Ref } from '../../shared/model/local.ts';
import type { StreamedEntry, StreamedPart, StreamedTree } from '../engine/api.ts';
import { freeName } from '../base/free-name.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { counted } from './local-files.ts';
import type { WindowConnections } from './window-connections.ts';

/** Paths of a tree are kept in memory as long as the page has it. */
const mostEntries = 500_000;
const mostUploads = 100;
/** A page whose link broke makes a new one within seconds; one that was closed does not. */
const returnWithinMs = 20_000;

interface Root {
  readonly ref: Ref;
  readonly name: string;
}

interface Upload {
  readonly ref: Ref;
  readonly entries: StreamedEntry[];
  /** By name; told when the tree is complete. */
  readonly roots: Map<string, Root>;
  isComplete: boolean;
  window: WindowConnections;
  stopWatching: () => void;
  lastRequest: number;
  /** What the engine waits for, by request. */
  readonly wanted: Map<number, Wanted>;
  /** Those that the page has not been asked for yet: one message asks for all that are wanted at once. */
  untold: number[];
  /** Transfers that are sent from it. */
  readonly users: Set<() => void>;
  timer: NodeJS.Timeout | undefined;
}

interface Wanted {
  /** Index in the upload's entries. */
  readonly file: number;
  readonly part: StreamedPart;
  received: number;
}

export class Uploads {
  readonly #dropped: () => void;
  readonly #uploads = new Map<Ref, Upload>();
  readonly #roots = new Map<Ref, { readonly upload: Upload; readonly name: string }>();

  /** @param dropped what was sent from a tree cannot be started again from it any more */
  constructor(dropped: () => void = () => {}) {
    this.#dropped = dropped;
  }

  begin(window: WindowConnections): Ref {
    if (this.#uploads.size >= mostUploads) {
      throw new HexdropError('too-many-calls', 'Too many trees of pages are open.', {
        allowed: `${mostUploads}`,
      });
    }
    const upload: Upload = {
      ref: newRef(),
      entries: [],
      roots: new Map(),
      isComplete: false,
      window,
      stopWatching: () => {},
      lastRequest: 0,
      wanted: new Map(),
      untold: [],
      users: new Set(),
      timer: undefined,
    };
    this.#uploads.set(upload.ref, upload);
    this.#watch(upload, window);
    return upload.ref;
  }

  /** @throws HexdropError ref-unknown, bad-arguments */
  addEntries(ref: Ref, entries: readonly StreamedEntry[]): void {
    const upload = this.#upload(ref);
    if (upload.isComplete) throw new HexdropError('bad-arguments', 'The tree was told to be complete.');
    if (upload.entries.length + entries.length > mostEntries) {
      throw new HexdropError('manifest-too-large', `A tree of a page has at most ${mostEntries} entries.`);
    }
    for (const entry of entries) {
      const names = entry.path.split('/');
      if (names.some((name) => name === '' || name === '.' || name === '..')) {
        throw new HexdropError('unsafe-path', undefined, { seen: entry.path.slice(0, 200) });
      }
      upload.entries.push(entry);
      const [name = ''] = names;
      if (!upload.roots.has(name)) upload.roots.set(name, { ref: newRef(), name });
    }
  }

  complete(ref: Ref): readonly PickedItem[] {
    const upload = this.#upload(ref);
    upload.isComplete = true;
    for (const root of upload.roots.values()) this.#roots.set(root.ref, { upload, name: root.name });
    return itemsOf(upload);
  }

  /** Content that was asked for. False: no more of it is needed. @throws HexdropError ref-unknown, bad-arguments */
  push(ref: Ref, request: number, at: { file: number; offset: number }, bytes: Uint8Array): boolean {
    const wanted = this.#upload(ref).wanted.get(request);
    // It was taken back while the bytes were under way.
    if (wanted === undefined) return false;
    const offset = wanted.part.offset + wanted.received;
    if (at.file !== wanted.file || at.offset !== offset) {
      throw new HexdropError('bad-arguments', `Request ${request} goes on elsewhere.`, {
        seen: `file ${at.file} at ${at.offset}`,
        allowed: `file ${wanted.file} at ${offset}`,
      });
    }
    if (bytes.length > wanted.part.bytes - wanted.received) {
      throw new HexdropError('bad-arguments', `Request ${request} asked for ${wanted.part.bytes} bytes.`, {
        seen: `${wanted.received + bytes.length}`,
      });
    }
    wanted.received += bytes.length;
    const more = wanted.part.push(bytes) && wanted.received < wanted.part.bytes;
    if (!more) this.#upload(ref).wanted.delete(request);
    return more;
  }

  /** Several parts, each whole. @throws HexdropError ref-unknown, bad-arguments */
  pushWhole(
    ref: Ref,
    parts: readonly { readonly request: number; readonly bytes: number }[],
    bytes: Uint8Array,
  ): void {
    const { wanted } = this.#upload(ref);
    const told = parts.reduce((sum, part) => sum + part.bytes, 0);
    if (told !== bytes.length) {
      throw new HexdropError('bad-arguments', 'The parts have more or less bytes than came.', {
        seen: `${bytes.length}`,
        allowed: `${told}`,
      });
    }
    let at = 0;
    for (const part of parts) {
      const content = bytes.subarray(at, at + part.bytes);
      at += part.bytes;
      const open = wanted.get(part.request);
      // It was taken back while the bytes were under way.
      if (open === undefined) continue;
      if (open.received > 0 || open.part.bytes !== part.bytes) {
        throw new HexdropError(
          'bad-arguments',
          `Request ${part.request} asked for ${open.part.bytes} bytes.`,
          {
            seen: `${open.received + part.bytes}`,
          },
        );
      }
      wanted.delete(part.request);
      open.part.push(content);
    }
  }

  /** The page cannot read this file. */
  fail(ref: Ref, request: number, message: string): void {
    const upload = this.#upload(ref);
    const wanted = upload.wanted.get(request);
    upload.wanted.delete(request);
    wanted?.part.fail(message);
  }

  /** The same page over a new link: what is wanted is told again, from where it stands. @throws HexdropError ref-unknown */
  adopt(ref: Ref, window: WindowConnections): void {
    const upload = this.#upload(ref);
    clearTimeout(upload.timer);
    upload.stopWatching();
    this.#watch(upload, window);
    upload.untold = [...upload.wanted.keys()];
    this.#tellWanted(upload);
  }

  /** The person took it back, or the page is gone. What is being sent from it ends. */
  drop(ref: Ref): void {
    const upload = this.#uploads.get(ref);
    if (upload === undefined) return;
    clearTimeout(upload.timer);
    upload.stopWatching();
    this.#uploads.delete(ref);
    for (const root of upload.roots.values()) this.#roots.delete(root.ref);
    for (const end of upload.users) end();
    for (const { part } of upload.wanted.values()) part.fail('The page that had this file is gone.');
    upload.wanted.clear();
    this.#dropped();
  }

  /** Whether a ref is for something of a page; it may be gone already. */
  has(root: Ref): boolean {
    return this.#roots.has(root);
  }

  /** @throws HexdropError ref-unknown */
  items(roots: readonly Ref[]): readonly PickedItem[] {
    // Ten thousand files may have been dropped at once: each tree is looked through once.
    const uploads = new Set(roots.map((ref) => this.#root(ref).upload));
    const items = new Map([...uploads].flatMap(itemsOf).map((item) => [item.ref, item]));
    return roots.map((ref) => {
      const item = items.get(ref);
      if (item === undefined) throw new HexdropError('ref-unknown');
      return item;
    });
  }

  /**
   * One tree of what was chosen of one or several uploads.
   * @param gone the page is: the transfer has to end
   * @throws HexdropError ref-unknown
   */
  treeOf(roots: readonly Ref[], gone: () => void): StreamedTree {
    const chosen = new Map<Upload, Map<string, string>>();
    const taken = new Set<string>();
    for (const ref of roots) {
      const { upload, name } = this.#root(ref);
      const names = chosen.get(upload) ?? new Map<string, string>();
      chosen.set(upload, names);
      if (names.has(name)) continue;
      const free = taken.has(name) ? freeName(name, (candidate) => taken.has(candidate)) : name;
      taken.add(free);
      names.set(name, free);
    }
    const entries: StreamedEntry[] = [];
    /** Where each entry is from. */
    const sources: { readonly upload: Upload; readonly file: number }[] = [];
    for (const [upload, names] of chosen) {
      for (const [file, entry] of upload.entries.entries()) {
        const slash = entry.path.indexOf('/');
        const root = slash === -1 ? entry.path : entry.path.slice(0, slash);
        const name = names.get(root);
        if (name === undefined) continue;
        entries.push(name === root ? entry : { ...entry, path: `${name}${entry.path.slice(root.length)}` });
        sources.push({ upload, file });
      }
    }
    // Parts come and go by the million: the books hold no part that its reader has let go.
    const requests = new WeakMap<StreamedPart, { readonly upload: Upload; readonly request: number }>();
    for (const upload of chosen.keys()) upload.users.add(gone);
    return {
      entries,
      want: (part) => {
        const source = sources[part.file];
        if (source === undefined) return part.fail('There is no such file.');
        if (!this.#uploads.has(source.upload.ref)) return part.fail('The page that had this file is gone.');
        requests.set(part, { upload: source.upload, request: this.#want(source.upload, source.file, part) });
      },
      unwanted: (part) => {
        const asked = requests.get(part);
        requests.delete(part);
        if (asked === undefined || !asked.upload.wanted.delete(asked.request)) return;
        // What the page was not told of yet, it is not told of.
        if (asked.upload.untold.includes(asked.request)) return;
        asked.upload.window.tell('upload-unwanted', { upload: asked.upload.ref, request: asked.request });
      },
      close: () => {
        for (const upload of chosen.keys()) upload.users.delete(gone);
      },
    };
  }

  close(): void {
    for (const ref of this.#uploads.keys()) this.drop(ref);
  }

  #want(upload: Upload, file: number, part: StreamedPart): number {
    upload.lastRequest += 1;
    const request = upload.lastRequest;
    const wanted: Wanted = { file, part, received: 0 };
    upload.wanted.set(request, wanted);
    upload.untold.push(request);
    if (upload.untold.length === 1) queueMicrotask(() => this.#tellWanted(upload));
    return request;
  }

  #tellWanted(upload: Upload): void {
    const parts = upload.untold.flatMap((request) => {
      const wanted = upload.wanted.get(request);
      if (wanted === undefined) return [];
      const { file, part, received } = wanted;
      return [{ request, file, offset: part.offset + received, bytes: part.bytes - received }];
    });
    upload.untold = [];
    if (parts.length > 0) upload.window.tell('upload-wanted', { upload: upload.ref, parts });
  }

  #watch(upload: Upload, window: WindowConnections): void {
    upload.window = window;
    upload.stopWatching = window.onClosed(() => {
      upload.timer = setTimeout(() => this.drop(upload.ref), returnWithinMs);
      upload.timer.unref();
    });
  }

  #upload(ref: Ref): Upload {
    const upload = this.#uploads.get(ref);
    if (upload === undefined) throw new HexdropError('ref-unknown');
    return upload;
  }

  #root(ref: Ref): { readonly upload: Upload; readonly name: string } {
    const root = this.#roots.get(ref);
    if (root === undefined) throw new HexdropError('ref-unknown');
    return root;
  }
}

const newRef = (): Ref => `page-${randomBytes(16).toString('base64url')}`;

function itemsOf({ entries, roots }: Upload): readonly PickedItem[] {
  const items = new Map<string, { kind: 'file' | 'folder'; files: number; bytes: number }>();
  for (const { path, kind, size } of entries) {
    const slash = path.indexOf('/');
    const name = slash === -1 ? path : path.slice(0, slash);
    const item = items.get(name) ?? { kind: slash === -1 ? kind : 'folder', files: 0, bytes: 0 };
    items.set(name, item);
    if (kind !== 'file') continue;
    item.files += 1;
    item.bytes += size;
  }
  return [...items].flatMap(([name, item]) => {
    const ref = roots.get(name)?.ref;
    return ref === undefined ? [] : [{ ref, name, ...item, ...counted(item.bytes) }];
  });
}
