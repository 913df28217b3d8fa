import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { plant, temporaryFolder } from '../../../base/testing/trees.ts';
import { freeBytesAt, isTooMuchStill, missingBytesAt, noSpace, presentBytesAt, Room } from './room.ts';

const totals = (bytes: number, complete = true) => ({ files: 1, folders: 0, bytes, complete });

const offerOf = (names: readonly string[], rootCount = names.length) => ({
  transfer: 'ab'.repeat(16),
  roots: names.map((name) => ({ name, kind: 'file' as const, size: 1 })),
  rootCount,
  totals: totals(1),
});

describe('room for an offer', () => {
  it('is missing when more is told than is free, whatever is still counted', () => {
    const dir = temporaryFolder();
    const missing = (bytes: number, free: number | undefined, complete = true): number | undefined =>
      missingBytesAt(dir, offerOf(['a']), totals(bytes, complete), free);
    expect(missing(11, 10)).toBe(1);
    expect(missing(11, 10, false)).toBe(1);
    expect(missing(10, 10)).toBeUndefined();
    // What stands there may be the same.
    plant(dir, { a: { 'of it': { size: 4, seed: 1 } } });
    expect(missing(20, 10)).toBe(6);
    expect(missing(14, 10)).toBeUndefined();
  });

  it('is not said to be missing where the system does not tell what is free', () => {
    expect(missingBytesAt(temporaryFolder(), offerOf(['a']), totals(11), undefined)).toBeUndefined();
    expect(isTooMuchStill(totals(1e15), 0, undefined)).toBe(false);
  });

  it('is missing for what is certainly too much, before it comes and in its middle', () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'a'));
    const offer = offerOf(['a']);
    expect(Room.for(dir, offer, totals(1e3))).toBeUndefined();
    const room = Room.for(dir, offer, totals(1e18));
    expect(room?.faultBefore(totals(1e18))).toMatchObject({ code: 'no-space' });
    expect(room?.faultWithin(totals(1e18), 1e9)).toMatchObject({ code: 'no-space' });
    const counting = Room.for(dir, offer, totals(0, false));
    expect(counting?.faultBefore(totals(0, false))).toBeUndefined();
    expect(counting?.faultWithin(totals(1e18), 0)).toMatchObject({ code: 'no-space' });
  });

  it('is asked for what has not arrived, and not for what is under way', () => {
    expect(isTooMuchStill(totals(1e9), 0, 5e8)).toBe(true);
    expect(isTooMuchStill(totals(1e9), 6e8, 5e8)).toBe(false);
    expect(isTooMuchStill(totals(1e9), 0, 1e9 - 10_000_000)).toBe(false);
  });

  it('is that of the nearest folder that is there', () => {
    const dir = temporaryFolder();
    expect(freeBytesAt(join(dir, 'not', 'there'))).toBeGreaterThan(0);
  });

  it('is told in sizes that people read', () => {
    expect(noSpace(totals(5e9), 1e9).message).toBe(
      'There is no space for it: it needs 5.00 GB, and 1.00 GB are free there.',
    );
    expect(noSpace(totals(5e9, false), 1e9).message).toContain('at least 5.00 GB');
  });
});

describe('what of an offer may be there', () => {
  it('is nothing in a folder that is not there, and where only folders and other names are', () => {
    const dir = temporaryFolder();
    plant(dir, { other: { size: 7, seed: 1 }, b: { empty: {} } });
    expect(presentBytesAt(join(dir, 'not there'), offerOf(['a']))).toBe(0);
    expect(presentBytesAt(dir, offerOf(['a', 'b']))).toBe(0);
  });

  it('are the files at its names, in its folders, and at its names with a number', () => {
    const dir = temporaryFolder();
    const file = (size: number) => ({ size, seed: size });
    plant(dir, {
      'a.tar.gz': file(1),
      'a (1).tar.gz': file(2),
      b: { deep: { x: file(4) }, y: file(8) },
      'b (1)': { z: file(16) },
      other: file(32),
    });
    expect(presentBytesAt(dir, offerOf(['a.tar.gz', 'b']))).toBe(31);
  });

  it('is all that is there where it does not show all of its names', () => {
    const dir = temporaryFolder();
    expect(presentBytesAt(dir, offerOf(['a'], 2))).toBe(0);
    plant(dir, { other: { size: 9, seed: 1 } });
    expect(presentBytesAt(dir, offerOf(['a'], 2))).toBe(9);
  });
});
