/**
 * The live capture of an engine: makes the taps of its connections, keeps what they see, and can be paused, bounded
 * and cleared while transfers run. Until somebody asks for it no connection has a tap.
 */

import type { CaptureSettings, CaptureStatus } from '../../../shared/model/capture.ts';
import { captureEventKinds } from '../../../shared/model/capture.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import type { ConnectionInfo, SocketAddress } from '../net/connection-info.ts';
import type { ConnectionTap } from '../net/tap.ts';
import { ConnectionTable } from './connection-table.ts';
import type { BookEntry } from './connection-table.ts';
import type { FileFeed } from './pcapng/file-feed.ts';
import { RateMeter } from './rate-meter.ts';
import { StoreSource } from './source.ts';
import { CaptureStore, kindEvent } from './store.ts';
import { WireTap } from './wire-tap.ts';
import type { TapContext } from './wire-tap.ts';

/** The listener, as a connection of its own. */
const listenerNumber = 0;

export class LiveCapture extends StoreSource implements TapContext {
  override readonly originMs = Date.now();
  override readonly originNs = 0;
  readonly #startedAt = performance.now();
  readonly #taps = new Map<number, { readonly tap: WireTap; readonly entry: BookEntry }>();
  readonly #rates = new RateMeter();
  #state: CaptureSettings['state'];
  #isArmed: boolean;
  #missed = 0;
  /** What is written into a file meanwhile. */
  file: FileFeed | undefined;

  constructor(isRunning: boolean) {
    super('live', new CaptureStore(), new ConnectionTable());
    this.#state = isRunning ? 'running' : 'off';
    this.#isArmed = isRunning;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  get countsMissed(): boolean {
    return this.#state === 'paused';
  }

  get settings(): CaptureSettings {
    const { budgetBytes, keepBytes } = this.store;
    return { state: this.#state, budgetBytes, keepBytes };
  }

  /** Connections get taps from now on. */
  arm(): void {
    this.#isArmed = true;
  }

  configure({ state, budgetBytes, keepBytes }: Partial<CaptureSettings>): CaptureSettings {
    if (budgetBytes !== undefined) this.store.setBudget(budgetBytes);
    if (keepBytes !== undefined) this.store.keepBytes = keepBytes;
    if (state !== undefined && state !== this.#state) {
      const begins = state === 'running';
      this.#state = state;
      if (begins) this.#begin();
    }
    return this.settings;
  }

  clear(): void {
    this.store.clear();
    this.book.clear();
    this.#missed = 0;
  }

  /** The tap of a new connection; undefined while nobody wants to see any. */
  tapFor(info: ConnectionInfo, connectedAtMs: number): ConnectionTap | undefined {
    if (!this.#isArmed) return undefined;
    const openedMs = connectedAtMs - this.#startedAt;
    const entry = this.book.open(info.number, {
      near: info.local,
      far: { ...info.remote, ...(info.peerDeviceId === undefined ? {} : { deviceId: info.peerDeviceId }) },
      dialer: info.side === 'dialer' ? 'near' : 'far',
      openedMs,
      ...(info.secure === undefined ? {} : { secure: info.secure }),
    });
    this.file?.opened(entry, openedMs);
    const tap = new WireTap(this, entry);
    this.#taps.set(info.number, { tap, entry });
    tap.event(
      info.side === 'dialer' ? 'connect' : 'accept',
      info.side === 'dialer' ? 'out' : 'in',
      '',
      undefined,
      openedMs,
    );
    if (info.secure !== undefined) {
      tap.event('tls', 'in', `${info.secure.protocol}, ${info.secure.cipher}`);
    }
    return tap;
  }

  listening({ address, port }: SocketAddress): void {
    if (!this.#isArmed) return;
    const entry = this.#listener();
    entry.near = { address, port };
    entry.isOpen = true;
    this.#portEvent(entry, 'listen', 'out', `Listening on port ${port}.`);
  }

  stoppedListening(): void {
    const entry = this.book.get(listenerNumber);
    if (entry === undefined) return;
    entry.isOpen = false;
    this.#portEvent(entry, 'close', 'out', 'Not listening any more.');
  }

  /** A connection that came to nothing. */
  turnedAway(remote: SocketAddress, error: HexdropError): void {
    if (!this.#isArmed) return;
    const text = `${remote.address}:${remote.port}: ${error.message}`;
    this.#portEvent(this.#listener(), 'refused', 'in', text, error.code);
  }

  now(): number {
    return performance.now() - this.#startedAt;
  }

  missed(): void {
    this.#missed += 1;
  }

  count(direction: 'in' | 'out', bytes: number): void {
    this.#rates.count(direction, bytes);
  }

  override status(): CaptureStatus {
    const { store } = this;
    const { records, chunks } = store;
    store.looked();
    const nowMs = this.now();
    return {
      state: this.#state,
      originMs: this.originMs,
      originNs: this.originNs,
      timeDigits: 6,
      nowMs,
      firstRecord: records.first,
      nextRecord: records.next,
      firstChunk: chunks.first,
      nextChunk: chunks.next,
      captured: store.captured,
      dropped: store.dropped,
      missed: this.#missed,
      cut: store.cut,
      usedBytes: store.usedBytes,
      budgetBytes: store.budgetBytes,
      keepBytes: store.keepBytes,
      rates: this.#rates.at(nowMs, records.next + this.#missed),
      connectionsVersion: this.book.version,
    };
  }

  /** Running (again): connections that are open are seen from their middle on. */
  #begin(): void {
    this.#isArmed = true;
    for (const { tap, entry } of this.#taps.values()) {
      entry.isWhole = false;
      tap.event('midway', 'in', '');
    }
  }

  /** Connections that are looked at now. */
  get openTaps(): number {
    return this.#taps.size;
  }

  closed(connection: number): void {
    this.#taps.delete(connection);
  }

  #listener(): BookEntry {
    const nowhere = { address: '', port: 0 };
    return (
      this.book.get(listenerNumber) ??
      this.book.open(listenerNumber, { near: nowhere, far: nowhere, dialer: 'far' })
    );
  }

  #portEvent(
    entry: BookEntry,
    kind: 'listen' | 'close' | 'refused',
    direction: 'in' | 'out',
    text: string,
    code?: string,
  ): void {
    if (!this.isRunning) return;
    const timeMs = this.now();
    const number = this.store.add({
      kind: kindEvent,
      type: captureEventKinds.indexOf(kind),
      flags: 0,
      bits: direction === 'out' ? 1 : 0,
      timeMs,
      connection: listenerNumber,
      id: 0,
      length: 0,
      offset: 0,
      chunk: 0,
      channel: 0,
    });
    this.book.happened(entry, {
      number,
      kind,
      timeMs,
      direction,
      text,
      ...(code === undefined ? {} : { code }),
    });
  }
}
