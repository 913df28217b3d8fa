/**
 * Trees that this page streams to the engine: tells their entries, and brings content when the engine asks for it. The
 * engine asks for a few MiB at a time, so memory stays flat whatever the size. No React.
 */

import type { Client } from '../../shared/ipc/client.ts';
import type { EventData } from '../../shared/ipc/contract/index.ts';
import type { PickedItem, Ref } from '../../shared/model/local.ts';
import type { TransferState } from '../../shared/model/transfer.ts';
import type { FoundEntry } from './walk.ts';

/** Reads and pushes under way at the same time: enough to fill the line with small files. */
const openPushes = 8;

/** One message. */
const pieceBytes = 524_288;

/** The engine keeps at most a hundred; what is over for long goes first. */
const keptUploads = 48;

/** What cannot be started again needs its files no more. */
const finished: ReadonlySet<TransferState> = new Set(['done']);

type Wanted = EventData<'upload-wanted'>;

interface Upload {
  readonly ref: Ref;
  /** By the number that entries were told in; folders have none. */
  readonly files: (File | undefined)[];
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
  /** Being read or pushed, by upload and request. */
  readonly #open = new Set<string>();
  readonly #ends: readonly (() => void)[];

  constructor(client: Client) {
    this.#client = client;
    let wasLost = false;
    this.#ends = [
      client.on('upload-wanted', (wanted) => {
        this.#queue.push(wanted);
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
    const upload: Upload = { ref, files: [], transfers: new Set() };
    this.#uploads.set(ref, upload);
    try {
      let files = 0;
      for await (const batch of batches) {
        signal?.throwIfAborted();
        // In the order of the numbers: the next batch waits for this one.
        await this.#client.call('uploads.entries', {
          upload: ref,
          entries: batch.map(({ path, kind, size, mtimeMs }) => ({ path, kind, size, mtimeMs })),
        });
        for (const { file } of batch) upload.files.push(file);
        files += batch.reduce((sum, { kind }) => (kind === 'file' ? sum + 1 : sum), 0);
        onCount?.(files);
      }
      signal?.throwIfAborted();
      const { items } = await this.#client.call('uploads.complete', { upload: ref });
      for (const item of items) this.#uploadOf.set(item.ref, ref);
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

  close(): void {
    for (const end of this.#ends) end();
    this.#queue = [];
  }

  #next(): void {
    while (this.#open.size < openPushes) {
      const wanted = this.#queue.shift();
      if (wanted === undefined) return;
      const key = `${wanted.upload} ${wanted.request}`;
      this.#open.add(key);
      void this.#bring(wanted).finally(() => {
        this.#open.delete(key);
        this.#next();
      });
    }
  }

  async #bring({ upload, request, file, offset, bytes }: Wanted): Promise<void> {
    const source = this.#uploads.get(upload)?.files[file];
    try {
      if (source === undefined) throw new Error('The page has no such file.');
      let more = true;
      for (let done = 0; more && done < bytes; done += pieceBytes) {
        const from = offset + done;
        const piece = source.slice(from, Math.min(offset + bytes, from + pieceBytes));
        const content = new Uint8Array(await piece.arrayBuffer());
        if (content.length === 0) throw new Error('The file has become shorter.');
        ({ more } = await this.#client.call(
          'uploads.push',
          { upload, request, file, offset: from },
          { bytes: content },
        ));
      }
    } catch (thrown) {
      // When the link is lost this fails too, and the request is told again over the next one.
      const message = thrown instanceof Error ? thrown.message.slice(0, 500) : 'The file cannot be read.';
      await this.#client.call('uploads.fail', { upload, request, file, message }).catch(() => undefined);
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

  /** Of those whose transfers do not run the oldest goes. */
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
