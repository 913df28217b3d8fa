/**
 * Names the folder that a transfer goes to so that a source on the same machine knows it when it comes by, and nobody
 * else learns anything (docs/PROTOCOL.md, "Offer"): a target that lies within what is sent must not be sent into itself.
 */

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { hostname } from 'node:os';

import { kernelBootId } from '../../base/boot-id.ts';

/** What a file system calls a folder, however its path reads. */
export interface FolderIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * The same for all programs of a machine, also in containers, and for no others: the kernel's own id of its run, or
 * where there is none its name, which together with a folder of the same numbers is as good.
 */
const thisMachine = kernelBootId() ?? hostname();

/** 64 hex digits. */
export const targetIdOf = (transfer: string, { dev, ino }: FolderIdentity, machine = thisMachine): string =>
  createHash('sha256').update(`${transfer}\n${machine}\n${dev}\n${ino}\n`).digest('hex');

/** Undefined for a file system that has no numbers for its folders, or when the folder is gone. */
export function targetIdAt(transfer: string, path: string): string | undefined {
  try {
    const stats = statSync(path, { bigint: true });
    return stats.ino === 0n ? undefined : targetIdOf(transfer, stats);
  } catch {
    return undefined;
  }
}
