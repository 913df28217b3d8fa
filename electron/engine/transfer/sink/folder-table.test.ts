import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { FolderTable } from './folder-table.ts';
import type { FolderRecord } from './folder-table.ts';

const fault = new HexdropError('symlink-in-path');
const name = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  )
  .filter((any) => any.isWellFormed());
const record: fc.Arbitrary<FolderRecord> = fc.record({
  parent: fc.integer({ min: -1, max: 2 ** 32 - 2 }),
  name,
  localName: name,
  mtime: fc.maxSafeInteger(),
  fault: fc.constantFrom(undefined, undefined, fault),
  isUnwanted: fc.boolean(),
});

describe('a table of folders', () => {
  it('gives back what was put in, for every folder, whatever stands between them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat({ max: 5_000 }), { maxLength: 700, size: 'max' }),
        fc.array(record, { minLength: 1, maxLength: 40 }),
        (indices, records) => {
          const table = new FolderTable();
          const expected = new Map<number, FolderRecord>();
          for (const [at, index] of indices.toSorted((one, other) => one - other).entries()) {
            const one = records[at % records.length] as FolderRecord;
            table.add(index, one);
            expected.set(index, one);
          }
          expect([...table.indices()]).toEqual([...expected.keys()]);
          for (const [index, one] of expected) {
            expect(table.get(index)).toEqual(one);
            if (!expected.has(index + 1)) expect(table.get(index + 1)).toBeUndefined();
          }
          expect(table.get(-1)).toBeUndefined();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has nothing at first', () => {
    expect([new FolderTable().get(0), [...new FolderTable().indices()]]).toEqual([undefined, []]);
  });

  it('takes a hundred thousand folders in few bytes', () => {
    const table = new FolderTable();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 100_000; index += 1) {
      const called = `folder ${index}`;
      table.add(index * 2, {
        parent: index - 1,
        name: called,
        localName: called,
        mtime: index,
        fault: undefined,
        isUnwanted: false,
      });
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40_000_000);
    expect(table.get(199_998)).toMatchObject({
      name: 'folder 99999',
      localName: 'folder 99999',
      parent: 99_998,
    });
    expect(table.get(199_997)).toBeUndefined();
  });
});
