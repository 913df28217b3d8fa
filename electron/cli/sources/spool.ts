/**
 * What came from pipes, as files: a transfer tells the size of a file before its content, and sends it again from where
 * it broke off, and a pipe can do neither. The folder is closed to others and goes with the process.
 */

import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  statfsSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HexdropError } from '../../../shared/errors/errors.ts';
import { localName } from '../../base/name-mapping.ts';
import { fileFaultOf } from '../../base/file-fault.ts';
import { formatBytes } from '../terminal/format.ts';

/** The folder of a process that was killed before it could remove it. It has the number of that process, which must be gone. */
const abandonedPattern = /^hexdrop-(\d{1,10})-[0-9a-f]{12}$/u;
/** Another machine or container may share the folder, where a process of that number says nothing. */
const abandonedAfterMs = 86_400_000;

/** What is left free for everything else on the disk: a part of it, and not more than so much. */
const leftFreePart = 0.05;
const leftFreeBytes = 268_435_456;
/** How long the room is trusted that was seen: half of it may be used, within these bounds. */
const trustedBytes = { least: 65_536, most: 67_108_864 };

/**
 * Where what is large and passing belongs: TMPDIR where it is set; on Linux and its like /var/tmp, since /tmp is often
 * memory; else the system's own place.
 */
export const spoolParent = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string => {
  const chosen = env['TMPDIR'];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (platform === 'win32' || platform === 'darwin') return tmpdir();
  try {
    accessSync('/var/tmp', constants.W_OK | constants.X_OK);
    return '/var/tmp';
  } catch {
    return tmpdir();
  }
};

export class Spool {
  readonly #parent: string;
  #folder: string;
  #isKept = false;
  readonly #removeAtExit = (): void => this.remove();

  /** @throws HexdropError permission-denied, disk-full and what else the system says */
  constructor(parent: string) {
    this.#parent = parent;
    removeAbandoned(parent);
    this.#folder = join(parent, `hexdrop-${process.pid}-${randomBytes(6).toString('hex')}`);
    try {
      mkdirSync(this.#folder, 0o700);
    } catch (thrown) {
      throw fileFaultOf(thrown, 'create the folder', this.#folder);
    }
    process.on('exit', this.#removeAtExit);
  }

  get folder(): string {
    return this.#folder;
  }

  get isKept(): boolean {
    return this.#isKept;
  }

  /**
   * Reads to the end and returns the path. Nothing of it stays when it breaks off.
   * @param name one component of a path
   * @throws what reading throws; HexdropError disk-full and what else the system says
   */
  async take(
    name: string,
    bytes: AsyncIterable<Uint8Array>,
    progress: (bytes: number) => void,
  ): Promise<{ readonly path: string; readonly bytes: number }> {
    const path = join(this.#folder, localName(name, process.platform));
    let file: FileHandle;
    try {
      file = await open(path, 'wx', 0o600);
    } catch (thrown) {
      throw fileFaultOf(thrown, 'create', path);
    }
    let written = 0;
    let isWhole = false;
    try {
      let lookAt = 0;
      for await (const piece of bytes) {
        if (written >= lookAt) {
          const room = this.#room();
          if (room <= 0) throw this.#noRoom(written);
          lookAt = written + Math.min(trustedBytes.most, Math.max(trustedBytes.least, room / 2));
        }
        await this.#write(file, piece, path, written);
        written += piece.length;
        progress(written);
      }
      isWhole = true;
    } finally {
      await file.close();
      if (!isWhole) rmSync(path, { force: true });
    }
    return { path, bytes: written };
  }

  /** It stays, under a name that no later start takes for an abandoned one. */
  keep(): void {
    const kept = join(this.#parent, `hexdrop-kept-${randomBytes(6).toString('hex')}`);
    renameSync(this.#folder, kept);
    this.#folder = kept;
    this.#isKept = true;
    process.off('exit', this.#removeAtExit);
  }

  remove(): void {
    process.off('exit', this.#removeAtExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What may still be written, in bytes. */
  #room(): number {
    const { bavail, blocks, bsize } = statfsSync(this.#folder);
    return bavail * bsize - Math.min(leftFreeBytes, blocks * bsize * leftFreePart);
  }

  #noRoom(written: number, cause?: unknown): HexdropError {
    const message =
      `${this.#parent} has no room for more than the ${formatBytes(written)} that were read. ` +
      'Name a folder with more of it in the environment variable TMPDIR.';
    return new HexdropError('disk-full', message, { cause });
  }

  async #write(file: FileHandle, bytes: Uint8Array, path: string, written: number): Promise<void> {
    try {
      // One that fills the disk is written in part first, and then fails.
      for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
    } catch (thrown) {
      const fault = fileFaultOf(thrown, 'write', path);
      throw fault.code === 'disk-full' ? this.#noRoom(written, thrown) : fault;
    }
  }
}

const removeAbandoned = (parent: string): void => {
  let names: readonly string[];
  try {
    names = readdirSync(parent);
  } catch {
    return; // What is wrong with it is told when the folder is made.
  }
  for (const name of names) {
    const pid = Number(abandonedPattern.exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const path = join(parent, name);
    try {
      const { uid, mtimeMs } = statSync(path);
      if (uid === (process.getuid?.() ?? uid) && Date.now() - mtimeMs > abandonedAfterMs) {
        rmSync(path, { recursive: true, force: true });
      }
    } catch {
      // Somebody else takes it away.
    }
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
};
