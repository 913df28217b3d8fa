/**
 * Whether there is room for what is offered. Only what is certain counts: a file that stands where one of the offer goes
 * may be the same and take no room again, so its size is taken off, and totals that grow can only make it worse.
 */

import { lstatSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { formatBytes } from '../../../../shared/model/format-bytes.ts';
import type { Totals } from '../../../../shared/model/transfer.ts';
import type { Payload } from '../../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import { stemOf } from '../../../base/free-name.ts';
import { localName } from '../../../base/name-mapping.ts';
import { clashKey, rulesAt } from '../../../base/safe-path.ts';

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

/** Entries that are looked at before no more is said: it happens within one turn. */
const mostEntries = 10_000;
/** A number shortens a long name: only so many units of it are sure to stay. */
const sureUnits = 60;

/**
 * Bytes of the files that stand where the offer goes, in folders of its names and under its names with a number: at most
 * that many need not come again. Undefined where that cannot be told, or a part of it lies on another disk.
 */
export function presentBytesAt(dir: string, { roots, rootCount }: Payload<'OFFER'>): number | undefined {
  try {
    const there = statSync(dir, { throwIfNoEntry: false });
    if (there === undefined) return 0;
    const rules = rulesAt(dir);
    const stems = roots.map(({ name }) => keyOf(stemOf(localName(name, rules)).slice(0, sureUnits)));
    const isAny = roots.length < rootCount;
    return bytesOf(dir, { dev: there.dev, entries: 0 }, (name) => {
      const key = keyOf(name);
      return isAny || stems.some((stem) => key.startsWith(stem));
    });
  } catch {
    return undefined;
  }
}

const keyOf = (name: string): string => clashKey(name, true);

/** @throws Error where something cannot be looked at, lies on another disk, or is one too many */
function bytesOf(
  folder: string,
  walk: { readonly dev: number; entries: number },
  counts: (name: string) => boolean,
): number {
  let bytes = 0;
  for (const name of readdirSync(folder)) {
    if (!counts(name)) continue;
    walk.entries += 1;
    if (walk.entries > mostEntries) throw new Error('There are too many entries to look at.');
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    if (stats.dev !== walk.dev) throw new Error('A part of it lies on another disk.');
    if (stats.isFile()) bytes += stats.size;
    else if (stats.isDirectory()) bytes += bytesOf(path, walk, () => true);
  }
  return bytes;
}

/** What of the totals takes room for certain. */
const without = (totals: Totals, presentBytes: number): Totals => ({
  ...totals,
  bytes: Math.max(0, totals.bytes - presentBytes),
});

/** Bytes that are missing for certain for an offer; undefined when none are known to be. */
export function missingBytesAt(
  dir: string,
  offer: Payload<'OFFER'>,
  { bytes }: Totals,
  freeBytes: number | undefined,
): number | undefined {
  if (freeBytes === undefined || bytes <= freeBytes) return undefined;
  const presentBytes = presentBytesAt(dir, offer);
  const missing = presentBytes === undefined ? 0 : bytes - presentBytes - freeBytes;
  return missing > 0 ? missing : undefined;
}

/** Why an offer is declined that has no room in the folder. */
export const noSpaceAt = (dir: string, offer: Payload<'OFFER'>, totals: Totals): HexdropError =>
  noSpace(without(totals, presentBytesAt(dir, offer) ?? 0), freeBytesAt(dir) ?? 0);

/** The room for a transfer that must fit, from before its first byte until all of it is counted. */
export class Room {
  readonly #dir: string;
  readonly #presentBytes: number;

  private constructor(dir: string, presentBytes: number) {
    this.#dir = dir;
    this.#presentBytes = presentBytes;
  }

  /** @returns undefined where nothing can be said, or all of it fits */
  static for(dir: string, offer: Payload<'OFFER'>, totals: Totals): Room | undefined {
    const freeBytes = freeBytesAt(dir);
    if (freeBytes === undefined || (totals.complete && totals.bytes <= freeBytes)) return undefined;
    const presentBytes = presentBytesAt(dir, offer);
    return presentBytes === undefined ? undefined : new Room(dir, presentBytes);
  }

  /** Before anything of it has come: no-space when there is no room for certain. */
  faultBefore(totals: Totals): HexdropError | undefined {
    const needed = without(totals, this.#presentBytes);
    const freeBytes = freeBytesAt(this.#dir);
    return freeBytes === undefined || needed.bytes <= freeBytes ? undefined : noSpace(needed, freeBytes);
  }

  /** The same in the middle: `arrived` bytes of it have taken their room. */
  faultWithin(totals: Totals, arrived: number): HexdropError | undefined {
    const needed = without(totals, this.#presentBytes);
    const freeBytes = freeBytesAt(this.#dir);
    return isTooMuchStill(needed, arrived, freeBytes) ? noSpace(needed, freeBytes as number) : undefined;
  }
}

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
