/**
 * Trees that this page streams to the engine: tells their entries, and brings content when the engine asks for it. The
 * engine asks for a few MiB at a time, so memory stays flat whatever the size. No React.
 */

import type { Client } from '../../shared/ipc/client.ts';
import type { EventData } from '../../shared/ipc/contract/index.ts';
import type { PickedItem, Ref } from '../../shared/model/local.ts';
import type { TransferState } from '../../shared/model/transfer.ts';
import { fileOf } from './dropped-file.ts';
import type { FoundEntry } from './walk.ts';

/** Reads and pushes under way at the same time. */
const openPushes = 8;

/** One message: of a large file, or of many small ones, which the browser reads at once. */
const pieceBytes = 1_048_576;
const runFiles = 128;

/** To look whether a file can be read costs as much as to read a small one. */
const straightBytes = 131_072;

/** Files that are opened ahead of what is wanted, at the same time: opening takes as long as reading a small one. */
const openAhead = 32;

const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 0);
  });

/** The engine keeps at most a hundred; what is over for long goes first. */
const keptUploads = 48;

/** What cannot be started again needs its files no more. */
const finished: ReadonlySet<TransferState> = new Set(['done']);

type Wanted = EventData<'upload-wanted'>['parts'][number] & { readonly upload: Ref };

interface Upload {
  readonly ref: Ref;
  /** By the number that entries were told in; folders have none. */
  readonly files: (File | Promise<File> | FileSystemFileEntry | undefined)[];
  /** Files before this one were opened. */
  openedTo: number;
  /** Transfers that were started with something of it. */
  readonly transfers: Set<string>;
}

export interface TellOptions {
  /** Files told so far. */
  readonly onCount?: (files: number) => void;
  readonly signal?: AbortSignal;
}

export class PageUploads {
  readonly #client: Client;
  readonly #uploads = new Map<Ref, Upload>();
  /** Which upload a root is of. */
  readonly #uploadOf = new Map<Ref, Ref>();
  #queue: Wanted[] = [];
  /** Large files that were brought over this link, and over the one before. */
  #seen = new WeakSet<File>();
  #doubted = new WeakSet<File>();
  /** Runs being read or pushed. */
  #open = 0;
  readonly #ends: readonly (() => void)[];

  constructor(client: Client) {
    this.#client = client;
    let wasLost = false;
    this.#ends = [
      client.on('upload-wanted', ({ upload, parts }) => {
        for (const part of parts) this.#queue.push({ upload, ...part });
        this.#next();
      }),
      client.on('upload-unwanted', ({ upload, request }) => {
        this.#queue = this.#queue.filter((wanted) => wanted.upload !== upload || wanted.request !== request);
      }),
      client.onState((state) => {
        if (state === 'lost') {
          wasLost = true;
          // The engine tells again what it still wants.
          this.#queue = [];
          this.#doubted = this.#seen;
          this.#seen = new WeakSet();
        } else if (state === 'open' && wasLost) {
          wasLost = false;
          this.#continue();
        }
      }),
      client.subscribe(() => this.#dropFinished()),
    ];
  }

  /** Tells a tree; answers with an item for each name at its top. @throws LinkFailure; abandoned when the signal says so */
  async tell(
    batches: AsyncIterable<readonly FoundEntry[]>,
    { onCount, signal }: TellOptions = {},
  ): Promise<readonly PickedItem[]> {
    this.#makeRoom();
    const { upload: ref } = await this.#client.call('uploads.begin', {});
    const upload: Upload = { ref, files: [], openedTo: 0, transfers: new Set() };
    this.#uploads.set(ref, upload);
    try {
      let files = 0;
      let before: Promise<unknown> = Promise.resolve();
      for await (const batch of batches) {
        // While one batch is told the next one is looked for. They arrive in the order of the numbers.
        await before;
        signal?.throwIfAborted();
        before = this.#client.call('uploads.entries', {
          upload: ref,
          entries: batch.map(({ path, kind, size, mtimeMs }) => ({ path, kind, size, mtimeMs })),
        });
        // It is waited for later, and may fail before.
        before.catch(() => undefined);
        for (const { file, entry } of batch) upload.files.push(file ?? entry);
        files += batch.reduce((sum, { kind }) => (kind === 'file' ? sum + 1 : sum), 0);
        onCount?.(files);
      }
      await before;
      signal?.throwIfAborted();
      const { items } = await this.#client.call('uploads.complete', { upload: ref });
      for (const item of items) this.#uploadOf.set(item.ref, ref);
      void this.#openAhead(upload);
      return items;
    } catch (thrown) {
      this.#drop(ref);
      throw thrown;
    }
  }

  /** A transfer was started with these: their uploads stay until it has all it needs. */
  used(refs: readonly Ref[], transfer: string): void {
    for (const ref of refs) {
      const upload = this.#uploads.get(this.#uploadOf.get(ref) ?? '');
      upload?.transfers.add(transfer);
    }
  }

  /** The person took something back: an upload of which nothing is left or used goes. */
  forget(ref: Ref): void {
    const upload = this.#uploadOf.get(ref);
    this.#uploadOf.delete(ref);
    if (upload === undefined || (this.#uploads.get(upload)?.transfers.size ?? 0) > 0) return;
    if (![...this.#uploadOf.values()].includes(upload)) this.#drop(upload);
  }

  /** Whether a running transfer needs this page: closing it would break the transfer. */
  get isNeeded(): boolean {
    const transfers = this.#client.snapshot?.transfers ?? {};
    return [...this.#uploads.values()].some((upload) =>
      [...upload.transfers].some((id) => {
        const transfer = transfers[id];
        return transfer !== undefined && transfer.endedAtMs === undefined;
      }),
    );
  }

  /** The page goes for good: the engine need not wait for it to come back. */
  leave(): void {
    for (const ref of this.#uploads.keys()) this.#drop(ref);
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#queue = [];
  }

  #next(): void {
    while (this.#open < openPushes) {
      const run = this.#takeRun();
      if (run.length === 0) return;
      this.#open += 1;
      const brought = run.length === 1 ? this.#bring(run[0] as Wanted) : this.#bringRun(run);
      void brought.finally(() => {
        this.#open -= 1;
        this.#next();
      });
    }
  }

  /** What is next: one part, or several small ones of one upload. */
  #takeRun(): readonly Wanted[] {
    const [first] = this.#queue;
    let bytes = 0;
    let length = 0;
    for (const { upload, bytes: more } of this.#queue) {
      bytes += more;
      if (upload !== first?.upload || length === runFiles || (length > 0 && bytes > pieceBytes)) break;
      length += 1;
    }
    return this.#queue.splice(0, length);
  }

  async #bring(wanted: Wanted): Promise<void> {
    const { upload, request, file, offset, bytes } = wanted;
    try {
      const source = await this.#fileOf(upload, file);
      let more = true;
      for (let done = 0; more && done < bytes; done += pieceBytes) {
        const from = offset + done;
        const piece = source.slice(from, Math.min(offset + bytes, from + pieceBytes));
        if (piece.size === 0) throw new Error('The file has become shorter.');
        ({ more } = await this.#client.call(
          'uploads.push',
          { upload, request, file, offset: from },
          await this.#contentOf(source, piece),
        ));
      }
    } catch (thrown) {
      // When the link is lost this fails too, and the request is told again over the next one.
      const message = thrown instanceof Error ? thrown.message.slice(0, 500) : 'The file cannot be read.';
      await this.#client.call('uploads.fail', { upload, request, file, message }).catch(() => undefined);
    }
  }

  /**
   * What is large goes straight to the socket. Whether the file is there, and as it was, shows with the first byte. When it
   * breaks later, so does the link: what was brought over it may be why, and comes through the page from then on.
   */
  async #contentOf(
    source: File,
    piece: Blob,
  ): Promise<{ readonly blob: Blob } | { readonly bytes: Uint8Array }> {
    if (!this.#client.takesBlobs || piece.size < straightBytes)
      return { bytes: new Uint8Array(await piece.arrayBuffer()) };
    const isFirst = !this.#seen.has(source);
    this.#seen.add(source);
    if (this.#doubted.has(source)) return { bytes: new Uint8Array(await piece.arrayBuffer()) };
    if (isFirst) await piece.slice(0, 1).arrayBuffer();
    return { blob: piece };
  }

  /** Files of which one cannot be read are brought one by one: that one fails, the others do not. */
  async #bringRun(run: readonly Wanted[]): Promise<void> {
    const upload = run[0]?.upload ?? '';
    let content: Uint8Array;
    try {
      const files = await Promise.all(run.map(({ file }) => this.#fileOf(upload, file)));
      const slices = files.map((file, index) => {
        const { offset, bytes } = run[index] as Wanted;
        // A slice costs the browser as much as the file itself.
        return offset === 0 && bytes === file.size ? file : file.slice(offset, offset + bytes);
      });
      content = new Uint8Array(await new Blob(slices).arrayBuffer());
      if (content.length !== run.reduce((sum, { bytes }) => sum + bytes, 0))
        throw new Error('A file has become shorter.');
    } catch {
      for (const wanted of run) await this.#bring(wanted);
      return;
    }
    const parts = run.map(({ request, bytes }) => ({ request, bytes }));
    // When the link is lost they are told again over the next one; when the upload is gone nobody needs them.
    await this.#client
      .call('uploads.pushWhole', { upload, parts }, { bytes: content })
      .catch(() => undefined);
  }

  /** Opens it if nobody has. */
  async #fileOf(ref: Ref, number: number): Promise<File> {
    const files = this.#uploads.get(ref)?.files;
    const known = files?.[number];
    if (files === undefined || known === undefined) throw new Error('The page has no such file.');
    if (known instanceof File || known instanceof Promise) return known;
    const opening = fileOf(known);
    files[number] = opening;
    try {
      const file = await opening;
      files[number] = file;
      return file;
    } catch (thrown) {
      files[number] = known;
      throw thrown;
    }
  }

  /** The person still looks at what was dropped, or the line is busy with what came before. */
  async #openAhead(upload: Upload): Promise<void> {
    while (upload.openedTo < upload.files.length && this.#uploads.get(upload.ref) === upload) {
      const first = upload.openedTo;
      upload.openedTo = Math.min(upload.files.length, first + openAhead);
      const opening: Promise<File>[] = [];
      for (let number = first; number < upload.openedTo; number += 1)
        if (upload.files[number] !== undefined) opening.push(this.#fileOf(upload.ref, number));
      // Who wants one hears why it cannot be opened.
      await Promise.allSettled(opening);
      // While answers keep coming the browser draws nothing: let it in between.
      await nextTask();
    }
  }

  #continue(): void {
    for (const ref of this.#uploads.keys()) {
      // The engine has forgotten it when too much time went by.
      this.#client.call('uploads.continue', { upload: ref }).catch(() => this.#forgetUpload(ref));
    }
  }

  #dropFinished(): void {
    const transfers = this.#client.snapshot?.transfers ?? {};
    for (const upload of this.#uploads.values()) {
      if (upload.transfers.size === 0) continue;
      const isOver = [...upload.transfers].every((id) => {
        const transfer = transfers[id];
        return transfer !== undefined && finished.has(transfer.state);
      });
      if (isOver) this.#drop(upload.ref);
    }
  }

  /** The oldest of those whose transfers do not run goes. */
  #makeRoom(): void {
    const transfers = this.#client.snapshot?.transfers ?? {};
    for (const upload of this.#uploads.values()) {
      if (this.#uploads.size < keptUploads) return;
      const runs = [...upload.transfers].some(
        (id) => id in transfers && transfers[id]?.endedAtMs === undefined,
      );
      if (upload.transfers.size > 0 && !runs) this.#drop(upload.ref);
    }
  }

  #drop(ref: Ref): void {
    this.#forgetUpload(ref);
    this.#client.call('uploads.drop', { upload: ref }).catch(() => undefined);
  }

  #forgetUpload(ref: Ref): void {
    this.#uploads.delete(ref);
    this.#queue = this.#queue.filter((wanted) => wanted.upload !== ref);
    for (const [root, upload] of this.#uploadOf) if (upload === ref) this.#uploadOf.delete(root);
  }
}
