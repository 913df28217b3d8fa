/**
 * Temporary capture files: exports that a page downloads, and captures that a page hands over. In a folder that is its
 * owner's alone; gone with their window, at the latest with the program.
 */

import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { HexdropError } from '../../shared/errors/errors.ts';
import type { WindowConnections } from './window-connections.ts';

/** A page that hands over more has lost its way. */
const mostUploadBytes = 4_294_967_296;
const mostFiles = 32;

export class CaptureFiles {
  #folder: string | undefined;
  readonly #paths = new Map<string, string>();

  newExport(window: WindowConnections): { readonly exported: string; readonly path: string } {
    const { id, path } = this.#newFile('export.pcapng', window);
    return { exported: id, path };
  }

  /** @throws HexdropError ref-unknown, read-failed */
  async read(id: string, offset: number, length: number): Promise<Uint8Array> {
    const file = await open(this.pathOf(id), 'r');
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** The next run of a file that a page hands over; without an id the first one. Returns its id. */
  async append(
    id: string | undefined,
    name: string,
    bytes: Uint8Array,
    window: WindowConnections,
  ): Promise<string> {
    if (id === undefined) {
      const made = this.#newFile(basename(name).replaceAll(/[^\w.-]/gu, '_'), window);
      writeFileSync(made.path, bytes, { mode: 0o600, flag: 'wx' });
      return made.id;
    }
    const path = this.pathOf(id);
    if (statSync(path).size + bytes.length > mostUploadBytes) {
      this.drop(id);
      throw new HexdropError('not-a-capture', 'The file is larger than a page may hand over.', {
        allowed: `${mostUploadBytes} bytes`,
      });
    }
    appendFileSync(path, bytes);
    return id;
  }

  /** @throws HexdropError ref-unknown */
  pathOf(id: string): string {
    const path = this.#paths.get(id);
    if (path === undefined) throw new HexdropError('ref-unknown');
    return path;
  }

  drop(id: string): void {
    const path = this.#paths.get(id);
    this.#paths.delete(id);
    if (path !== undefined) remove(path);
  }

  close(): void {
    this.#paths.clear();
    if (this.#folder !== undefined) remove(this.#folder);
    this.#folder = undefined;
  }

  #newFile(name: string, window: WindowConnections): { readonly id: string; readonly path: string } {
    const [oldest] = this.#paths.keys();
    if (this.#paths.size >= mostFiles && oldest !== undefined) this.drop(oldest);
    this.#folder ??= mkdtempSync(join(tmpdir(), 'hexdrop-capture-'));
    const id = randomBytes(16).toString('base64url');
    const path = join(this.#folder, `${id}-${name.slice(-80)}`);
    this.#paths.set(id, path);
    window.onClosed(() => this.drop(id));
    return { id, path };
  }
}

/** On Windows a file stays that somebody reads, such as Wireshark: the system cleans its temporary folder. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It is in use.
  }
}
