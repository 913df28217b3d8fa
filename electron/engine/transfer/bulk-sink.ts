/**
 * The hot path of the sink: DATA and PACK become files (docs/PROTOCOL.md, "Bulk").
 *
 * Content is verified by its digest, written from where the socket put it, and comes under its name only when the
 * whole file is verified. A file that fails is a FAULT, and what is still on its way of it is dropped. A frame that the
 * state of its file does not allow throws: that is a peer that breaks the rules, and its session ends.
 */

import { closeSync, fdatasync, ftruncateSync } from 'node:fs';
import { dirname } from 'node:path';

import { displayName } from '../../../shared/model/display-name.ts';
import type { ConflictPolicy } from '../../../shared/model/transfer.ts';
import { PackReader, readDataPrefix } from '../../../shared/protocol/bulk.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import { chunkBytes, dataPrefixBytes } from '../../../shared/protocol/limits.ts';
import { toHex } from '../../../shared/protocol/text.ts';
import { Chain, matchesDigest } from './digest.ts';
import type { Digest } from './digest.ts';
import { fileFaultOf } from './file-fault.ts';
import type { Inbox, Slot } from './inbox.ts';
import type { Journal, LandingRecord } from './journal.ts';
import { copyPartial, createPartial, isAt, landSmall, movedTo, reopenPartial } from './landing.ts';
import { setTimes, writeWhole } from './landing.ts';
import { openToOthers, succeed } from './ownership.ts';
import { Placer } from './placer.ts';
import type { Place } from './placer.ts';
import type { SafeRoot } from './safe-path.ts';
import { discardPartial } from './unfinished.ts';

/** Verified bytes after which the journal is told: what a kill loses at most. */
const checkpointBytes = 4_194_304;

/** Verified bytes after which the disk is asked to hold them, so that they outlive the system too. */
const durableBytes = 268_435_456;

/** What is written again of a partial that somebody removed while it was open; the rest of a larger one is not waited for. */
const recoveredBytes = 268_435_456;

/** How often a file is tried anew when somebody meddles with its path. */
const createTries = 10;

interface OpenPartial {
  readonly slot: Slot;
  readonly path: string;
  partialPath: string;
  readonly fd: number;
  readonly chain: Chain;
  position: number;
  /** Where a run that follows goes on: the last short chunk of a file is no place for that. */
  resumable: { readonly bytes: number; readonly chain: Uint8Array } | undefined;
  checkpointAt: number;
  durableAt: number;
  isSyncing: boolean;
  /** Closed once the sync that is under way is over. */
  isClosing: boolean;
}

export interface BulkSinkOptions {
  readonly inbox: Inbox;
  readonly journal: Journal;
  readonly root: SafeRoot;
  readonly digest: Digest;
  readonly onConflict: ConflictPolicy;
  /** This side gives the file up. */
  fault(slot: Slot, error: HexdropError): void;
  /** The file is there; its file system does not hold its time. */
  timeNotKept(path: string, mtimeUs: number): void;
}

export class BulkSink {
  readonly #options: BulkSinkOptions;
  readonly #placer: Placer;
  readonly #pack = new PackReader();
  readonly #timeNotKept = ({ path, mtimeUs }: Landing): void => this.#options.timeNotKept(path, mtimeUs);
  #open: OpenPartial | undefined;
  #latest: Slot | undefined;
  /** Paths of partials that met a full disk. */
  #parked: string[] = [];
  files = 0;
  bytes = 0;

  constructor(options: BulkSinkOptions) {
    this.#options = options;
    this.#placer = new Placer(options);
  }

  /** A file has begun to come in DATA frames and has not ended. */
  get isFileOpen(): boolean {
    return this.#open !== undefined;
  }

  get currentPath(): string | undefined {
    return this.#latest === undefined ? undefined : this.#options.inbox.pathOf(this.#latest.entry);
  }

  data(payload: Uint8Array): void {
    const { file, offset, digest, contentBytes } = readDataPrefix(payload);
    const slot = this.#expect(file, 'DATA');
    if (slot === undefined) return;
    const open = this.#open ?? this.#begin(slot);
    if (open === undefined) return;
    const { size } = slot.entry;
    const isRightLength = contentBytes === chunkBytes || offset + contentBytes === size;
    if (offset !== open.position || !isRightLength || offset + contentBytes > size) {
      throw new HexdropError(
        'unexpected-frame',
        `DATA of entry ${file} does not go on where the file stands.`,
        {
          seen: `${contentBytes} bytes at ${offset}`,
          allowed: `${Math.min(chunkBytes, size - open.position)} bytes at ${open.position}`,
        },
      );
    }
    const content = payload.subarray(dataPrefixBytes);
    if (!matchesDigest(this.#options.digest, content, digest))
      return this.#failDigest(slot, `the chunk at ${offset}`);
    try {
      this.#withRoom(() => writeWhole(open.fd, content, offset));
    } catch (thrown) {
      return this.#fail(slot, fileFaultOf(thrown, 'write', open.path));
    }
    if (contentBytes < chunkBytes) open.resumable = { bytes: offset, chain: open.chain.value };
    open.chain.append(digest);
    open.position += contentBytes;
    slot.arrivedBytes = open.position;
    this.bytes += contentBytes;
    if (open.position >= open.checkpointAt && contentBytes === chunkBytes) this.#checkpoint(open);
  }

  end(end: Payload<'END'>): void {
    const slot = this.#expect(end.file, 'END');
    if (slot === undefined) return;
    // A file of which everything had arrived before has no DATA in this run.
    const open = this.#open ?? this.#begin(slot);
    if (open === undefined) return;
    const { entry } = slot;
    if (end.size !== entry.size || open.position !== entry.size) {
      throw new HexdropError('unexpected-frame', `END of entry ${end.file} came before its last byte.`, {
        seen: `${open.position} of ${end.size} bytes`,
        allowed: `${entry.size} bytes`,
      });
    }
    if (!open.chain.equals(end.digest)) {
      // Some earlier chunk is not what the source has: nothing of the partial can be trusted.
      this.#drop(open);
      return this.#failDigest(slot, 'the whole file');
    }
    try {
      this.#rest(open);
    } catch (thrown) {
      return this.#fail(slot, fileFaultOf(thrown, 'put in place', open.path));
    }
    this.files += 1;
    this.#options.inbox.settle(slot);
  }

  /** Puts a whole file in its place, with all that it should have there. */
  #rest(arrived: OpenPartial): void {
    const { slot, path } = arrived;
    const { mtime, executable } = slot.entry;
    this.#options.root.nextTurn();
    const place = this.#placer.placeOf(slot);
    const open = this.#found(arrived, dirname(place.finalPath));
    if (place.replaced?.isFile() === true) succeed(open.fd, place.replaced, executable);
    else openToOthers(open.fd, this.#options.journal.passingPath(dirname(place.finalPath)), executable);
    if (!setTimes(open.fd, mtime)) this.#options.timeNotKept(path, mtime);
    // Some file systems tell only now that it did not fit.
    this.#close(open);
    this.#placer.place(slot, path, open.partialPath, place);
  }

  /** The whole partial where it can be put in place from: somebody may have tidied it up, or moved its folder. */
  #found(open: OpenPartial, folder: string): OpenPartial {
    if (isAt(open.fd, open.partialPath)) return open;
    const moved = movedTo(open.fd);
    if (moved !== undefined) {
      open.partialPath = moved;
      return open;
    }
    if (open.position > recoveredBytes) {
      const path = displayName(open.path);
      throw new HexdropError('write-failed', `"${path}" was removed while it came, before it was whole.`);
    }
    const again: OpenPartial = { ...open, ...this.#create(open.slot, open.path, folder), isSyncing: false };
    this.#open = again;
    copyPartial(open.fd, again.fd);
    // Its place may have been covered by another file system: then it still takes up room.
    ftruncateSync(open.fd);
    this.#close(open);
    return again;
  }

  #create(slot: Slot, path: string, folder: string): Pick<OpenPartial, 'fd' | 'partialPath'> {
    const { journal } = this.#options;
    const { version, size } = slot.entry;
    for (let tries = 1; ; tries += 1) {
      const partialPath = journal.newPartialPath(folder);
      journal.partialOpened({ path, version, size, partialPath });
      try {
        return { fd: createPartial(partialPath), partialPath };
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'EEXIST' && tries < createTries) continue;
        journal.dropPartial(path);
        throw thrown;
      }
    }
  }

  pack(payload: Uint8Array): void {
    const { root, journal } = this.#options;
    root.nextTurn();
    const pack = this.#pack;
    pack.open(payload);
    const landings: Landing[] = [];
    while (pack.next()) {
      const slot = this.#expect(pack.file, 'PACK');
      if (slot === undefined) continue;
      if (
        this.#open !== undefined ||
        slot.state !== 'wanted' ||
        slot.resume !== undefined ||
        pack.length !== slot.entry.size
      ) {
        throw new HexdropError('unexpected-frame', `Entry ${pack.file} may not come packed like this.`, {
          seen: `${pack.length} bytes`,
          allowed: `${slot.entry.size} bytes, from the start, while no other file is open`,
        });
      }
      if (!matchesDigest(this.#options.digest, pack.content, pack.digest)) {
        this.#failDigest(slot, 'the file');
        continue;
      }
      slot.state = 'receiving';
      const landing = this.#plan(slot, pack.content);
      if (landing !== undefined) landings.push(landing);
    }
    if (landings.length === 0) return;
    journal.willLand(landings);
    for (const landing of landings) this.#land(landing);
  }

  /** The source gave the file up. What it sent so far is of use only if the file is as it was. */
  sourceFault(slot: Slot, isSourceChanged: boolean): void {
    if (this.#open?.slot === slot) {
      if (isSourceChanged) {
        this.#drop(this.#open);
      } else {
        this.#keep(this.#open);
      }
    }
  }

  /** The transfer is over before its end: what is verified is kept for the next run. */
  stop(): void {
    if (this.#open !== undefined) this.#keep(this.#open);
  }

  /** The slot of a file whose bulk may come now; undefined when it is to be dropped. */
  #expect(file: number, type: string): Slot | undefined {
    const { inbox } = this.#options;
    const slot = inbox.slot(file);
    if (inbox.isRefused(file)) return undefined;
    const isOther = this.#open !== undefined && this.#open.slot !== slot;
    if (
      slot === undefined ||
      slot.entry.kind !== 'file' ||
      isOther ||
      (slot.state !== 'wanted' && slot.state !== 'receiving')
    ) {
      const state = file < inbox.settled ? 'settled' : (slot?.state ?? 'unknown');
      throw new HexdropError(
        'unexpected-frame',
        `${type} came for entry ${file}, which is ${isOther ? 'not the open one' : state}.`,
        {
          seen: `${type} of entry ${file}`,
          allowed: isOther ? `entry ${this.#open?.slot.index} up to its END` : 'wanted entries',
        },
      );
    }
    this.#latest = slot;
    return slot;
  }

  #begin(slot: Slot): OpenPartial | undefined {
    const { root, inbox } = this.#options;
    const { entry, resume } = slot;
    const path = inbox.pathOf(entry);
    try {
      root.nextTurn();
      const folder = dirname(this.#placer.finalPath(slot));
      const { fd, partialPath } =
        resume === undefined
          ? this.#create(slot, path, folder)
          : { fd: reopenPartial(resume.partialPath), partialPath: resume.partialPath };
      const position = resume?.offset ?? 0;
      slot.arrivedBytes = position;
      this.#open = {
        slot,
        path,
        partialPath,
        fd,
        chain: new Chain(this.#options.digest, resume?.chain),
        position,
        resumable: undefined,
        checkpointAt: position + checkpointBytes,
        durableAt: position + durableBytes,
        isSyncing: false,
        isClosing: false,
      };
      slot.state = 'receiving';
      return this.#open;
    } catch (thrown) {
      this.#fail(slot, fileFaultOf(thrown, 'create', path));
      return undefined;
    }
  }

  #plan(slot: Slot, content: Uint8Array): Landing | undefined {
    const { journal, inbox } = this.#options;
    const { entry } = slot;
    const path = inbox.pathOf(entry);
    try {
      const finalPath = this.#placer.finalPath(slot);
      return {
        slot,
        path,
        version: entry.version,
        size: entry.size,
        mtimeUs: entry.mtime,
        finalPath,
        partialPath: journal.passingPath(dirname(finalPath)),
        bytes: content,
        executable: entry.executable,
        replaced: undefined,
      };
    } catch (thrown) {
      this.#fail(slot, fileFaultOf(thrown, 'create', path));
      return undefined;
    }
  }

  #land(landing: Landing): void {
    const { slot } = landing;
    try {
      this.#withRoom(() => this.#landAnyway(landing));
    } catch (thrown) {
      return this.#fail(slot, fileFaultOf(thrown, 'put in place', landing.path));
    }
    this.files += 1;
    this.bytes += landing.size;
    this.#options.inbox.settle(slot);
  }

  /** Lands a small file, anew should somebody take its path, remove it, or remove its folder meanwhile. */
  #landAnyway(landing: Landing): void {
    const { slot, path, finalPath } = landing;
    for (let tries = 1; ; tries += 1) {
      landing.replaced = this.#placer.replaced(finalPath);
      try {
        if (landSmall(landing, this.#timeNotKept) === 'placed') return this.#placer.placed(finalPath);
        return this.#placer.placeElsewhere(slot, path, landing.partialPath);
      } catch (thrown) {
        discardPartial(landing.partialPath);
        if (tries === createTries || !isDisturbed(thrown)) throw thrown;
        this.#options.root.nextTurn();
        landing.partialPath = this.#options.journal.newPartialPath(dirname(this.#placer.finalPath(slot)));
      }
    }
  }

  #checkpoint(open: OpenPartial): void {
    const { journal } = this.#options;
    open.checkpointAt = open.position + checkpointBytes;
    const record = { path: open.path, verifiedBytes: open.position, chain: toHex(open.chain.value) };
    journal.checkpoint({ ...record, durable: false });
    if (open.position < open.durableAt || open.isSyncing) return;
    open.durableAt = open.position + durableBytes;
    open.isSyncing = true;
    // In the thread pool: the disk takes its time, and the wire need not wait for it.
    fdatasync(open.fd, (error) => {
      open.isSyncing = false;
      if (open.isClosing) return closeSync(open.fd);
      if (error === null) journal.checkpoint({ ...record, durable: true });
    });
  }

  /** Closes a partial and remembers how far it is verified. */
  #keep(open: OpenPartial): void {
    const { journal } = this.#options;
    const { bytes, chain } = open.resumable ?? { bytes: open.position, chain: open.chain.value };
    // What is not kept will come, and count, again.
    this.bytes -= open.position - bytes;
    open.slot.arrivedBytes = bytes;
    journal.checkpoint({ path: open.path, verifiedBytes: bytes, chain: toHex(chain), durable: false });
    this.#close(open);
  }

  /** Closes a partial that is of no more use. */
  #drop(open: OpenPartial): void {
    this.bytes -= open.position - (open.slot.resume?.offset ?? 0);
    open.slot.arrivedBytes = 0;
    this.#close(open);
    this.#options.journal.dropPartial(open.path);
  }

  #close(open: OpenPartial): void {
    if (this.#open === open) this.#open = undefined;
    if (open.isSyncing) open.isClosing = true;
    else closeSync(open.fd);
  }

  /**
   * A file that filled the disk keeps its verified part for the next run, as long as no other file needs the room:
   * then the part goes, and the other file is tried once more.
   */
  #withRoom<Result>(write: () => Result): Result {
    try {
      return write();
    } catch (thrown) {
      if (this.#parked.length === 0 || fileFaultOf(thrown, 'write', '').code !== 'disk-full') throw thrown;
      for (const path of this.#parked) this.#options.journal.dropPartial(path);
      this.#parked = [];
      return write();
    }
  }

  #failDigest(slot: Slot, what: string): void {
    const path = displayName(this.#options.inbox.pathOf(slot.entry));
    this.#fail(
      slot,
      new HexdropError('digest-mismatch', `"${path}": ${what} does not have the digest that was announced.`),
    );
  }

  #fail(slot: Slot, error: HexdropError): void {
    if (this.#open?.slot === slot) {
      if (error.code === 'disk-full') this.#parked.push(this.#open.path);
      this.#keep(this.#open);
    }
    this.#options.fault(slot, error);
  }
}

interface Landing extends LandingRecord {
  readonly slot: Slot;
  partialPath: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
  replaced: Place['replaced'];
}

/** What the system says when a path is taken or gone between two calls. */
const isDisturbed = (thrown: unknown): boolean => {
  const { code, cause = thrown } = thrown as { code?: unknown; cause?: unknown };
  const said = cause instanceof HexdropError ? code : (cause as NodeJS.ErrnoException).code;
  return said === 'EEXIST' || said === 'ENOENT';
};
