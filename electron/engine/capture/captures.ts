/**
 * The captures of an engine: the live one, those loaded from files, what is exported, and the file that is written
 * meanwhile. The facade of this folder.
 */

import { hostname, machine, release, type } from 'node:os';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';

import type { CaptureFormat, CaptureSettings } from '../../../shared/model/capture.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { SocketAddress } from '../net/connection-info.ts';
import type { TapMaker } from '../net/tap.ts';
import { unwritable } from '../../base/unwritable.ts';
import { version } from '../../base/version.ts';
import type {
  CaptureApi,
  CaptureSource,
  ExportRequest,
  ExportResult,
  FileCapture,
  FileCaptureRequest,
  LoadedCapture,
  LoadOptions,
} from '../capture-api.ts';
import { openSource, StreamSource } from './import/byte-source.ts';
import type { ByteSource } from './import/byte-source.ts';
import { LoadedFile } from './import/loaded-capture.ts';
import { LiveCapture } from './live.ts';
import { FileSink } from './pcapng/file-sink.ts';
import { startFileCapture } from './pcapng/file-capture.ts';
import { exportStore } from './pcapng/store-export.ts';
import { CaptureWriter } from './pcapng/writer.ts';
import type { FileAbout } from './pcapng/writer.ts';
import type { StoreSource } from './source.ts';

/** Each may take hundreds of megabytes. */
const mostLoaded = 8;

export class Captures implements CaptureApi {
  readonly live: LiveCapture;
  readonly tap: TapMaker;
  readonly #loaded = new Map<string, LoadedFile>();
  #loadedCount = 0;

  constructor(isRunning: boolean) {
    this.live = new LiveCapture(isRunning);
    this.tap = (info, connectedAtMs) => this.live.tapFor(info, connectedAtMs);
  }

  get settings(): CaptureSettings {
    return this.live.settings;
  }

  configure(change: Partial<CaptureSettings>): CaptureSettings {
    return this.live.configure(change);
  }

  clear(): void {
    this.live.clear();
  }

  source(id: string): CaptureSource {
    return this.#source(id);
  }

  async open(path: string, options?: LoadOptions): Promise<LoadedCapture> {
    this.#checkRoom();
    const source = await openSource(path);
    try {
      return this.#load(basename(path), source, options);
    } catch (thrown) {
      source.close();
      throw thrown;
    }
  }

  read(name: string, pieces: AsyncIterable<Uint8Array>, options?: LoadOptions): LoadedCapture {
    return this.#load(name, new StreamSource(pieces), options);
  }

  close(id: string): void {
    const loaded = this.#loaded.get(id);
    if (loaded === undefined) throw unknown(id);
    this.#loaded.delete(id);
    loaded.close();
  }

  async export({ source, selection, format, path }: ExportRequest): Promise<ExportResult> {
    const { store, book, originMs, originNs } = this.#source(source);
    let isMade = false;
    try {
      const sink = new FileSink(path, 'wx');
      isMade = true;
      try {
        const writer = new CaptureWriter(aboutFile(format, originMs, originNs), (block) => sink.write(block));
        const { missing } = await exportStore(store, book, selection, format, writer);
        writer.finish(missing);
        sink.close();
        return { bytes: writer.bytes, packets: writer.packets, missing };
      } catch (thrown) {
        sink.abandon();
        throw thrown;
      }
    } catch (thrown) {
      if (isMade) rmSync(path, { force: true });
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (thrown instanceof HexdropError || typeof code !== 'string') throw thrown;
      throw unwritable('capture', path, code, message);
    }
  }

  async toFile({ path, format }: FileCaptureRequest): Promise<FileCapture> {
    const capture = await startFileCapture({
      ...aboutFile(format, this.live.originMs, this.live.originNs),
      path,
    });
    this.live.arm();
    this.live.file = capture.feed;
    return capture;
  }

  listening(address: SocketAddress): void {
    this.live.listening(address);
  }

  stoppedListening(): void {
    this.live.stoppedListening();
  }

  turnedAway(remote: SocketAddress, error: HexdropError): void {
    this.live.turnedAway(remote, error);
  }

  /** Forgets what was loaded. */
  closeAll(): void {
    for (const loaded of this.#loaded.values()) loaded.close();
    this.#loaded.clear();
  }

  #load(name: string, source: ByteSource, options: LoadOptions | undefined): LoadedCapture {
    this.#checkRoom();
    this.#loadedCount += 1;
    const id = `file-${this.#loadedCount}`;
    const loaded = new LoadedFile(id, name, source, options);
    this.#loaded.set(id, loaded);
    return loaded;
  }

  #checkRoom(): void {
    if (this.#loaded.size < mostLoaded) return;
    throw new HexdropError('too-many-captures', undefined, { allowed: `${mostLoaded} at once` });
  }

  #source(id: string): StoreSource {
    const source = id === this.live.id ? this.live : this.#loaded.get(id);
    if (source === undefined) throw unknown(id);
    return source;
  }
}

const unknown = (id: string): HexdropError =>
  new HexdropError('no-such-capture', undefined, { seen: id.slice(0, 64) });

const aboutFile = (format: CaptureFormat, originMs: number, originNs: number): FileAbout => ({
  format,
  originMs,
  originNs,
  version,
  hardware: `${machine()} (${hostname()})`,
  os: `${type()} ${release()}`,
});
