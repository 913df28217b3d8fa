/**
 * Owns the one way by which names that a peer sent become local paths. Receive, put, LIST, STAT and GET all go
 * through here; nothing else may join a peer's name to a path.
 *
 * Rules: docs/PROTOCOL.md "Names", docs/SECURITY.md. The hostile corpus is safe-path.corpus.json.
 * Between the check of a folder and its use lies one turn: Node has no openat, so somebody who may already
 * write to the target can still race us within it. A peer cannot: it can create no symbolic link.
 */

import { accessSync, constants, lstatSync, mkdirSync, realpathSync, statfsSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import native, { basename, dirname, join, posix, sep, win32 } from 'node:path';
import type { PlatformPath } from 'node:path';

import { displayName } from '../../shared/model/display-name.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import type { ErrorCode } from '../../shared/errors/errors.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { fileFaultOf } from './file-fault.ts';
import { localName, wireName } from './name-mapping.ts';

/** How the names of unfinished files begin (unfinished.ts); a peer may neither write nor read what is called so. */
export const stagingName = '.hexdrop-partial';

/** The names that are reserved: what unfinished files are called, and the folder that they lay in before. */
const reservedPattern = /^\.hexdrop-partial(?:-[\da-f]{32}(?:-\d{1,3})?\.\d{1,15})?$/iu;

export interface NameFault {
  readonly code: Extract<ErrorCode, 'unsafe-name' | 'name-not-allowed' | 'name-too-long'>;
  readonly message: string;
}

/** Code points that HFS+ leaves out when it compares names: `.hexdrop\u200c-partial` would open the staging folder. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;
/** UTF-16 units in a name that Windows and its file systems take. */
const windowsNameUnits = 255;
/** Three UTF-8 bytes at most for each UTF-16 unit: shorter names need no count. */
const shortNameUnits = Math.floor(limits.nameBytes / 3);

/**
 * Why no entry of this name may be here; undefined when one may, under `localName`. `unsafe-name` is not the name of one
 * entry and is refused on all systems; the other codes depend on the platform. A backslash is a character like any other:
 * where it would separate, `localName` replaces it.
 */
export const nameFault = (name: string, platform: NodeJS.Platform): NameFault | undefined => {
  if (name === '' || name === '.' || name === '..') {
    return { code: 'unsafe-name', message: `${quoted(name)} is not a name of a file or folder.` };
  }
  if (name.includes('/') || name.includes('\0')) {
    return { code: 'unsafe-name', message: `The name ${quoted(name)} holds a separator or a NUL.` };
  }
  if (!name.isWellFormed()) {
    return { code: 'unsafe-name', message: `The name ${quoted(name)} is not valid Unicode.` };
  }
  if (name.length > shortNameUnits && Buffer.byteLength(name) > limits.nameBytes) {
    const message = `The name ${quoted(name)} has ${Buffer.byteLength(name)} bytes; ${limits.nameBytes} are allowed.`;
    return { code: 'name-too-long', message };
  }
  if (isReservedName(name, platform)) {
    return {
      code: 'name-not-allowed',
      message: `The name ${quoted(name)} is reserved for unfinished files.`,
    };
  }
  if (platform !== 'win32' || name.length <= windowsNameUnits / 2) return undefined;
  const { length } = localName(name, platform);
  if (length <= windowsNameUnits) return undefined;
  const message = `The name ${quoted(name)} would have ${length} characters as Windows can hold it; it takes ${windowsNameUnits}.`;
  return { code: 'name-too-long', message };
};

/** Whether the name is one of unfinished files here, or would open one. */
export const isReservedName = (name: string, platform: NodeJS.Platform): boolean =>
  reservedPattern.test(platform === 'darwin' ? name.replace(ignoredByHfs, '') : name);

const quoted = (name: string): string =>
  `"${displayName(name.length > 300 ? `${name.slice(0, 300)}...` : name)}"`;

const drivePrefix = /^[a-z]:/iu;

/**
 * Splits a path inside of a share as a peer sent it, at "/" on every system: a backslash belongs to a name. One "/" at
 * the end is ignored; '' is the list of shares. Throws `unsafe-path`, also for what an absolute path of Windows begins with.
 */
export const splitPeerPath = (path: string): string[] => {
  if (path === '') return [];
  if (path.includes('\0')) throw unsafePath(path, 'it holds a NUL');
  if (!path.isWellFormed()) throw unsafePath(path, 'it is not valid Unicode');
  if (path.startsWith('/') || path.startsWith('\\')) throw unsafePath(path, 'it is absolute');
  if (drivePrefix.test(path)) throw unsafePath(path, 'it names a drive');
  const components = path.split('/');
  if (components.at(-1) === '') components.pop();
  if (components.length > limits.treeDepth)
    throw unsafePath(path, `it has more than ${limits.treeDepth} levels`);
  for (const component of components) {
    if (component === '') throw unsafePath(path, 'a component is empty');
    if (component === '.' || component === '..') throw unsafePath(path, `it holds "${component}"`);
  }
  return components;
};

const unsafePath = (path: string, reason: string): HexdropError =>
  new HexdropError('unsafe-path', `The path ${quoted(path)} is refused: ${reason}.`);

/**
 * The local path of `components` under `root`, by names alone (nothing on the disk is looked at). Throws the fault
 * of the first name that has one, and `unsafe-path` should the joined path lie outside of the root after all.
 */
export const localPath = (root: string, components: readonly string[], platform: NodeJS.Platform): string => {
  return joinUnder(root, localNames(components, platform), platform === 'win32' ? win32 : posix);
};

const localNames = (components: readonly string[], platform: NodeJS.Platform): readonly string[] => {
  requireNames(components, platform);
  return components.map((name) => localName(name, platform));
};

const requireNames = (components: readonly string[], platform: NodeJS.Platform): void => {
  if (components.length > limits.treeDepth) {
    throw unsafePath(components.slice(0, 8).join('/'), `it has more than ${limits.treeDepth} levels`);
  }
  for (const component of components) requireName(component, platform);
};

const requireName = (name: string, platform: NodeJS.Platform): void => {
  const fault = nameFault(name, platform);
  if (fault !== undefined) throw new HexdropError(fault.code, fault.message);
};

/** Joins, and then does not believe it: the result must be its own resolution and lie under the root. */
const joinUnder = (root: string, components: readonly string[], flavour: PlatformPath): string => {
  if (components.length === 0) return root;
  const prefix = root.endsWith(flavour.sep) ? root : root + flavour.sep;
  const joined = prefix + components.join(flavour.sep);
  if (flavour.resolve(joined) !== joined || !joined.startsWith(prefix)) {
    throw unsafePath(components.join('/'), 'it leads out of its root');
  }
  return joined;
};

/**
 * What two names of one folder must not share on a file system that folds case (and form): the second would
 * open the first. Without folding every name is its own key.
 */
export const clashKey = (name: string, foldsCase: boolean): string =>
  foldsCase ? name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC') : name;

/** Spellings of a name that a file system might take for it: the other case, and both forms of Unicode. */
const otherSpellings = (name: string): readonly string[] => {
  const upper = name.toUpperCase();
  const spellings = [
    upper === name ? name.toLowerCase() : upper,
    name.normalize('NFC'),
    name.normalize('NFD'),
  ];
  return spellings.filter((spelling) => spelling !== name);
};

interface VerifiedFolder {
  readonly path: string;
  readonly depth: number;
}

/** What Linux says of the file systems of Windows that hold its names only: FAT and exFAT. */
const windowsFileSystems: ReadonlySet<number> = new Set([0x4d44, 0x2011_bab0]);

/** Whose rules for names hold in a folder: on a stick with a file system of Windows those of Windows. */
export const rulesAt = (path: string, platform: NodeJS.Platform = process.platform): NodeJS.Platform => {
  if (platform !== 'linux') return platform;
  try {
    return windowsFileSystems.has(statfsSync(path).type) ? 'win32' : platform;
  } catch {
    return platform;
  }
};

const isDanglingLink = (path: string): boolean => {
  try {
    return lstatSync(path).isSymbolicLink() && statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
};

/** One folder of this machine that peers' names are resolved under. */
export class SafeRoot {
  /** Absolute and without symbolic links: resolved once, at `open`. */
  readonly path: string;
  /** Whose rules for names hold in it. */
  readonly rules: NodeJS.Platform;
  readonly #prefix: string;
  /** Folders that were seen to be real ones in this turn, by relative path with '/'. */
  readonly #verified = new Map<string, VerifiedFolder>();

  private constructor(path: string, rules: NodeJS.Platform) {
    this.path = path;
    this.rules = rules;
    this.#prefix = path.endsWith(sep) ? path : path + sep;
  }

  /** Makes the folder when it is missing. That it is or goes through a symbolic link is the user's own business. */
  static open(root: string, platform: NodeJS.Platform = process.platform): SafeRoot {
    try {
      mkdirSync(root, { recursive: true });
    } catch (error) {
      // Where it leads is told to nobody: what is thrown may go to a peer.
      if (isDanglingLink(root)) {
        throw new HexdropError(
          'write-failed',
          `Could not use the folder ${quoted(basename(root))}: it is a symbolic link to what is not there.`,
          { cause: error },
        );
      }
      throw fileFaultOf(error, 'create the folder', basename(root));
    }
    return SafeRoot.openExisting(root, platform);
  }

  /** The same for a folder that must be there: a share. Throws `not-a-folder`, `file-vanished`. */
  static openExisting(root: string, platform: NodeJS.Platform = process.platform): SafeRoot {
    try {
      const real = realpathSync.native(root);
      if (statSync(real).isDirectory()) return new SafeRoot(real, rulesAt(real, platform));
    } catch (error) {
      throw fileFaultOf(error, 'open', basename(root));
    }
    throw new HexdropError('not-a-folder', `${quoted(basename(root))} is not a folder.`);
  }

  /** Why no entry of this name may be in it; see nameFault. */
  fault(name: string): NameFault | undefined {
    return nameFault(name, this.rules);
  }

  /** What an entry of this name is called in it. */
  nameHere(name: string): string {
    return localName(name, this.rules);
  }

  /** What an entry is called on the wire that is called so in it. */
  nameOnWire(local: string): string {
    return wireName(local, this.rules);
  }

  /**
   * Whether the folder of a file that is there takes names for one that differ in case or form alone, as far as the name of
   * this file can show it. Asked for each folder: a file system of its own may begin there, or a rule of its own hold.
   */
  foldsNames(path: string): boolean {
    try {
      return otherSpellings(basename(path)).some((other) => isOneEntry(path, join(dirname(path), other)));
    } catch {
      return false; // Another spelling may be longer than a name can be: then nothing has it.
    }
  }

  /** Whether two paths of one clash key lead to one entry: file systems differ in what they take for one name. */
  isOneEntry(path: string, other: string): boolean {
    try {
      return isOneEntry(path, other);
    } catch {
      return false;
    }
  }

  /**
   * Throws `permission-denied` when nothing can be put into the root, other than into folders of these names that are
   * there already: those may be for this user, or on a file system of their own.
   */
  requireWritable(names: readonly string[]): void {
    try {
      accessSync(this.path, constants.W_OK);
    } catch (error) {
      const isFolder = (name: string): boolean =>
        this.fault(name) === undefined &&
        lstatOf(this.#prefix + this.nameHere(name), name)?.isDirectory() === true;
      if (!names.some(isFolder)) throw fileFaultOf(error, 'create a file in', basename(this.path));
    }
  }

  /** Forgets what was verified: once for each frame, so that a folder swapped for a link is noticed. */
  nextTurn(): void {
    this.#verified.clear();
  }

  /**
   * The local path of a folder, every level of it seen to be a real folder in this turn. Missing levels are made
   * with `create`, else they throw `no-such-path`. Throws `symlink-in-path`, `not-a-folder`, the fault of a name,
   * or what the system says.
   */
  folder(components: readonly string[], options: { readonly create: boolean }): string {
    const known = this.#verified.get(
      components.length === 1 ? (components[0] as string) : components.join('/'),
    );
    // The depth tells ['a', 'b'] from a single name 'a/b', which is not a name.
    return known?.depth === components.length ? known.path : this.#verify(components, options.create);
  }

  /** The local path of a file `name` in a folder, which is verified as by `folder`. The file itself is not looked at. */
  file(
    parent: readonly string[],
    name: string,
    options: { readonly create: boolean } = { create: false },
  ): string {
    requireName(name, this.rules);
    const folder = this.folder(parent, options);
    const local = localName(name, this.rules);
    return parent.length === 0 ? this.#prefix + local : folder + sep + local;
  }

  #verify(components: readonly string[], create: boolean): string {
    const locals = localNames(components, this.rules);
    const path = joinUnder(this.path, locals, native);
    if (!this.#verified.has('')) {
      this.#requireRoot();
      this.#verified.set('', { path: this.path, depth: 0 });
    }
    let level = this.path;
    let relative = '';
    let depth = 0;
    for (const component of components) {
      const local = locals[depth] as string;
      level = depth === 0 ? this.#prefix + local : level + sep + local;
      relative = depth === 0 ? component : `${relative}/${component}`;
      depth += 1;
      if (this.#verified.has(relative)) continue;
      this.#requireFolder(level, relative, create);
      this.#verified.set(relative, { path: level, depth });
    }
    if (level !== path) throw unsafePath(relative, 'it leads out of its root');
    return level;
  }

  /** A folder that is shared or received into may be removed, made again or replaced while it is in use. */
  #requireRoot(): Stats {
    const stats = lstatOf(this.path, '.');
    if (stats === undefined) throw new HexdropError('no-such-path', 'The folder itself is gone.');
    if (stats.isSymbolicLink())
      throw new HexdropError('symlink-in-path', 'The folder itself was replaced by a symbolic link.');
    if (!stats.isDirectory())
      throw new HexdropError('not-a-folder', 'The folder itself was replaced by a file.');
    return stats;
  }

  #requireFolder(level: string, relative: string, create: boolean): void {
    const stats = lstatOf(level, relative);
    if (stats !== undefined) return requireRealFolder(stats, relative);
    if (!create) throw new HexdropError('no-such-path', `There is no folder ${quoted(relative)}.`);
    try {
      // Fails on whatever came into being since, a link too: what mkdir made is a real folder.
      mkdirSync(level);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw fileFaultOf(error, 'create the folder', relative);
      const now = lstatOf(level, relative);
      if (now === undefined) throw fileFaultOf(error, 'create the folder', relative);
      requireRealFolder(now, relative);
    }
  }

  /**
   * A file or folder that is there, for reading: no level of it, the last included, may be a symbolic link. Throws
   * `no-such-path`, `not-a-folder`, `symlink-in-path`, `permission-denied`, or the fault of a name.
   */
  existing(components: readonly string[]): { path: string; stats: Stats } {
    if (components.length === 0) return { path: this.path, stats: this.#requireRoot() };
    const path = joinUnder(this.path, localNames(components, this.rules), native);
    const parent = this.folder(components.slice(0, -1), { create: false });
    const relative = components.join('/');
    const stats = lstatOf(path, relative);
    if (stats === undefined) throw new HexdropError('no-such-path', `There is no ${quoted(relative)}.`);
    if (stats.isSymbolicLink()) throw symlinkInPath(relative);
    if (!path.startsWith(parent)) throw unsafePath(relative, 'it leads out of its root');
    return { path, stats };
  }
}

const isOneEntry = (path: string, other: string): boolean => {
  const found = lstatSync(other, { throwIfNoEntry: false });
  if (found === undefined) return false;
  const { ino, dev } = lstatSync(path);
  return found.ino === ino && found.dev === dev;
};

const lstatOf = (path: string, relative: string): Stats | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw fileFaultOf(error, 'look at', relative);
  }
};

const requireRealFolder = (stats: Stats, relative: string): void => {
  if (stats.isSymbolicLink()) throw symlinkInPath(relative);
  if (!stats.isDirectory()) {
    throw new HexdropError(
      'not-a-folder',
      `${quoted(relative)} is not a folder, but a folder must be there.`,
    );
  }
};

const symlinkInPath = (relative: string): HexdropError =>
  new HexdropError('symlink-in-path', `${quoted(relative)} is a symbolic link; links are not followed.`);
