/**
 * Whether files can be put into a folder, by putting one there. Where the folder is not there yet, the nearest one above it
 * is what counts, since it is made in that. Asked asynchronously: a network folder that hangs must not hold up the rest.
 */

import { randomUUID } from 'node:crypto';
import { open, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

export interface FolderState {
  /** Why nothing can be put there; absent when it can. */
  readonly refusal: string | undefined;
  /** Other users may change what is in it, or read its secret. Always false on Windows, where rights are no bits. */
  readonly isOpenToOthers: boolean;
  /** Undefined where the system does not tell. */
  readonly freeBytes: number | undefined;
}

const othersWrite = 0o022;
const othersAnything = 0o077;

/**
 * Rejects only where not even the root of the file system can be looked at.
 * @param secret the name of a file in it that is nobody else's business
 */
export const folderState = async (
  path: string,
  secret?: string,
  platform: NodeJS.Platform = process.platform,
): Promise<FolderState> => {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      const { mode } = await stat(at);
      const isIt = at === resolve(path);
      const isSecretOpen =
        isIt && secret !== undefined && ((await modeOf(join(at, secret))) & othersAnything) !== 0;
      return {
        refusal: await refusalAt(at),
        isOpenToOthers: platform !== 'win32' && ((isIt && (mode & othersWrite) !== 0) || isSecretOpen),
        freeBytes: await freeBytesAt(at),
      };
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT' || at === dirname(at)) throw thrown;
    }
  }
};

/** None where there is no such file. */
const modeOf = async (file: string): Promise<number> => {
  try {
    return (await stat(file)).mode;
  } catch {
    return 0;
  }
};

const refusalAt = async (folder: string): Promise<string | undefined> => {
  const file = join(folder, `.hexdrop-doctor-${randomUUID()}`);
  try {
    const handle = await open(file, 'wx');
    await handle.close();
    await unlink(file);
    return undefined;
  } catch (thrown) {
    return (thrown as Error).message;
  }
};

const freeBytesAt = async (folder: string): Promise<number | undefined> => {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined;
  }
};
