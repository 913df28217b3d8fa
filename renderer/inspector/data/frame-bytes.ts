/**
 * The bytes of one frame as it stood in its stream: the header, made from its row, and as much of the payload as is kept,
 * fetched by ranges when somebody looks there. What is not kept is not there; nothing is made up.
 */

import type { Client } from '../../../shared/ipc/client.ts';
import type { CapturePayload, CaptureRecord } from '../../../shared/model/capture.ts';
import { encodeHeader } from '../../../shared/protocol/header.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';

/** Every frame of the protocol fits; only loose bytes are longer. */
export const pageBytes = 524_288;
const mostPages = 16;

export class FrameBytes {
  readonly record: CaptureRecord;
  /** Header and whole payload. */
  readonly length: number;
  /** Of them, those that can be had. Known when the first page came. */
  kept: number;
  missing: CapturePayload['missing'];
  readonly #client: Client;
  readonly #source: string;
  readonly #header: Uint8Array;
  readonly #pages = new Map<number, Uint8Array>();
  readonly #asked = new Set<number>();
  readonly #listeners = new Set<() => void>();

  constructor(client: Client, source: string, record: CaptureRecord) {
    this.#client = client;
    this.#source = source;
    this.record = record;
    this.#header = new Uint8Array(record.kind === 'frame' ? headerBytes : 0);
    if (record.kind === 'frame') encodeHeader(this.#header, 0, record);
    this.length = record.kind === 'event' || record.kind === 'gap' ? 0 : this.#header.length + record.length;
    this.kept = this.length === 0 ? 0 : this.#header.length + record.kept;
    this.missing = record.kept < record.length && this.length > 0 ? 'policy' : undefined;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The first page has come, or there is nothing to come. */
  get isReady(): boolean {
    return this.kept <= this.#header.length || this.#pages.has(0);
  }

  at(offset: number): number | undefined {
    if (offset < this.#header.length) return this.#header[offset];
    const inPayload = offset - this.#header.length;
    return this.#pages.get(Math.floor(inPayload / pageBytes))?.[inPayload % pageBytes];
  }

  /** Header and the kept payload from its beginning on, as far as it has come: for dissection. */
  head(): Uint8Array {
    const page = this.#pages.get(0);
    const head = new Uint8Array(this.#header.length + (page?.length ?? 0));
    head.set(this.#header);
    if (page !== undefined) head.set(page, this.#header.length);
    return head;
  }

  /** The bytes of a range that have come, in one piece; stops at the first that has not. */
  slice(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(to, this.kept) - from));
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = this.at(from + index);
      if (byte === undefined) return bytes.subarray(0, index);
      bytes[index] = byte;
    }
    return bytes;
  }

  /** Sees to it that the range comes. */
  want(from: number, to: number): void {
    const first = Math.max(0, Math.floor((from - this.#header.length) / pageBytes));
    const last = Math.floor((Math.min(to, this.kept) - 1 - this.#header.length) / pageBytes);
    for (let page = first; page <= last; page += 1) if (!this.#asked.has(page)) void this.#ask(page);
  }

  async #ask(page: number): Promise<void> {
    this.#asked.add(page);
    try {
      const { value, bytes } = await this.#client.callForBytes('capture.payload', {
        source: this.#source,
        record: this.record.number,
        offset: page * pageBytes,
        length: pageBytes,
      });
      if (value.missing !== undefined) this.missing = value.missing;
      this.kept = this.#header.length + value.kept;
      this.#pages.set(page, bytes.slice());
      for (const oldest of this.#pages.keys()) {
        if (this.#pages.size <= mostPages) break;
        if (oldest === 0 || oldest === page) continue;
        this.#pages.delete(oldest);
        this.#asked.delete(oldest);
      }
    } catch {
      this.#asked.delete(page);
      return;
    }
    for (const listener of this.#listeners) listener();
  }
}
