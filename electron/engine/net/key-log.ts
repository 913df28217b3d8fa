/**
 * The secrets of TLS sessions, written down because somebody asked for it: whoever has this file and the packets can
 * read what was said. One line a secret, as Wireshark takes it (`tls.keylog_file`): the NSS key log format, which
 * other programs write into SSLKEYLOGFILE.
 *
 * The file is for its owner alone, or nothing is written. It is appended to: both ends of a session, and several runs, may
 * share one.
 */

import { constants } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import { HexdropError } from '../../../shared/errors/errors.ts';
import { unwritable } from '../../base/unwritable.ts';

const what = 'key log';

/** A program that ends waits no longer for its disk. */
const closeWithinMs = 500;

/** Not followed where a link stands, and no waiting for the reader of a pipe. Windows has neither. */
const flags =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);

export class KeyLog {
  readonly #stream: WriteStream;
  #onFailure: (error: HexdropError) => void = () => {};
  #isOver = false;

  private constructor(handle: FileHandle, path: string) {
    this.#stream = handle.createWriteStream();
    this.#stream.on('error', ({ code = '', message }: NodeJS.ErrnoException) => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#onFailure(unwritable(what, path, code, message));
    });
  }

  /**
   * @param path Made with mode 0600 when it is missing.
   * @throws HexdropError permission-denied, symlink-in-path, not-a-file, is-a-folder, no-such-path, disk-full, write-failed
   */
  static async open(path: string): Promise<KeyLog> {
    const handle = await open(path, flags, 0o600).catch(async ({ code, message }: NodeJS.ErrnoException) => {
      // Systems differ in what they say of a link that is not followed; a pipe without a reader is ENXIO.
      if (await isLink(path)) throw refused('symlink-in-path', path, 'is a link, which could lead anywhere');
      if (code === 'ENXIO') throw refused('not-a-file', path, 'is no file');
      throw unwritable(what, path, code ?? '', message);
    });
    try {
      await checkOwner(handle, path);
      return new KeyLog(handle, path);
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
  }

  /** Called once when it cannot be written any more; sessions go on. */
  onFailure(listener: (error: HexdropError) => void): void {
    this.#onFailure = listener;
  }

  /** For the `keylog` event of sockets: one line with its end. Written behind the caller's back, in order. */
  readonly write = (line: Uint8Array): void => {
    if (!this.#isOver) this.#stream.write(line);
  };

  /** Resolves when all lines are in the file, or the disk has had its time. */
  close(): Promise<void> {
    this.#isOver = true;
    if (this.#stream.closed) return Promise.resolve();
    return new Promise((resolve) => {
      setTimeout(resolve, closeWithinMs).unref();
      this.#stream.once('close', resolve);
      this.#stream.end();
    });
  }
}

async function checkOwner(handle: FileHandle, path: string): Promise<void> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw refused('not-a-file', path, 'is no file');
  if (process.platform === 'win32') {
    // What follows links there is not told by flags; who may read is not told by mode.
    if (await isLink(path)) throw refused('symlink-in-path', path, 'is a link, which could lead anywhere');
    return;
  }
  if (stats.uid !== process.getuid?.()) throw refused('permission-denied', path, 'belongs to another user');
  if (stats.nlink > 1)
    throw refused('permission-denied', path, 'has a second name, under which others may read it');
  if ((stats.mode & 0o077) !== 0) {
    throw refused(
      'permission-denied',
      path,
      'is there already and open to other users; "chmod 600" makes it yours',
    );
  }
}

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );

const refused = (
  code: 'permission-denied' | 'symlink-in-path' | 'not-a-file',
  path: string,
  why: string,
): HexdropError =>
  new HexdropError(code, `Keys are not written to "${path}": it ${why}. Name a file of your own.`);
