/**
 * The hot path of the sink: DATA and END become files, and PACK by way of packed-files.ts (docs/PROTOCOL.md, "Bulk").
 *
 * Content is verified by its digest, written from where the socket put it, and comes under its name only when the
 * whole file is verified. A file that fails is a FAULT, and what is still on its way of it is dropped. A frame that the
 * state of its file does not allow throws: that is a peer that breaks the rules, and its session ends.
 */

import { closeSync, ftruncateSync } from 'node:fs';
import { dirname } from 'node:path';

import { displayName } from '../../../../shared/model/display-name.ts';
import { readDataPrefix } from '../../../../shared/protocol/bulk.ts';
import type { Payload } from '../../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import { chunkBytes, dataPrefixBytes } from '../../../../shared/protocol/limits.ts';
import { Chain, matchesDigest } from '../../digest/digest.ts';
import type { Digest } from '../../digest/digest.ts';
import { fileFaultOf } from '../../../base/file-fault.ts';
import type { Inbox, Slot } from './inbox.ts';
import type { Journal } from '../journal/journal.ts';
import {
  copyPartial,
  createPartial,
  createTries,
  isAt,
  movedTo,
  reopenPartial,
} from '../../files/landing.ts';
import { setTimes, writeWhole } from '../../files/landing.ts';
import { OpenPartial } from './open-partial.ts';
import { openToOthers, succeed } from '../../files/ownership.ts';
import { PackedFiles } from './packed-files.ts';
import type { Placer } from './placer.ts';
import type { SafeRoot } from '../../../base/safe-path.ts';

/** What is written again of a partial that somebody removed while it was open; the rest of a larger one is not waited for. */
const recoveredBytes = 268_435_456;

export interface BulkSinkOptions {
  readonly inbox: Inbox;
  readonly journal: Journal;
  readonly root: SafeRoot;
  readonly digest: Digest;
  readonly placer: Placer;
  /** A file that had come whole before is settled. */
  settled(): void;
  /** This side gives the file up. */
  fault(slot: Slot, error: HexdropError): void;
  /** The file is there; its file system does not hold its time. */
  timeNotKept(path: string, mtimeUs: number): void;
}

export class BulkSink {
  readonly #options: BulkSinkOptions;
  readonly #placer: Placer;
  /** Whole and not under their names yet: they are compared with what is here. */
  readonly #placing = new Set<OpenPartial>();
  readonly #packed: PackedFiles;
  #open: OpenPartial | undefined;
  #latest: Slot | undefined;
  /** Paths of partials that met a full disk. */
  #parked: string[] = [];
  files = 0;
  bytes = 0;
  /** Files that came and were here already. */
  same = 0;
  /** Bytes of earlier runs that the source says are those of its file still. */
  resumedBytes = 0;

  constructor(options: BulkSinkOptions) {
    this.#options = options;
    this.#placer = options.placer;
    this.#packed = new PackedFiles({
      ...options,
      expect: (file) => this.#expectPacked(file),
      failDigest: (slot) => this.#failDigest(slot, 'the file'),
      fail: (slot, error) => this.#fail(slot, error),
      withRoom: (write) => this.#withRoom(write),
      landed: (slot, isSame) => {
        this.bytes += slot.entry.size;
        this.#count(slot, isSame);
      },
    });
  }

  /** Bytes that are written and that no kill of this process loses. */
  get notedBytes(): number {
    const unfinished = [...this.#placing, ...(this.#open === undefined ? [] : [this.#open])];
    return unfinished.reduce(
      (bytes, { position, notedBytes }) => bytes - (position - notedBytes),
      this.bytes,
    );
  }

  /** Files that have come and have no name yet. */
  get placing(): number {
    return this.#placing.size;
  }

  /** Before others are told how much is here. Returns whether `notedBytes` are all that are. */
  note(): boolean {
    return this.#open?.noteForOthers() ?? true;
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
    const open = this.#open ?? this.#begin(slot, offset === 0);
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
    open.wrote(digest, contentBytes);
    slot.arrivedBytes = open.position;
    this.bytes += contentBytes;
  }

  end(end: Payload<'END'>): void {
    const slot = this.#expect(end.file, 'END');
    if (slot === undefined) return;
    // A file of which everything had arrived before has no DATA in this run.
    const open = this.#open ?? this.#begin(slot, false);
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
    this.#try(open, () => {
      this.#options.root.nextTurn();
      const place = this.#placer.placeOf(slot);
      const { fd, chain } = open;
      const isSame = this.#placer.findSame(slot, place, { fd, chain: chain.value }, (found) => {
        this.#placing.delete(open);
        this.#try(open, () => this.#settle(open, found));
        this.#options.settled();
      });
      if (isSame === 'later') this.#wait(open);
      else this.#settle(open, isSame);
    });
  }

  /** Does something with a whole file, which fails when that does. */
  #try(open: OpenPartial, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#fail(open.slot, fileFaultOf(thrown, 'put in place', open.path), open);
    }
  }

  /** A whole file is compared with one that is here; others may come meanwhile. */
  #wait(open: OpenPartial): void {
    // A run that follows goes on here, should this one not come to its end.
    open.note();
    open.slot.state = 'placing';
    this.#placing.add(open);
    this.#open = undefined;
  }

  #settle(open: OpenPartial, isSame: boolean): void {
    if (isSame) {
      this.#close(open);
      this.#options.journal.dropPartial(open.path);
    } else this.#rest(open);
    this.#count(open.slot, isSame);
  }

  #count(slot: Slot, isSame: boolean): void {
    if (isSame) this.same += 1;
    else this.files += 1;
    this.#options.inbox.settle(slot);
  }

  /** Puts a whole file in its place, with all that it should have there. */
  #rest(open: OpenPartial): void {
    const { slot, path, chain } = open;
    const { mtime, executable } = slot.entry;
    this.#options.root.nextTurn();
    const place = this.#placer.placeOf(slot);
    this.#find(open, dirname(place.finalPath));
    if (place.replaced?.isFile() === true) succeed(open.fd, place.replaced, executable);
    else openToOthers(open.fd, this.#options.journal.passingPath(dirname(place.finalPath)), executable);
    if (!setTimes(open.fd, mtime)) this.#options.timeNotKept(path, mtime);
    // Some file systems tell only now that it did not fit.
    this.#close(open);
    this.#placer.place({ slot, path, partialPath: open.partialPath, chain: chain.value }, place);
  }

  /** Has the whole partial where it can be put in place from: somebody may have tidied it up, or moved its folder. */
  #find(open: OpenPartial, folder: string): void {
    if (isAt(open.fd, open.partialPath)) return;
    const moved = movedTo(open.fd);
    if (moved !== undefined) return open.movedTo(moved);
    if (open.position > recoveredBytes) {
      const path = displayName(open.path);
      throw new HexdropError('write-failed', `"${path}" was removed while it came, before it was whole.`);
    }
    const { fd, partialPath } = this.#create(open.slot, open.path, folder);
    try {
      copyPartial(open.fd, fd);
      // Its place may have been covered by another file system: then it still takes up room.
      ftruncateSync(open.fd);
    } catch (thrown) {
      closeSync(fd);
      throw thrown;
    }
    open.movedTo(partialPath, fd);
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
    this.#packed.take(payload);
  }

  /** The source gave the file up. What it sent so far is of use unless the file is gone: the next run asks. */
  sourceFault(slot: Slot, isSourceGone: boolean): void {
    if (this.#open?.slot !== slot) return;
    if (isSourceGone) this.#drop(this.#open);
    else this.#keep(this.#open);
  }

  /** The transfer is over before its end: what is verified is kept for the next run. */
  stop(): void {
    this.#placer.stop();
    for (const open of this.#placing) this.#keep(open);
    this.#placing.clear();
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

  #expectPacked(file: number): Slot | undefined {
    const slot = this.#expect(file, 'PACK');
    if (slot === undefined) return undefined;
    this.#startOver(slot);
    if (this.#open !== undefined || slot.state !== 'wanted' || slot.resume !== undefined) {
      throw new HexdropError('unexpected-frame', `Entry ${file} may not come packed now.`, {
        seen: `PACK of entry ${file}`,
        allowed: 'files from their start, while no other file is open',
      });
    }
    return slot;
  }

  #begin(slot: Slot, isFromStart: boolean): OpenPartial | undefined {
    const { root, inbox, journal } = this.#options;
    if (isFromStart) this.#startOver(slot);
    const { entry, resume } = slot;
    const path = inbox.pathOf(entry);
    try {
      root.nextTurn();
      const folder = dirname(this.#placer.finalPath(slot));
      const { fd, partialPath } =
        resume === undefined
          ? this.#create(slot, path, folder)
          : { fd: reopenPartial(resume.partialPath), partialPath: resume.partialPath };
      if (resume?.isAsked === true) {
        journal.partialContinues(path, entry);
        this.resumedBytes += resume.offset;
      }
      const position = resume?.offset ?? 0;
      slot.arrivedBytes = position;
      const chain = new Chain(this.#options.digest, resume?.chain);
      this.#open = new OpenPartial({ slot, path, partialPath, fd, chain, position }, journal);
      slot.state = 'receiving';
      return this.#open;
    } catch (thrown) {
      this.#fail(slot, fileFaultOf(thrown, 'create', path));
      return undefined;
    }
  }

  /** The source has begun at the start of a file of which it was asked whether it begins like the partial: it does not. */
  #startOver(slot: Slot): void {
    if (slot.resume?.isAsked !== true) return;
    this.#options.journal.dropPartial(this.#options.inbox.pathOf(slot.entry));
    slot.resume = undefined;
  }

  /** Closes a partial and remembers how far it is verified: what lies beyond will come, and count, again. */
  #keep(open: OpenPartial): void {
    this.bytes -= open.position - open.resumableBytes;
    open.slot.arrivedBytes = open.resumableBytes;
    open.note();
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
    open.close();
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

  /** @param open the file, unless it is the one that comes now */
  #fail(slot: Slot, error: HexdropError, open = this.#open): void {
    if (open?.slot === slot && !open.isClosed) {
      if (error.code === 'disk-full') this.#parked.push(open.path);
      this.#keep(open);
    }
    this.#options.fault(slot, error);
  }
}
