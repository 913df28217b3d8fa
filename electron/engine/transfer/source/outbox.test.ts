import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Outbox } from './outbox.ts';
import type { AskedFile, WantedFile } from './outbox.ts';
import type { SourceEntry } from './source-tree.ts';

const chain = 'ab'.repeat(32);
const entry = (index: number, more: Partial<SourceEntry> = {}): SourceEntry => ({
  index,
  kind: 'file',
  name: `f${index}`,
  parent: -1,
  size: 1_000_000,
  mtime: 0,
  executable: false,
  ...more,
});

/** An outbox that has told so many files. */
const outboxOf = (count: number): Outbox => {
  const outbox = new Outbox();
  for (let index = 0; index < count; index += 1) {
    outbox.add(entry(index));
    outbox.markSent();
  }
  return outbox;
};

const queued = (outbox: Outbox): WantedFile[] => {
  const files: WantedFile[] = [];
  for (let next = outbox.toSend.peek(); next !== undefined; next = outbox.toSend.peek()) {
    files.push(next);
    outbox.toSend.take();
  }
  return files;
};

/** The next file to be compared. */
const asked = (outbox: Outbox): AskedFile => {
  const next = outbox.toCompare.peek() as AskedFile;
  outbox.toCompare.take();
  return next;
};

const refused = (act: () => void): void => {
  expect(act).toThrow(expect.objectContaining({ code: 'unexpected-frame' }));
};

describe('what is told', () => {
  it('leaves in the order of the walk, one after the other', () => {
    const outbox = new Outbox();
    for (let index = 0; index < 3; index += 1) outbox.add(entry(index));
    const told: number[] = [];
    for (let next = outbox.nextUnsent(); next !== undefined; next = outbox.nextUnsent()) {
      told.push(next.index);
      outbox.markSent();
    }
    expect([told, outbox.sent, outbox.open, outbox.unsettled]).toEqual([[0, 1, 2], 3, 3, 3]);
  });

  it('has its path from the top of the tree', () => {
    const outbox = new Outbox();
    outbox.add(entry(0, { kind: 'folder', name: 'a' }));
    outbox.add(entry(1, { kind: 'folder', name: 'b', parent: 0 }));
    outbox.add(entry(2, { name: 'c.txt', parent: 1 }));
    expect(outbox.relativePath(outbox.entry(2) as SourceEntry)).toBe('a/b/c.txt');
    expect(outbox.relativePath(outbox.entry(0) as SourceEntry)).toBe('a');
  });
});

describe('what is wanted', () => {
  it('is every file of the span that no list names, from its start', () => {
    const outbox = outboxOf(6);
    outbox.decide({
      first: 0,
      count: 6,
      skip: [[1, 2]],
      resume: [[3, 262_144, chain]],
      unless: [[4, chain]],
      later: [[5, 1]],
    });
    expect(
      queued(outbox).map(({ entry: { index }, offset, chain: from }) => [index, offset, from?.length]),
    ).toEqual([
      [0, 0, undefined],
      [3, 262_144, 32],
    ]);
    expect(asked(outbox)).toMatchObject({ kind: 'unless', end: 1_000_000, entry: { index: 4 } });
    expect(outbox.isIdle).toBe(false);
    outbox.decide({ first: 5, count: 1 });
    expect(queued(outbox).map(({ entry: { index } }) => index)).toEqual([5]);
    expect(outbox.isIdle).toBe(true);
  });

  it('is nothing of a folder, whatever is said of it', () => {
    const outbox = new Outbox();
    outbox.add(entry(0, { kind: 'folder' }));
    outbox.markSent();
    expect(outbox.isIdle).toBe(true);
    outbox.decide({ first: 0, count: 1 });
    outbox.decide({ first: 0, count: 1 });
    expect(queued(outbox)).toEqual([]);
  });

  it('is decided once, and only of what was told and is not settled', () => {
    const outbox = outboxOf(4);
    outbox.add(entry(4));
    refused(() => outbox.decide({ first: 4, count: 1 }));
    refused(() => outbox.decide({ first: 3, count: 2 }));
    outbox.decide({ first: 0, count: 2 });
    refused(() => outbox.decide({ first: 1, count: 1 }));
    refused(() => outbox.decide({ first: 1, count: 1, skip: [[1, 1]] }));
    outbox.settle(2);
    refused(() => outbox.decide({ first: 0, count: 3 }));
    outbox.decide({ first: 2, count: 2 });
  });

  it('beyond the end of its file is refused; at its end it is not', () => {
    refused(() => outboxOf(1).decide({ first: 0, count: 1, resume: [[0, 1_048_576, chain]] }));
    const outbox = new Outbox();
    outbox.add(entry(0, { size: 262_144 }));
    outbox.markSent();
    outbox.decide({ first: 0, count: 1, resume: [[0, 262_144, chain]] });
    expect(queued(outbox)).toHaveLength(1);
  });

  it('and given up before its turn is not sent', () => {
    const outbox = outboxOf(4);
    outbox.decide({ first: 0, count: 4 });
    outbox.drop(0);
    outbox.drop(2);
    expect(queued(outbox).map(({ entry: { index } }) => index)).toEqual([1, 3]);
    expect([outbox.toSend.peek(), outbox.isIdle]).toEqual([undefined, true]);
  });

  it('and given up in its middle or after it leaves the others', () => {
    const outbox = outboxOf(2);
    outbox.decide({ first: 0, count: 2 });
    outbox.toSend.take();
    outbox.drop(0);
    expect(queued(outbox).map(({ entry: { index } }) => index)).toEqual([1]);
  });
});

describe('what the sink asks about', () => {
  const both = (): Outbox => {
    const outbox = outboxOf(2);
    outbox.decide({ first: 0, count: 2, resumeIf: [[0, 524_288, chain]], unless: [[1, chain]] });
    return outbox;
  };

  it('waits beside what is sent, with how much of it is asked about', () => {
    const outbox = both();
    expect([queued(outbox), outbox.isIdle, outbox.keptBytes]).toEqual([[], false, 0]);
    expect(asked(outbox)).toMatchObject({ kind: 'resumeIf', end: 524_288, entry: { index: 0 } });
    expect(asked(outbox)).toMatchObject({ kind: 'unless', end: 1_000_000, entry: { index: 1 } });
    expect(outbox.isIdle).toBe(true);
  });

  it('is not sent, or from behind the part that is the same, when it is the same', () => {
    const outbox = both();
    outbox.answer(asked(outbox), true);
    outbox.answer(asked(outbox), true);
    expect(queued(outbox)).toMatchObject([{ entry: { index: 0 }, offset: 524_288 }]);
    expect(outbox.keptBytes).toBe(524_288);
  });

  it('is sent from its start when it is not', () => {
    const outbox = both();
    outbox.answer(asked(outbox), false);
    outbox.answer(asked(outbox), false);
    expect(queued(outbox)).toEqual([
      { entry: entry(0), offset: 0 },
      { entry: entry(1), offset: 0 },
    ]);
    expect(outbox.keptBytes).toBe(0);
  });

  it('and gives up before its turn is not compared', () => {
    const outbox = both();
    outbox.drop(0);
    outbox.drop(1);
    expect([outbox.toCompare.peek(), outbox.isIdle]).toEqual([undefined, true]);
  });

  it('beyond the end of its file is refused', () => {
    refused(() => outboxOf(1).decide({ first: 0, count: 1, resumeIf: [[0, 1_048_576, chain]] }));
  });
});

describe('what is settled', () => {
  it('neither falls nor passes what was told', () => {
    const outbox = outboxOf(5);
    outbox.settle(3);
    refused(() => outbox.settle(2));
    refused(() => outbox.settle(6));
    outbox.settle(3);
    outbox.settle(5);
    expect([outbox.open, outbox.unsettled]).toEqual([0, 0]);
  });

  it('counts the files that were wanted', () => {
    const outbox = outboxOf(5);
    outbox.decide({ first: 0, count: 5, skip: [[1, 2]] });
    outbox.settle(4);
    expect(outbox.settledFiles).toBe(2);
  });

  it('is forgotten in the end: memory does not grow with the tree', () => {
    const outbox = new Outbox();
    for (let index = 0; index < 20_000; index += 1) {
      outbox.add(entry(index));
      outbox.markSent();
      outbox.decide({ first: index, count: 1 });
      outbox.toSend.take();
      if (index % 100 === 99) outbox.settle(index + 1);
    }
    expect([outbox.entry(0), outbox.entry(10_000)]).toEqual([undefined, undefined]);
    expect([outbox.settledFiles, outbox.isIdle, outbox.open]).toEqual([20_000, true, 0]);
  });

  it('keeps count of bytes that need not be sent, never more than there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('skip', 'resume', 'want'), { minLength: 1, maxLength: 30 }),
        (choices) => {
          const outbox = outboxOf(choices.length);
          const spans = choices.flatMap((choice, index): [number, number][] =>
            choice === 'skip' ? [[index, 1]] : [],
          );
          const resume = choices.flatMap((choice, index): [number, number, string][] =>
            choice === 'resume' ? [[index, 524_288, chain]] : [],
          );
          outbox.decide({ first: 0, count: choices.length, skip: spans, resume });
          expect(outbox.keptBytes).toBe(spans.length * 1_000_000 + resume.length * 524_288);
          expect(queued(outbox)).toHaveLength(choices.length - spans.length);
          expect(outbox.isIdle).toBe(true);
        },
      ),
    );
  });
});
