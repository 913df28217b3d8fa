/**
 * The bytes of one frame as it stood in its stream: the header, made from its row, and as much of the payload as is kept,
 * fetched by ranges when somebody looks there. What is not kept, or is in no packet of the capture, is not there; nothing is
 * made up. Offsets are those of the frame; kept bytes come without the gaps between them.
 */

import type { Client } from '../../../shared/ipc/client.ts';
import { runsBetween } from '../../../shared/model/capture-gaps.ts';
import type { Gap, Run } from '../../../shared/model/capture-gaps.ts';
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
  /** How many of them can be had. It is known when the first page has come. */
  kept: number;
  /** In the payload. */
  gaps: readonly Gap[] = [];
  missing: CapturePayload['missing'];
  #runs: readonly Run[];
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
    this.#runs = runsBetween(this.kept - this.#header.length, []);
    this.missing = record.kept < record.length && this.length > 0 ? 'policy' : undefined;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Offset behind the last byte that can be had. */
  get reach(): number {
    const last = this.#runs.at(-1);
    return last === undefined ? this.#header.length : this.#header.length + last.offset + last.length;
  }

  /** Whether no packet of the capture has this byte. */
  isMissing(offset: number): boolean {
    const inPayload = offset - this.#header.length;
    return this.gaps.some((gap) => inPayload >= gap.offset && inPayload < gap.offset + gap.length);
  }

  /** Where a kept byte stands in the frame; `index` counts the header too. */
  offsetOf(index: number): number {
    const inKept = index - this.#header.length;
    const run = this.#runs.find(({ from, length }) => inKept >= from && inKept < from + length);
    return run === undefined ? index : this.#header.length + run.offset + inKept - run.from;
  }

  /** The first page has come, or there is nothing to come. */
  get isReady(): boolean {
    return this.kept <= this.#header.length || this.#pages.has(0);
  }

  at(offset: number): number | undefined {
    if (offset < this.#header.length) return this.#header[offset];
    const index = this.#indexOf(offset - this.#header.length);
    return index === undefined
      ? undefined
      : this.#pages.get(Math.floor(index / pageBytes))?.[index % pageBytes];
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
    const bytes = new Uint8Array(Math.max(0, Math.min(to, this.reach) - from));
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = this.at(from + index);
      if (byte === undefined) return bytes.subarray(0, index);
      bytes[index] = byte;
    }
    return bytes;
  }

  /** Sees to it that the range comes. */
  want(from: number, to: number): void {
    const inKept = (offset: number): number => this.#keptBefore(offset - this.#header.length);
    const first = Math.floor(inKept(from) / pageBytes);
    const last = Math.floor((inKept(Math.min(to, this.reach)) - 1) / pageBytes);
    for (let page = first; page <= last; page += 1) if (!this.#asked.has(page)) void this.#ask(page);
  }

  /** Kept bytes of the payload in front of an offset in it. */
  #keptBefore(offset: number): number {
    let count = 0;
    for (const run of this.#runs) count += Math.min(run.length, Math.max(0, offset - run.offset));
    return count;
  }

  #indexOf(offset: number): number | undefined {
    const run = this.#runs.find((each) => offset >= each.offset && offset < each.offset + each.length);
    return run === undefined ? undefined : run.from + offset - run.offset;
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
      this.gaps = value.gaps ?? [];
      this.#runs = runsBetween(value.kept, this.gaps);
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
