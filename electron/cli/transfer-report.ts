/**
 * Tells what transfers do while they do it: engine events and views to the progress lines, to notes and to JSON
 * lines. One for a command, whether it runs one transfer or serves many.
 */

import { displayName } from '../../shared/model/display-name.ts';
import type { PeerView } from '../../shared/model/peer.ts';
import type { TransferResult, TransferView } from '../../shared/model/transfer.ts';
import { HexdropError, isErrorCode } from '../../shared/errors/errors.ts';
import type { Engine, EngineEvent } from '../engine/api.ts';
import { shortDeviceId } from '../../shared/model/device-id.ts';
import { isOver } from '../../shared/model/transfer-progress.ts';
import { formatBytes, formatElapsed } from './terminal/format.ts';
import type { Output } from './terminal/output.ts';
import { progressLines } from './terminal/progress.ts';
import { omissionsKept, summaryOf } from './terminal/summary.ts';
import type { Omission } from './terminal/summary.ts';

/** Ten redraws a second, and four JSON lines. */
const redrawMs = 100;
const jsonTicks = 3;

/** A peer in words: alias, short id, and what is known of it. */
export const peerInWords = ({ alias, deviceId }: PeerView): string =>
  `"${displayName(alias)}" (${shortDeviceId(deviceId)})`;

export const errorOfView = (view: TransferView): HexdropError => {
  const { code, message } = view.error ?? { code: 'internal', message: 'The transfer failed.' };
  return new HexdropError(isErrorCode(code) ? code : 'internal', message);
};

export class TransferReport {
  readonly #output: Output;
  readonly #role: 'asking' | 'serving';
  readonly #views: () => readonly TransferView[];
  readonly #stopListening: () => void;
  readonly #omissions = new Map<string, Omission[]>();
  readonly #lastProgress = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  /** `views` are asked for at each redraw; those that are over are not shown. */
  constructor(
    output: Output,
    engine: Engine,
    role: 'asking' | 'serving',
    views: () => readonly TransferView[],
  ) {
    this.#output = output;
    this.#role = role;
    this.#views = views;
    this.#stopListening = engine.onEvent((event) => this.#hear(event));
  }

  /** Until the next time that nothing runs. */
  watch(): void {
    this.#timer ??= setInterval(() => this.#tick(), redrawMs);
  }

  dispose(): void {
    this.#stopListening();
    this.#rest();
  }

  /** The end of a transfer that came to its end. */
  finished(view: TransferView, result: TransferResult): void {
    this.#output.live?.clear();
    this.#progressEvent(view);
    const { files, bytes, skipped, same, failed, resumedBytes, seconds } = result;
    const { results, problems } = summaryOf(view, result, this.#omissions.get(view.id) ?? []);
    for (const line of results) this.#output.result(line);
    for (const line of problems) this.#output.note(line);
    this.#output.event({ event: 'done', files, bytes, skipped, same, failed, resumedBytes, seconds });
    this.#forget(view);
  }

  /** The end of one that did not. */
  failed(view: TransferView, error: HexdropError): void {
    this.#output.live?.clear();
    this.#output.errorEvent(error, { transfer: view.id });
    const { peer, direction } = view;
    const whose = peer === undefined ? '' : ` ${direction === 'send' ? 'to' : 'from'} ${peerInWords(peer)}`;
    const moved = view.bytes + view.resumedBytes;
    const kept =
      moved > 0 ? ` ${formatBytes(moved)} were through; started again, it continues from there.` : '';
    this.#output.note(`The transfer${whose} ended early: ${displayName(error.message)}${kept}`);
    this.#forget(view);
  }

  #forget(view: TransferView): void {
    this.#omissions.delete(view.id);
    this.#lastProgress.delete(view.id);
  }

  #hear(event: EngineEvent): void {
    const output = this.#output;
    switch (event.kind) {
      case 'transfer':
        if (!isOver(event.transfer)) this.watch();
        break;
      case 'fault':
        output.event({ event: 'fault', transfer: event.transferId, ...event.fault });
        break;
      case 'notice':
        output.event({ event: 'notice', transfer: event.transferId, ...event.notice });
        break;
      case 'omitted':
        this.#omitted(event.transferId, { path: event.path, reason: event.reason });
        break;
      case 'retrying': {
        const { transferId, inMs, error } = event;
        output.event({
          event: 'retrying',
          transfer: transferId,
          inMs,
          code: error.code,
          message: error.message,
        });
        // Whoever serves does not try: it waits for the other side to come back.
        const what =
          this.#role === 'asking'
            ? `Trying again in ${formatElapsed(inMs / 1000)}`
            : 'Waiting for it to come back';
        output.note(`${displayName(error.message)} ${what} ...`);
        break;
      }
      case 'trusted':
        output.event({ event: 'trusted', peer: event.peer });
        output.note(`First contact with ${peerInWords(event.peer)}: its key is remembered from now on.`);
        break;
      case 'session-opened':
      case 'session-closed':
      case 'rejected':
      case 'trouble':
      case 'shares':
      case 'text':
      case 'finished':
        break;
    }
  }

  #omitted(transferId: string, omission: Omission): void {
    const kept = this.#omissions.get(transferId) ?? [];
    if (kept.length < omissionsKept) kept.push(omission);
    this.#omissions.set(transferId, kept);
    this.#output.event({ event: 'omitted', transfer: transferId, ...omission });
  }

  #tick(): void {
    const views = this.#views().filter((view) => !isOver(view));
    if (views.length === 0) {
      this.#rest();
      return;
    }
    const { live } = this.#output;
    live?.draw(progressLines(views, live.columns));
    this.#ticks += 1;
    if (this.#ticks % jsonTicks !== 0 || !this.#output.isJson) return;
    for (const view of views) this.#progressEvent(view);
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#output.live?.clear();
  }

  /** Only when something changed since the last one. */
  #progressEvent(view: TransferView): void {
    if (!this.#output.isJson) return;
    const event = {
      event: 'progress',
      transfer: view.id,
      direction: view.direction,
      kind: view.kind,
      state: view.state,
      files: view.files,
      totalFiles: view.totals.files,
      bytes: view.bytes,
      totalBytes: view.totals.bytes,
      totalsComplete: view.totals.complete,
      resumedBytes: view.resumedBytes,
      skipped: view.skipped,
      same: view.same,
      failed: view.failed,
      omitted: view.omitted,
      bytesPerSecond: Math.round(view.bytesPerSecond),
      secondsLeft: view.secondsLeft,
      currentPath: view.currentPath,
      peer: view.peer?.deviceId,
    };
    const text = JSON.stringify(event);
    if (text === this.#lastProgress.get(view.id)) return;
    this.#lastProgress.set(view.id, text);
    this.#output.event(event);
  }
}
