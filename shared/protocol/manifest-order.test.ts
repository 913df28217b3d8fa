import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ManifestEntry } from './catalog.ts';
import { limits } from './limits.ts';
import { ManifestOrder } from './manifest-order.ts';
import { compareUtf8, isComponent } from '../base/text.ts';
import { thrownCode } from '../testing/thrown-code.ts';

type Entry = Pick<ManifestEntry, 'kind' | 'parent' | 'name'>;

const entry = (kind: 'file' | 'folder', parent: number, name: string): Entry => ({ kind, parent, name });

const outcome = (entries: readonly Entry[]): string => {
  const order = new ManifestOrder();
  return thrownCode(() => entries.forEach((each) => order.take(each)));
};

interface Tree {
  readonly [name: string]: Tree | null;
}

/** The manifest of a tree, the way a source makes it: level by level, names in byte order. */
function manifestOf(tree: Tree): Entry[] {
  const entries: Entry[] = [];
  const queue: { parent: number; tree: Tree }[] = [{ parent: -1, tree }];
  for (const { parent, tree: level } of queue) {
    for (const name of Object.keys(level).sort(compareUtf8)) {
      const below = level[name] ?? null;
      if (below !== null) queue.push({ parent: entries.length, tree: below });
      entries.push(entry(below === null ? 'file' : 'folder', parent, name));
    }
  }
  return entries;
}

const name = fc
  .string({ unit: fc.constantFrom('a', 'b', '~', '\uff5e', '😀', 'é'), minLength: 1, maxLength: 3 })
  .filter(isComponent);
const { tree } = fc.letrec<{ tree: Tree; node: Tree | null }>((tie) => ({
  node: fc.oneof({ depthSize: 'small' }, fc.constant(null), tie('tree')),
  tree: fc.dictionary(name, tie('node'), { maxKeys: 6, noNullPrototype: true }),
}));

describe('the order of a manifest', () => {
  test('takes every tree that is sent level by level in byte order, and tells depths', () => {
    fc.assert(
      fc.property(tree, (each) => {
        const entries = manifestOf(each);
        const order = new ManifestOrder();
        const depths: number[] = [];
        for (const [index, one] of entries.entries()) {
          expect(order.nextIndex).toBe(index);
          depths.push(order.take(one));
          expect(depths[index]).toBe(one.parent === -1 ? 1 : (depths[one.parent] as number) + 1);
        }
      }),
    );
  });

  test('refuses every swap of two entries', () => {
    fc.assert(
      fc.property(tree, fc.nat(), fc.nat(), (each, a, b) => {
        const entries = manifestOf(each);
        fc.pre(entries.length > 1);
        const [first, second] = [a % entries.length, b % entries.length];
        fc.pre(first !== second);
        const swapped = [...entries];
        [swapped[first], swapped[second]] = [entries[second] as Entry, entries[first] as Entry];
        expect(outcome(swapped)).toBe('manifest-order');
      }),
    );
  });

  test('refuses every duplicate', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (each, at) => {
        const entries = manifestOf(each);
        fc.pre(entries.length > 0);
        const copy = entries[at % entries.length] as Entry;
        expect(outcome([...entries.slice(0, (at % entries.length) + 1), copy])).toBe('manifest-order');
      }),
    );
  });

  test.each([
    ['a parent that is a file', [entry('file', -1, 'a'), entry('file', 0, 'b')]],
    ['a parent that is the entry itself', [entry('folder', 0, 'a')]],
    ['a parent that comes later', [entry('folder', -1, 'a'), entry('file', 7, 'b')]],
    [
      'a return to a folder that was passed',
      [entry('folder', -1, 'a'), entry('folder', -1, 'b'), entry('file', 1, 'x'), entry('file', 0, 'y')],
    ],
    ['a return to the top', [entry('folder', -1, 'a'), entry('file', 0, 'b'), entry('file', -1, 'c')]],
    ['names in UTF-16 order', [entry('file', -1, '😀'), entry('file', -1, '\uff5e')]],
  ])('refuses %s', (_, entries) => {
    expect(outcome(entries)).toBe('manifest-order');
  });

  test('takes the same name in two folders, and names that differ in case only', () => {
    const entries = [
      entry('folder', -1, 'A'),
      entry('folder', -1, 'a'),
      entry('file', 0, 'x'),
      entry('file', 1, 'x'),
    ];
    expect(outcome(entries)).toBe('none');
  });

  test('takes depth 512 and refuses depth 513', () => {
    const chain = Array.from({ length: limits.treeDepth }, (_, at) => entry('folder', at - 1, 'd'));
    expect(outcome(chain)).toBe('none');
    expect(outcome([...chain, entry('file', limits.treeDepth - 1, 'f')])).toBe('manifest-depth');
  });

  test.each(['', '.', '..', '/', 'a/b', '../x', '/etc/x', 'a\0b', '\0'])('refuses the name %j', (bad) => {
    expect(outcome([entry('file', -1, bad)])).toBe('unsafe-name');
  });

  test.each(['...', '.a', 'a.', '\\', 'C:\\x', 'CON', 'a\nb', '\u202e'])(
    'leaves the name %j to the platform',
    (odd) => {
      expect(outcome([entry('file', -1, odd)])).toBe('none');
    },
  );

  test('remembers only folders that are still ahead', () => {
    const order = new ManifestOrder();
    const folders = 5_000;
    for (let at = 0; at < folders; at += 1) order.take(entry('folder', -1, String(at).padStart(6, '0')));
    for (let at = 0; at < folders; at += 1) order.take(entry('folder', at, 'x'));
    for (let at = 0; at < folders; at += 7) expect(order.take(entry('file', folders + at, 'y'))).toBe(3);
  });
});

test('takePage refuses a gap, a page twice, a wrong first index, and an empty page that is not the last', () => {
  const page = (number: number, first: number, names: readonly string[]) => ({
    page: number,
    first,
    entries: names.map((each) => ({
      ...entry('file', -1, each),
      executable: false,
      size: 0,
      mtime: 0,
      version: '0'.repeat(32),
    })),
  });
  const order = new ManifestOrder();
  const code = (next: ReturnType<typeof page>): string => thrownCode(() => order.takePage(next, false));
  order.takePage(page(0, 0, ['a', 'b']), false);
  expect(code(page(0, 2, ['c']))).toBe('manifest-order');
  expect(code(page(2, 2, ['c']))).toBe('manifest-order');
  expect(code(page(1, 3, ['c']))).toBe('manifest-order');
  expect(code(page(1, 2, []))).toBe('manifest-order');
  order.takePage(page(1, 2, ['c']), false);
  expect(order.nextIndex).toBe(3);
  order.takePage(page(2, 3, []), true);
});
