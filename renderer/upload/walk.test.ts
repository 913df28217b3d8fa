import { describe, expect, it } from 'vitest';

import { batchEntries, type FoundEntry, walkEntries, walkFiles, type WalkReport } from './walk.ts';

const file = (name: string, content = name, path = ''): File => {
  const made = new File([content], name, { lastModified: 1_000 });
  if (path !== '') Object.defineProperty(made, 'webkitRelativePath', { value: path });
  return made;
};

const fileEntry = (name: string, content = name): FileSystemFileEntry =>
  ({
    isFile: true,
    isDirectory: false,
    name,
    file: (done: (file: File) => void) => done(file(name, content)),
  }) as unknown as FileSystemFileEntry;

const lockedEntry = (name: string): FileSystemFileEntry =>
  ({
    isFile: true,
    isDirectory: false,
    name,
    file: (_: unknown, failed: (error: Error) => void) => failed(new Error('locked')),
  }) as unknown as FileSystemFileEntry;

/** As Chromium does it: at most a hundred at a time, then none. */
const folderEntry = (name: string, content: readonly FileSystemEntry[]): FileSystemDirectoryEntry =>
  ({
    isFile: false,
    isDirectory: true,
    name,
    createReader: () => {
      let at = 0;
      return {
        readEntries: (done: (entries: FileSystemEntry[]) => void) => {
          const part = content.slice(at, at + 100);
          at += part.length;
          queueMicrotask(() => done(part));
        },
      };
    },
  }) as unknown as FileSystemDirectoryEntry;

const collect = async (
  batches: AsyncIterable<readonly FoundEntry[]>,
): Promise<{ readonly entries: FoundEntry[]; readonly sizes: number[] }> => {
  const entries: FoundEntry[] = [];
  const sizes: number[] = [];
  for await (const batch of batches) {
    entries.push(...batch);
    sizes.push(batch.length);
  }
  return { entries, sizes };
};

describe('a drop', () => {
  it('tells folders before what they hold, empty ones too', async () => {
    const roots = [
      folderEntry('tree', [
        folderEntry('empty', []),
        fileEntry('a.txt'),
        folderEntry('sub', [fileEntry('b.txt')]),
      ]),
      fileEntry('top.txt'),
    ];
    const { entries } = await collect(walkEntries(roots, { unreadable: [] }));
    const paths = entries.map(({ path }) => path);
    expect(paths.toSorted()).toEqual([
      'top.txt',
      'tree',
      'tree/a.txt',
      'tree/empty',
      'tree/sub',
      'tree/sub/b.txt',
    ]);
    for (const path of paths) {
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      if (parent !== '') expect(paths.indexOf(parent)).toBeLessThan(paths.indexOf(path));
    }
    expect(entries.find(({ path }) => path === 'tree/a.txt')).toMatchObject({
      kind: 'file',
      size: 5,
      mtimeMs: 1_000,
    });
  });

  it('of many files comes in batches', async () => {
    const many = Array.from({ length: 2 * batchEntries + 10 }, (_, index) => fileEntry(`${index}`));
    const { entries, sizes } = await collect(walkEntries([folderEntry('many', many)], { unreadable: [] }));
    expect(entries).toHaveLength(many.length + 1);
    expect(sizes).toEqual([batchEntries, batchEntries, 11]);
  });

  it('reads folders ahead, and tells them in the same order as one by one', async () => {
    const folders = Array.from({ length: 20 }, (_, index) =>
      folderEntry(`f${index}`, [fileEntry('a'), folderEntry('s', [fileEntry('b')])]),
    );
    const { entries } = await collect(walkEntries([folderEntry('t', folders)], { unreadable: [] }));
    const expected = folders
      .toReversed()
      .flatMap(({ name }) => [`t/${name}/a`, `t/${name}/s`, `t/${name}/s/b`]);
    expect(entries.slice(21).map(({ path }) => path)).toEqual(expected);
  });

  it('leaves out what cannot be read, and counts it', async () => {
    const report: WalkReport = { unreadable: [] };
    const { entries } = await collect(
      walkEntries([folderEntry('t', [lockedEntry('x'), fileEntry('y')])], report),
    );
    expect(entries.map(({ path }) => path)).toEqual(['t', 't/y']);
    expect(report.unreadable).toEqual(['t/x']);
  });
});

describe('what no file system means', () => {
  const odd = (name: string, size: number, lastModified: number): File => {
    const made = new File([''], name);
    Object.defineProperties(made, { size: { value: size }, lastModified: { value: lastModified } });
    return made;
  };

  it('costs at most itself: a size beyond counting, a time that is none, a time before 1970', async () => {
    const report: WalkReport = { unreadable: [] };
    const files = [
      odd('sparse', 2 ** 53, 0),
      odd('timeless', 3, Number.NaN),
      odd('old', 4, -11_644_473_600_000),
    ];
    const beforeMs = Date.now();
    const { entries } = await collect(walkFiles(files, report));
    expect(report.unreadable).toEqual(['sparse']);
    expect(entries.map(({ path }) => path)).toEqual(['timeless', 'old']);
    expect(entries[0]?.mtimeMs).toBeGreaterThanOrEqual(beforeMs);
    expect(entries[1]?.mtimeMs).toBe(-11_644_473_600_000);
  });
});

describe('a folder', () => {
  it('counts as made now, since browsers do not tell its time', async () => {
    const beforeMs = Date.now();
    const dropped = await collect(walkEntries([folderEntry('t', [])], { unreadable: [] }));
    const picked = await collect(walkFiles([file('a', '1', 't/a')]));
    for (const { entries } of [dropped, picked]) expect(entries[0]?.mtimeMs).toBeGreaterThanOrEqual(beforeMs);
  });
});

describe('a folder input', () => {
  it('tells the folders that its files know of, once', async () => {
    const files = [file('a', '1', 't/s/a'), file('b', '2', 't/b'), file('c', '3')];
    const { entries } = await collect(walkFiles(files));
    expect(entries.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'folder t',
      'folder t/s',
      'file t/s/a',
      'file t/b',
      'file c',
    ]);
  });
});
