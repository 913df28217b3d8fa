import { describe, expect, it } from 'vitest';

import type { OfferView } from '../../shared/model/transfer.ts';
import { isLeftOut, isMixed, rowsOf, takenOf, toggled, treeOf } from './offer-tree.ts';

const offer = (
  files: number,
  complete = true,
): Pick<OfferView, 'roots' | 'rootCount' | 'preview' | 'totals'> => ({
  roots: [
    { name: 'a', kind: 'folder', size: 0 },
    { name: 'z.txt', kind: 'file', size: 5 },
  ],
  rootCount: 2,
  totals: { files, folders: 2, bytes: 100, complete },
  preview: [
    { path: 'a', kind: 'folder', size: 0 },
    { path: 'a/b/deep.txt', kind: 'file', size: 10 },
    { path: 'a/x.txt', kind: 'file', size: 20 },
    { path: 'z.txt', kind: 'file', size: 5 },
  ],
});

describe('tree of an offer', () => {
  it('holds each entry once, with the folders that only paths tell of', () => {
    const rows = rowsOf(treeOf(offer(3)), new Set(['a', 'a/b']));
    expect(rows.map(({ node, depth }) => [node.path, depth])).toEqual([
      ['a', 0],
      ['a/b', 1],
      ['a/b/deep.txt', 2],
      ['a/x.txt', 1],
      ['z.txt', 0],
    ]);
  });

  it('is whole only when nothing is missing and the sender has counted', () => {
    expect(treeOf(offer(3)).isWhole).toBe(true);
    expect(treeOf(offer(4)).isWhole).toBe(false);
    expect(treeOf(offer(3, false)).isWhole).toBe(false);
  });

  it('a folder that is left out takes its content with it, and is said once', () => {
    let except: ReadonlySet<string> = new Set();
    except = toggled(except, 'a/b/deep.txt', false);
    expect(isMixed(except, 'a')).toBe(true);
    except = toggled(except, 'a', false);
    expect([...except]).toEqual(['a']);
    expect(isLeftOut(except, 'a/x.txt')).toBe(true);
    expect(isLeftOut(except, 'ab')).toBe(false);
    expect(takenOf(treeOf(offer(3)), except)).toEqual({ files: 1, bytes: 5 });
    expect([...toggled(except, 'a', true)]).toEqual([]);
  });
});
