/**
 * The folders that this device serves, who may open them, and what is in them. Every path of a peer goes through the
 * share's SafeRoot; one scope check serves LIST, STAT, GET and uploads (docs/PROTOCOL.md, "Browsing").
 */

import { lstatSync, readdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join, resolve } from 'node:path';

import type { ShareView } from '../../../shared/model/share.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { entryTimeOfMs } from '../../../shared/protocol/entry-time.ts';
import { asHexdropError, HexdropError } from '../../../shared/errors/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { compareUtf8 } from '../../../shared/base/text.ts';
import { fileFaultOf } from '../../base/file-fault.ts';
import { freeName } from '../../base/free-name.ts';
import { wireNamesOf } from '../../base/name-mapping.ts';
import type { WireNames } from '../../base/name-mapping.ts';
import { nameOfPath } from '../../base/name-of-path.ts';
import { isReservedName, nameFault, SafeRoot, splitPeerPath } from '../../base/safe-path.ts';
import { PinGuard } from './pin-guard.ts';
import { readRange } from './read-range.ts';

export interface ShareRequest {
  readonly path: string;
  readonly name?: string;
  readonly writable?: boolean;
  readonly pin?: string;
}

interface Share {
  readonly name: string;
  readonly root: SafeRoot;
  readonly writable: boolean;
  readonly guard: PinGuard | undefined;
}

/** What changes of a share while it is served; `pin: null` takes the PIN away. */
export interface ShareChange {
  readonly writable?: boolean;
  readonly pin?: string | null;
}

/** The PINs that a session has given. A new PIN, or another share of the same name, is another guard. */
export type Unlocked = ReadonlySet<PinGuard>;

type ListedEntry = Payload<'ENTRY'>['entry'];

/** Something inside of a share, found and allowed. */
export interface Found {
  readonly share: Share;
  readonly components: readonly string[];
  /** Local and absolute; seen to lead through no link. */
  readonly path: string;
  readonly stats: Stats;
}

export class Shares {
  readonly #shares = new Map<string, Share>();
  readonly #names = new FolderNames();

  /** Serves a folder. A name that is taken gets a number. */
  add(request: ShareRequest): ShareView {
    const path = resolve(request.path);
    const stats = statsOf(path, request.path);
    if (!stats.isDirectory() && !stats.isSymbolicLink()) {
      throw new HexdropError(
        'not-a-folder',
        `"${request.path}" is not a folder; only folders can be shared.`,
      );
    }
    const root = SafeRoot.openExisting(path);
    // A link that is named shares what it leads to under its own name, as one that is sent arrives under it.
    const wanted = request.name ?? nameOfPath(path);
    const fault = shareNameFault(wanted);
    if (fault !== undefined) throw new HexdropError('usage', `The share cannot be named so. ${fault}`);
    const name = this.#shares.has(wanted)
      ? freeName(wanted, (candidate) => this.#shares.has(candidate))
      : wanted;
    const share: Share = {
      name,
      root,
      writable: request.writable ?? false,
      guard: request.pin === undefined ? undefined : new PinGuard(request.pin),
    };
    this.#shares.set(name, share);
    return viewOf(share);
  }

  /** Holds from the next request on. @throws HexdropError no-such-share */
  update(name: string, { writable, pin }: ShareChange): ShareView {
    const before = this.#share(name);
    const share: Share = {
      ...before,
      writable: writable ?? before.writable,
      guard: pin === undefined ? before.guard : pin === null ? undefined : new PinGuard(pin),
    };
    this.#shares.set(name, share);
    return viewOf(share);
  }

  /** @throws HexdropError no-such-share */
  remove(name: string): void {
    this.#share(name);
    this.#shares.delete(name);
  }

  get count(): number {
    return this.#shares.size;
  }

  views(): readonly ShareView[] {
    return [...this.#shares.values()].map((share) => viewOf(share));
  }

  /** Returns what the PIN opened, if the share asks for one. @throws HexdropError no-such-share, pin-wrong, pin-throttled */
  unlock(name: string, pin: string, address: string, nowMs: number): PinGuard | undefined {
    const { guard } = this.#share(name);
    guard?.check(pin, address, nowMs);
    return guard;
  }

  list(request: Payload<'LIST'>, unlocked: Unlocked): Payload<'LISTING'> {
    const components = splitPeerPath(request.path);
    if (components.length === 0) return this.#listShares(request, unlocked);
    const found = this.#find(components, unlocked);
    if (!found.stats.isDirectory()) {
      return {
        path: request.path,
        writable: false,
        entries: [entryOf(components.at(-1) as string, found.stats)],
        more: false,
      };
    }
    const { rules } = found.share.root;
    const { names, called } = this.#names.of(found.path, request.path, rules, request.after !== undefined);
    return {
      path: request.path,
      writable: found.share.writable,
      ...page(names, request.after, (name) => childOf(found.path, name, called.get(name) ?? name)),
    };
  }

  stat(request: Payload<'STAT'>, unlocked: Unlocked): Payload<'ENTRY'> {
    const components = splitPeerPath(request.path);
    const [shareName] = components;
    if (components.length === 1 && shareName !== undefined) {
      return { path: request.path, entry: shareEntry(this.#share(shareName), unlocked) };
    }
    const { stats } = this.#find(components, unlocked);
    return { path: request.path, entry: entryOf(components.at(-1) as string, stats) };
  }

  /** For GET: the file or folder at a peer's path. */
  find(path: string, unlocked: Unlocked): Found {
    return this.#find(splitPeerPath(path), unlocked);
  }

  /** For READ: a range of the file at a peer's path. @throws HexdropError is-a-folder and those of `find` */
  read({ path, ...range }: Payload<'READ'>, unlocked: Unlocked): Payload<'CONTENT'> {
    const found = this.#find(splitPeerPath(path), unlocked);
    return readRange(found.path, path, range);
  }

  /** For uploads: the root of what a peer may write to. @throws HexdropError read-only and those of `find` */
  writableRoot(path: string, unlocked: Unlocked): SafeRoot {
    const { share, path: local, stats } = this.#find(splitPeerPath(path), unlocked);
    if (!share.writable)
      throw new HexdropError('read-only', `The share "${share.name}" does not take uploads.`);
    if (!stats.isDirectory()) throw new HexdropError('not-a-folder', `"${path}" is not a folder.`);
    return local === share.root.path ? share.root : SafeRoot.openExisting(local);
  }

  #find(components: readonly string[], unlocked: Unlocked): Found {
    const [shareName, ...inside] = components;
    if (shareName === undefined)
      throw new HexdropError('no-such-share', 'A path starts with the name of a share.');
    const share = this.#share(shareName);
    if (isLocked(share, unlocked)) {
      throw new HexdropError('pin-required', `The share "${share.name}" asks for a PIN.`);
    }
    share.root.nextTurn();
    const { path, stats } = share.root.existing(inside);
    if (!stats.isFile() && !stats.isDirectory()) {
      throw new HexdropError('not-a-file', `"${components.join('/')}" is neither a file nor a folder.`);
    }
    return { share, components, path, stats };
  }

  #share(name: string): Share {
    const share = this.#shares.get(name);
    if (share !== undefined) return share;
    const names = [...this.#shares.keys()].slice(0, 10).join(', ');
    const hint = names === '' ? 'Nothing is shared.' : `There are: ${names}.`;
    throw new HexdropError('no-such-share', `There is no share "${name}". ${hint}`);
  }

  #listShares(request: Payload<'LIST'>, unlocked: Unlocked): Payload<'LISTING'> {
    const names = [...this.#shares.keys()].sort(compareUtf8);
    const found = page(names, request.after, (name) => shareEntry(this.#share(name), unlocked));
    return { path: request.path, writable: false, ...found };
  }
}

/** Why a share cannot have a name: it must also be the whole of a path, or nobody could ask for it. */
const shareNameFault = (name: string): string | undefined => {
  const fault = nameFault(name, process.platform);
  if (fault !== undefined) return fault.message;
  try {
    splitPeerPath(name);
    return undefined;
  } catch (thrown) {
    return asHexdropError(thrown).message;
  }
};

const viewOf = (share: Share): ShareView => ({
  name: share.name,
  path: share.root.path,
  writable: share.writable,
  locked: share.guard !== undefined,
});

const isLocked = ({ guard }: Share, unlocked: Unlocked): boolean =>
  guard !== undefined && !unlocked.has(guard);

const shareEntry = (share: Share, unlocked: Unlocked): ListedEntry => ({
  name: share.name,
  kind: 'share',
  writable: share.writable,
  locked: isLocked(share, unlocked),
});

const entryOf = (name: string, stats: Stats): ListedEntry => {
  const common = { name, mtime: entryTimeOfMs(stats.mtimeMs) };
  if (stats.isDirectory()) return { ...common, kind: 'folder' };
  // A size that the wire does not carry is left out.
  const size = Number.isSafeInteger(stats.size) ? { size: stats.size } : {};
  return { ...common, kind: 'file', ...size, executable: (stats.mode & 0o111) !== 0 };
};

type Page = Pick<Payload<'LISTING'>, 'entries' | 'more' | 'omitted' | 'omittedCount'>;
type Omission = NonNullable<Page['omitted']>[number];

/** So many bytes of a page are for what it leaves out: the rest is for the path and the entries. */
const omissionBytes = 49_152;
const entryBytes = limits.controlBytes - 65_536;

/** Says of one after the other whether there is room for it. */
function roomOf(mostBytes: number): (made: object) => boolean {
  let left = mostBytes;
  return (made) => {
    const bytes = JSON.stringify(made).length * 3;
    if (bytes > left) return false;
    left -= bytes;
    return true;
  };
}

/** One page of names behind `after`, as entries; names that lead to nothing a peer may have are left out, and told. */
function page(
  names: readonly string[],
  after: string | undefined,
  entry: (name: string) => ListedEntry | Omission,
): Page {
  const entries: ListedEntry[] = [];
  const omitted: Omission[] = [];
  let omittedCount = 0;
  const hasRoom = roomOf(entryBytes);
  const hasRoomToTell = roomOf(omissionBytes);
  let at = after === undefined ? 0 : indexBehind(names, after);
  for (; at < names.length; at += 1) {
    const name = names[at] as string;
    // Two names that are not UTF-8 read the same, and as one that is there.
    const made: ListedEntry | Omission =
      names[at - 1] === name ? { name, code: 'name-not-utf8' } : entry(name);
    if ('code' in made) {
      omittedCount += 1;
      if (omitted.length < limits.listingOmissions && hasRoomToTell(made)) omitted.push(made);
    } else {
      if (entries.length >= limits.listingEntries || !hasRoom(made)) break;
      entries.push(made);
    }
  }
  return {
    entries,
    more: at < names.length,
    ...(omittedCount === 0 ? {} : { omittedCount }),
    ...(omitted.length === 0 ? {} : { omitted }),
  };
}

function childOf(folder: string, name: string, local: string): ListedEntry | Omission {
  const fault = nameFault(name, process.platform);
  if (fault !== undefined) {
    return { name, code: isReservedName(name, process.platform) ? 'reserved' : fault.code };
  }
  try {
    const stats = lstatSync(join(folder, local));
    if (stats.isFile() || stats.isDirectory()) return entryOf(name, stats);
    return { name, code: stats.isSymbolicLink() ? 'symlink' : 'special' };
  } catch (thrown) {
    // Node shows what is no UTF-8 in a name as U+FFFD, and then there is nothing of that name.
    if (name.includes('\ufffd')) return { name, code: 'name-not-utf8' };
    return { name, code: fileFaultOf(thrown, 'look at', name).code };
  }
}

/** Where in a sorted list the names behind `after` begin. */
function indexBehind(names: readonly string[], after: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(names[middle] as string, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Folders whose sorted names are kept, and for how long: a large folder is asked for page by page. */
const keptFolders = 4;
const keptMs = 10_000;

/** The names in folders, sorted by their bytes; kept for the pages that follow, so that a folder is read once. */
class FolderNames {
  readonly #kept = new Map<string, { readonly found: WireNames; readonly untilMs: number }>();

  /** @param isFurtherPage whether a list that is a few seconds old will do */
  of(folder: string, relative: string, rules: NodeJS.Platform, isFurtherPage: boolean): WireNames {
    const now = performance.now();
    const kept = this.#kept.get(folder);
    if (isFurtherPage && kept !== undefined && now < kept.untilMs) return kept.found;
    this.#kept.delete(folder);
    const found = wireNamesOf(namesIn(folder, relative), rules);
    if (found.names.length <= limits.listingEntries) return found;
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= keptFolders && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(folder, { found, untilMs: now + keptMs });
    return found;
  }
}

function namesIn(folder: string, relative: string): string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    throw fileFaultOf(thrown, 'list', relative);
  }
}

function statsOf(path: string, asTyped: string): Stats {
  let stats: Stats | undefined;
  try {
    stats = lstatSync(path, { throwIfNoEntry: false });
  } catch (thrown) {
    throw fileFaultOf(thrown, 'look at', asTyped);
  }
  if (stats === undefined) throw new HexdropError('no-such-path', `There is no "${asTyped}".`);
  return stats;
}
