/** Writes a capture file from the batches that the engine's thread hands over. Runs on a thread of its own. */

import type { CaptureFormat } from '../../../../shared/model/capture.ts';
import { FrameScanner } from '../../../../shared/protocol/frame-scanner.ts';
import { readEntries } from './batch.ts';
import type { ReadEntry } from './batch.ts';
import { FileSink } from './file-sink.ts';
import { CaptureWriter } from './writer.ts';
import type { FileAbout, FlowAbout } from './writer.ts';

export interface CaptureFileOptions extends FileAbout {
  readonly path: string;
}

export interface CaptureFileEnd {
  readonly packets: number;
  readonly bytes: number;
}

export class CaptureFileWriter {
  readonly #sink: FileSink;
  readonly #writer: CaptureWriter;
  readonly #format: CaptureFormat;
  readonly #scanners = new Map<string, FrameScanner>();
  #lost = 0;

  /** Throws what the system says. */
  constructor(about: CaptureFileOptions) {
    this.#sink = new FileSink(about.path);
    this.#format = about.format;
    this.#writer = new CaptureWriter(about, (block) => this.#sink.write(block));
    this.#sink.flush();
  }

  /** Throws what the system says; nothing may follow then but `abandon`. */
  take(batch: Uint8Array): void {
    for (const read of readEntries(batch)) this.#take(read);
    // Whoever watches the file live sees what has passed.
    this.#sink.flush();
  }

  close(): CaptureFileEnd {
    this.#writer.finish(this.#lost);
    this.#sink.close();
    return { packets: this.#writer.packets, bytes: this.#writer.bytes };
  }

  abandon(): void {
    this.#sink.abandon();
  }

  #take({ entry, place, length, bytes }: ReadEntry): void {
    const { connection, direction, timeMs, offset } = place;
    switch (entry.kind) {
      case 'open': {
        this.#writer.flow(connection, JSON.parse(Buffer.from(bytes).toString()) as FlowAbout);
        if (entry.isWhole) this.#writer.handshake(connection, timeMs);
        return;
      }
      case 'chunk':
        if (this.#format === 'raw-ip') this.#writer.chunk(connection, direction, offset, bytes, timeMs);
        else this.#scannerOf(connection, direction).push(bytes, timeMs);
        return;
      case 'lost':
        this.#lost += 1;
        if (this.#format === 'exported-pdu') this.#scannerOf(connection, direction).skip(length, timeMs);
        return;
      case 'fin':
        return this.#writer.ended(connection, direction, offset, timeMs);
      case 'closed':
        this.#scanners.delete(`${connection} in`);
        this.#scanners.delete(`${connection} out`);
        return this.#writer.closed(connection, entry.by, timeMs);
    }
  }

  #scannerOf(connection: number, direction: 'in' | 'out'): FrameScanner {
    const key = `${connection} ${direction}`;
    let scanner = this.#scanners.get(key);
    if (scanner === undefined) {
      scanner = new FrameScanner({
        keepBytes: () => Number.POSITIVE_INFINITY,
        frame: ({ bytes, header, timeMs }) =>
          this.#writer.frame(connection, direction, bytes, 16 + header.length, timeMs),
        loose: () => {},
        gap: () => {},
      });
      this.#scanners.set(key, scanner);
    }
    return scanner;
  }
}
