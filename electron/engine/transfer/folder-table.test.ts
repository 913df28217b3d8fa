import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HexdropError } from '../../../shared/protocol/errors.ts';
import { FolderTable } from './folder-table.ts';
import type { FolderRecord } from './folder-table.ts';

const anyRecord = fc.record({
  parent: fc.integer({ min: -1, max: 2 ** 32 }),
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  mtime: fc.maxSafeInteger(),
  isUnwanted: fc.boolean(),
  fault: fc.constantFrom(undefined, new HexdropError('symlink-in-path')),
  isRenamed: fc.boolean(),
});

describe('the table of folders', () => {
  it('gives back what was put in, by index, however many there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), anyRecord), { maxLength: 700 }),
        (rows) => {
          const table = new FolderTable();
          const put = new Map<number, FolderRecord>();
          let index = -1;
          for (const [step, { isRenamed, ...rest }] of rows) {
            index += step;
            const record = { ...rest, localName: isRenamed ? `${rest.name} (1)` : rest.name };
            table.add(index, record);
            put.set(index, record);
          }
          expect([...table.indices()]).toEqual([...put.keys()]);
          for (let at = 0; at <= index + 1; at += 1) expect(table.get(at)).toEqual(put.get(at));
        },
      ),
      { numRuns: 30 },
    );
  });
});
