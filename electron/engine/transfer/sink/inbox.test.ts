import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { FrameHeader } from '../../../../shared/protocol/header.ts';
import type { ManifestEntry, ManifestPage } from '../../../../shared/protocol/manifest.ts';
import { setLimits } from '../../testing/limits.ts';
import { file, folder } from '../../testing/raw-source.ts';
import { Inbox } from './inbox.ts';
import type { Slot } from './inbox.ts';

const header = (isLast: boolean): FrameHeader => ({
  type: 0x25,
  flags: isLast ? 2 : 0,
  channel: 0,
  id: 1,
  length: 0,
});

const page = (number: number, first: number, entries: readonly ManifestEntry[]): ManifestPage => ({
  page: number,
  first,
  entries,
});

const files = (from: number, count: number): ManifestEntry[] =>
  Array.from({ length: count }, (_, index) => file(`f${String(from + index).padStart(6, '0')}`, 10));

const filled = (
  entries: readonly ManifestEntry[],
  isLast = true,
): { inbox: Inbox; slots: readonly Slot[] } => {
  const inbox = new Inbox();
  return { inbox, slots: inbox.takePage(page(0, 0, entries), header(isLast), true) };
};

describe('pages', () => {
  it('come in turn, and none after the last', () => {
    const inbox = new Inbox();
    inbox.takePage(page(0, 0, files(0, 2)), header(false), true);
    expect(inbox.isComplete).toBe(false);
    expect(() => inbox.takePage(page(2, 2, files(2, 1)), header(false), true)).toThrow(
      expect.objectContaining({ code: 'manifest-order', seen: '2', allowed: '1' }),
    );
    inbox.takePage(page(1, 2, []), header(true), true);
    expect([inbox.isComplete, inbox.count, inbox.openFiles]).toEqual([true, 2, 2]);
    expect(() => inbox.takePage(page(2, 2, []), header(true), true)).toThrow(
      expect.objectContaining({ code: 'manifest-order', allowed: 'none after the last' }),
    );
  });

  it('fit the window: the small one before ACCEPT, then the large one over what is not settled', () => {
    setLimits({ previewEntries: 3, windowEntries: 5 });
    const inbox = new Inbox();
    inbox.takePage(page(0, 0, files(0, 3)), header(false), false);
    const tooMuch = (count: number, isAccepted: boolean) => () =>
      inbox.takePage(page(1, 3, files(3, count)), header(false), isAccepted);
    expect(tooMuch(1, false)).toThrow(
      expect.objectContaining({ code: 'manifest-too-large', seen: '4 entries', allowed: '3 unsettled' }),
    );
    expect(tooMuch(3, true)).toThrow(expect.objectContaining({ code: 'manifest-too-large' }));
    inbox.settle(inbox.slot(0) as Slot);
    expect(tooMuch(3, true)).not.toThrow();
  });

  it('that are refused leave the count as it was', () => {
    const { inbox } = filled(files(0, 2), false);
    expect(() => inbox.takePage(page(1, 7, files(2, 1)), header(false), true)).toThrow(
      expect.objectContaining({ code: 'manifest-order' }),
    );
    expect([inbox.count, inbox.openFiles]).toEqual([2, 2]);
  });
});

describe('entries', () => {
  it('have their path by their folders as they were sent', () => {
    const { inbox, slots } = filled([folder('a'), file('x', 1), folder('b', 0), file('c', 1, { parent: 2 })]);
    const plain = { mtime: 0, fault: undefined, isUnwanted: false };
    inbox.setFolder(0, { parent: -1, name: 'a', localName: 'a (1)', ...plain });
    inbox.setFolder(2, { parent: 0, name: 'b', localName: 'b', ...plain });
    expect(slots.map(({ entry }) => inbox.pathOf(entry))).toEqual(['a', 'x', 'a/b', 'a/b/c']);
    expect(inbox.folderOf((slots[3] as Slot).entry).components).toEqual(['a (1)', 'b']);
    expect(inbox.folderOf((slots[1] as Slot).entry).components).toEqual([]);
  });

  it('are settled up to the first that is not', () => {
    const { inbox, slots } = filled([folder('a'), file('b', 1), file('c', 1)]);
    inbox.settle(slots[2] as Slot);
    expect(inbox.settled).toBe(0);
    inbox.settle(slots[0] as Slot);
    expect(inbox.settled).toBe(1);
    inbox.settle(slots[1] as Slot);
    expect([inbox.settled, inbox.openFiles]).toEqual([3, 0]);
  });

  it('are settled once, however often it is said', () => {
    const { inbox, slots } = filled(files(0, 2));
    for (let count = 0; count < 3; count += 1) {
      inbox.settle(slots[0] as Slot);
      inbox.pass(slots[0] as Slot);
      inbox.refuse(slots[0] as Slot);
    }
    expect([inbox.openFiles, inbox.passedBytes]).toEqual([1, 0]);
  });

  it('that are given up are remembered as refused only when their bulk may be on its way', () => {
    const { inbox, slots } = filled(files(0, 3));
    (slots[1] as Slot).state = 'wanted';
    (slots[2] as Slot).state = 'receiving';
    for (const slot of slots) inbox.refuse(slot);
    expect([0, 1, 2].map((index) => inbox.isRefused(index))).toEqual([false, true, true]);
  });

  it('that pass count the bytes that did not come', () => {
    const { inbox, slots } = filled([...files(0, 2), folder('z')]);
    (slots[1] as Slot).arrivedBytes = 4;
    for (const slot of slots) inbox.pass(slot);
    expect(inbox.passedBytes).toBe(16);
  });

  it('are forgotten when they are settled: memory does not grow with the tree', () => {
    const inbox = new Inbox();
    let at = 0;
    for (let number = 0; number < 20; number += 1) {
      for (const slot of inbox.takePage(page(number, at, files(at, 1_000)), header(false), true))
        inbox.settle(slot);
      at += 1_000;
    }
    expect([inbox.settled, inbox.count, inbox.openFiles]).toEqual([20_000, 20_000, 0]);
    expect([inbox.slot(0), inbox.slot(12_000)]).toEqual([undefined, undefined]);
  });

  it('keep their numbers whatever the order of settlement', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 40 }, (_, index) => index),
          { minLength: 0 },
        ),
        (order) => {
          const { inbox, slots } = filled(files(0, 40));
          for (const index of order) inbox.settle(slots[index] as Slot);
          const first = slots.findIndex(({ state }) => state !== 'settled');
          expect([inbox.settled, inbox.openFiles]).toEqual([first < 0 ? 40 : first, 40 - order.length]);
        },
      ),
    );
  });
});
