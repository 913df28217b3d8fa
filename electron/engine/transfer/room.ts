/**
 * Whether there is room for what is offered. Only what is certain counts: what may be there already takes no room again,
 * so where anything of an offer stands in its target nothing is said, and totals that grow can only make it worse.
 */

import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { formatBytes } from '../../../shared/model/format-bytes.ts';
import type { Totals } from '../../../shared/model/transfer.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import { localName } from './name-mapping.ts';
import { isReservedName, rulesAt } from './safe-path.ts';

/** Written and not yet told as arrived: that much of what is still to come may be on the disk already. */
const underWayBytes = 16_777_216;

/**
 * Where the folder is not there yet, that of the nearest one above it. Undefined where the system does not tell, or says
 * of a file system without blocks that none is free.
 */
export function freeBytesAt(dir: string): number | undefined {
  for (let at = resolve(dir); ; at = dirname(at)) {
    try {
      const { bavail, blocks, bsize } = statfsSync(at);
      return blocks === 0 ? undefined : bavail * bsize;
    } catch {
      if (at === dirname(at)) return undefined;
    }
  }
}

/** Whether nothing of an offer can be in the folder: all of it will need room. */
export function isAllNewAt(dir: string, { roots, rootCount }: Payload<'OFFER'>): boolean {
  try {
    if (roots.length < rootCount)
      return readdirSync(dir).every((name) => isReservedName(name, process.platform));
    const rules = rulesAt(dir);
    return roots.every(
      ({ name }) => lstatSync(join(dir, localName(name, rules)), { throwIfNoEntry: false }) === undefined,
    );
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** Bytes that are missing for an offer of which nothing is there; undefined when they are not known to be. */
export function missingBytes({ bytes }: Totals, freeBytes: number | undefined): number | undefined {
  return freeBytes === undefined || bytes <= freeBytes ? undefined : bytes - freeBytes;
}

/** The same in the middle: `arrived` bytes of it have taken their room. */
export const isTooMuchStill = (totals: Totals, arrived: number, freeBytes: number | undefined): boolean =>
  freeBytes !== undefined && totals.bytes - arrived - underWayBytes > freeBytes;

export function noSpace({ bytes, complete }: Totals, freeBytes: number): HexdropError {
  const needed = `${complete ? '' : 'at least '}${formatBytes(bytes)}`;
  const free = formatBytes(freeBytes);
  return new HexdropError(
    'no-space',
    `There is no space for it: it needs ${needed}, and ${free} are free there.`,
    {
      seen: needed,
      allowed: free,
    },
  );
}
