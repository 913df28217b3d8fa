import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../testing/trees.ts';
import { freeBytesAt, isAllNewAt, isTooMuchStill, missingBytes, noSpace } from './room.ts';

const totals = (bytes: number, complete = true) => ({ files: 1, folders: 0, bytes, complete });

const offerOf = (names: readonly string[], rootCount = names.length) => ({
  transfer: 'ab'.repeat(16),
  roots: names.map((name) => ({ name, kind: 'file' as const, size: 1 })),
  rootCount,
  totals: totals(1),
});

describe('room for an offer', () => {
  it('is missing when more is told than is free, whatever is still counted', () => {
    expect(missingBytes(totals(11), 10)).toBe(1);
    expect(missingBytes(totals(11, false), 10)).toBe(1);
    expect(missingBytes(totals(10), 10)).toBeUndefined();
  });

  it('is not said to be missing where the system does not tell what is free', () => {
    expect(missingBytes(totals(11), undefined)).toBeUndefined();
    expect(isTooMuchStill(totals(1e15), 0, undefined)).toBe(false);
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

describe('all of an offer is new', () => {
  it('in a folder that is not there, or has nothing of its names', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'other'), '');
    expect(isAllNewAt(join(dir, 'not there'), offerOf(['a']))).toBe(true);
    expect(isAllNewAt(dir, offerOf(['a', 'b']))).toBe(true);
  });

  it('not where one of its names is', () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'b'));
    expect(isAllNewAt(dir, offerOf(['a', 'b']))).toBe(false);
  });

  it('not where names that it does not show may be', () => {
    const dir = temporaryFolder();
    expect(isAllNewAt(dir, offerOf(['a'], 2))).toBe(true);
    writeFileSync(join(dir, 'other'), '');
    expect(isAllNewAt(dir, offerOf(['a'], 2))).toBe(false);
  });
});
