/**
 * The file browser of the machine that runs the engine. A person at a window may look at all that the program's own user
 * may; what the window holds of it are refs. A link is shown as what it leads to, and going into it leads to the real
 * folder; measuring follows links that were chosen and none below them, as sending does.
 */

import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { access, constants, lstat, mkdir, opendir, realpath, stat, statfs } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

import type { LocalEntry, LocalFolder, PickedItem, Place, Ref } from '../../shared/model/local.ts';
import { displayName } from '../../shared/model/display-name.ts';
import { fileFaultOf } from '../base/file-fault.ts';
import { localName } from '../base/name-mapping.ts';
import { nameFault } from '../base/safe-path.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import type { Grants } from './grants.ts';
import { findPlaces } from './places.ts';
import { shownPath } from './shown-path.ts';
import { requiredUserHome } from './user.ts';

/** More do not help anybody who scrolls; a search field narrows what is there. */
const shownEntries = 10_000;
/** Names that are looked at at once: the pool of threads has four. */
const lookedAtTogether = 64;
/** Counting what was chosen may not keep a person waiting. */
const measureWithinMs = 400;

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export class LocalFiles {
  readonly #grants: Grants;
  readonly #shownEntries: number;

  constructor(grants: Grants, most: number = shownEntries) {
    this.#grants = grants;
    this.#shownEntries = most;
  }

  places(downloadDir: string): readonly Place[] {
    return findPlaces(downloadDir).map(({ kind, path, name }) => ({
      ref: this.#grants.refFor(path),
      kind,
      name,
    }));
  }

  async list(ref: Ref, signal: AbortSignal): Promise<LocalFolder> {
    const path = await this.#real(this.#grants.pathOf(ref));
    const { names, count } = await this.#names(path, signal);
    const entries: LocalEntry[] = [];
    for (let at = 0; at < names.length && !signal.aborted; at += lookedAtTogether) {
      const some = await Promise.all(
        names.slice(at, at + lookedAtTogether).map((name) => this.#entry(path, name)),
      );
      for (const entry of some) if (entry !== undefined) entries.push(entry);
    }
    entries.sort((one, other) => rank(one) - rank(other) || collator.compare(one.name, other.name));
    const freeBytes = await freeBytesAt(path);
    return {
      ref: this.#grants.refFor(path),
      name: basename(path) || path,
      shownPath: shownPath(path),
      crumbs: this.#crumbs(path),
      entries,
      isWritable: await isWritable(path),
      ...(count > names.length ? { hiddenCount: count - names.length } : {}),
      ...(freeBytes === undefined ? {} : { freeBytes }),
    };
  }

  /** For a path that a shell got from its own dialogs or from a drop. @throws HexdropError file-vanished, permission-denied, not-a-file */
  grant(path: string): Ref {
    const whole = resolve(path);
    let stats: Stats;
    try {
      stats = statSync(whole);
    } catch (thrown) {
      throw fileFaultOf(thrown, 'look at', basename(whole) || whole);
    }
    if (!stats.isFile() && !stats.isDirectory()) {
      throw new HexdropError('not-a-file', `"${basename(whole)}" is neither a file nor a folder.`);
    }
    return this.#grants.refFor(whole);
  }

  /** A path as a person types it. @throws HexdropError bad-arguments, file-vanished, permission-denied, not-a-file */
  async resolve(typed: string): Promise<{ readonly ref: Ref; readonly kind: 'file' | 'folder' }> {
    const path = /^~(?:$|[\\/])/u.test(typed) ? join(requiredUserHome(), typed.slice(1)) : typed;
    if (!isAbsolute(path) || path.includes('\0')) {
      throw new HexdropError('bad-arguments', `"${typed}" is not a whole path.`, {
        allowed: '/... or ~/...',
      });
    }
    const whole = resolve(path);
    return { ref: this.#grants.refFor(whole), kind: await kindOf(whole) };
  }

  /** The path behind a ref, seen to be a folder. @throws HexdropError not-a-folder, file-vanished, ref-unknown */
  async folderPath(ref: Ref): Promise<string> {
    const path = this.#grants.pathOf(ref);
    if ((await kindOf(path)) === 'folder') return path;
    throw new HexdropError('not-a-folder', `"${basename(path)}" is not a folder.`);
  }

  async makeFolder(ref: Ref, name: string): Promise<Ref> {
    const fault = nameFault(name, process.platform);
    if (fault !== undefined) throw new HexdropError('name-not-allowed', fault.message);
    if (localName(name, process.platform) !== name)
      throw new HexdropError('name-not-allowed', `This system cannot hold the name "${displayName(name)}".`);
    const path = join(await this.#real(this.#grants.pathOf(ref)), name);
    try {
      await mkdir(path);
    } catch (thrown) {
      throw (thrown as NodeJS.ErrnoException).code === 'EEXIST'
        ? new HexdropError('file-exists', `There is something called "${name}" already.`)
        : fileFaultOf(thrown, 'create the folder', name);
    }
    return this.#grants.refFor(path);
  }

  /** All of them together may take a short while; what was not reached is told as not complete. */
  async measure(refs: readonly Ref[], signal: AbortSignal): Promise<readonly PickedItem[]> {
    const untilMs = performance.now() + measureWithinMs;
    const items: PickedItem[] = [];
    for (const ref of refs) items.push(await this.#measureOne(ref, untilMs, signal));
    return items;
  }

  async #measureOne(ref: Ref, untilMs: number, signal: AbortSignal): Promise<PickedItem> {
    const path = this.#grants.pathOf(ref);
    const stats = await stat(path).catch((thrown: unknown) => {
      throw fileFaultOf(thrown, 'look at', basename(path));
    });
    const named = { ref, name: basename(path) || path, shownPath: shownPath(path) };
    if (stats.isFile()) return { ...named, kind: 'file', files: 1, ...counted(stats.size) };
    if (!stats.isDirectory()) {
      throw new HexdropError('not-a-file', `"${named.name}" is neither a file nor a folder.`);
    }
    return { ...named, kind: 'folder', ...(await countTree(path, untilMs, signal)) };
  }

  async #real(path: string): Promise<string> {
    try {
      return await realpath(path);
    } catch (thrown) {
      throw fileFaultOf(thrown, 'list', basename(path) || path);
    }
  }

  async #names(path: string, signal: AbortSignal): Promise<{ names: readonly string[]; count: number }> {
    const names: string[] = [];
    let count = 0;
    try {
      for await (const { name } of await opendir(path, { bufferSize: 256 })) {
        if (signal.aborted) break;
        count += 1;
        if (names.length < this.#shownEntries) names.push(name);
      }
    } catch (thrown) {
      throw fileFaultOf(thrown, 'list', basename(path) || path);
    }
    return { names, count };
  }

  async #entry(folder: string, name: string): Promise<LocalEntry | undefined> {
    const path = join(folder, name);
    // A link that leads nowhere is shown as something that cannot be chosen.
    const stats = await stat(path).catch(() => lstat(path).catch(() => undefined));
    if (stats === undefined) return undefined;
    return {
      ref: this.#grants.refFor(path),
      name,
      kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other',
      size: stats.isFile() ? stats.size : 0,
      mtimeMs: stats.mtimeMs,
      isHidden: name.startsWith('.'),
    };
  }

  #crumbs(path: string): LocalFolder['crumbs'] {
    const crumbs: LocalFolder['crumbs'][number][] = [];
    for (let at = path; ; at = dirname(at)) {
      crumbs.unshift({ ref: this.#grants.refFor(at), name: basename(at) || at });
      if (at === dirname(at)) return crumbs;
    }
  }
}

/** Folders first. */
const rank = ({ kind }: LocalEntry): number => (kind === 'folder' ? 0 : 1);

async function kindOf(path: string): Promise<'file' | 'folder'> {
  const stats = await stat(path).catch((thrown: unknown) => {
    throw fileFaultOf(thrown, 'look at', basename(path) || path);
  });
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  throw new HexdropError('not-a-file', `"${basename(path)}" is neither a file nor a folder.`);
}

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );

/** Where the folder is not there yet, that of the nearest one above it. */
export async function freeBytesAt(path: string): Promise<number | undefined> {
  for (let at = path; ; at = dirname(at)) {
    try {
      const { bavail, blocks, bsize } = await statfs(at);
      return blocks === 0 ? undefined : bavail * bsize;
    } catch {
      if (at === dirname(at)) return undefined;
    }
  }
}

async function countTree(
  root: string,
  untilMs: number,
  signal: AbortSignal,
): Promise<{ files: number; bytes: number; complete: boolean }> {
  let files = 0;
  let bytes = 0;
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const found: string[] = [];
    try {
      for await (const entry of await opendir(folder, { bufferSize: 256 })) {
        if (performance.now() > untilMs || signal.aborted)
          return { files, bytes: counted(bytes).bytes, complete: false };
        const path = join(folder, entry.name);
        if (entry.isDirectory()) folders.push(path);
        else if (entry.isFile()) found.push(path);
      }
    } catch {
      continue; // What cannot be read is told when it is sent.
    }
    for (let at = 0; at < found.length; at += lookedAtTogether) {
      if (performance.now() > untilMs || signal.aborted)
        return { files, bytes: counted(bytes).bytes, complete: false };
      const sizes = await Promise.all(
        found.slice(at, at + lookedAtTogether).map((path) =>
          lstat(path).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      files += sizes.length;
      for (const size of sizes) bytes += size;
    }
  }
  return { files, ...counted(bytes) };
}

/** Sparse files may say more than anybody counts: then it is at least this. */
export const counted = (bytes: number): { readonly bytes: number; readonly complete: boolean } =>
  Number.isSafeInteger(bytes)
    ? { bytes, complete: true }
    : { bytes: Number.MAX_SAFE_INTEGER, complete: false };
