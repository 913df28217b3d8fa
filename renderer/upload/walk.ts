/**
 * What was dropped, pasted or picked on the page, as a list of entries: folders before what they hold, in batches, so that
 * a tree of 100,000 files neither freezes the page nor waits to be told whole.
 */

import { metadataOf } from './dropped-file.ts';

export interface FoundEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly size: number;
  readonly mtimeMs: number;
  /** The file itself, or what opens it; absent for a folder. */
  readonly file?: File;
  readonly entry?: FileSystemFileEntry;
}

export interface WalkReport {
  /** Paths of files and folders that the browser would not let read, or that are too large to be counted. */
  readonly unreadable: string[];
}

/** As many as one `uploads.entries` takes. */
export const batchEntries = 2_000;

/** Files of a folder whose size is asked for at the same time. */
const openLookups = 256;

/** Folders that are read before their turn. */
const openFolders = 4;

/** A reader answers with a part (100 in Chromium) until it answers with none. */
const contentOf = async (folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> => {
  const reader = folder.createReader();
  const content: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (part.length === 0) return content;
    content.push(...part);
  }
};

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** Sizes beyond that are those of sparse files, which cannot be sent: the others can. */
const isCounted = ({ size }: { readonly size: number }): boolean => Number.isSafeInteger(size);

/** What has a time that the browser cannot say counts as made now. */
const momentOf = (mtimeMs: number): number => (Number.isFinite(mtimeMs) ? mtimeMs : Date.now());

const foundFile = (path: string, file: File): FoundEntry => ({
  path,
  kind: 'file',
  size: file.size,
  mtimeMs: momentOf(file.lastModified),
  file,
});

/** Browsers keep the times of folders to themselves: it counts as made now, as a copy would, and not in 1970. */
const foundFolder = (path: string): FoundEntry => ({ path, kind: 'folder', size: 0, mtimeMs: Date.now() });

/** A folder that was told; what it holds was not. */
interface Waiting {
  readonly path: string;
  readonly entries: () => Promise<readonly FileSystemEntry[]>;
  /** Once it is being read, which begins some folders before its turn. */
  content?: Promise<Content>;
}

interface Content {
  readonly files: readonly FoundEntry[];
  readonly folders: readonly FileSystemDirectoryEntry[];
}

async function read({ path: folder, entries: ask }: Waiting, report: WalkReport): Promise<Content> {
  const prefix = folder === '' ? '' : `${folder}/`;
  const found: FoundEntry[] = [];
  let entries: readonly FileSystemEntry[] = [];
  try {
    entries = await ask();
  } catch {
    report.unreadable.push(folder);
  }
  const files = entries.filter(isFile);
  for (let start = 0; start < files.length; start += openLookups) {
    const some = files.slice(start, start + openLookups);
    const looked = await Promise.allSettled(some.map(metadataOf));
    for (const [index, result] of looked.entries()) {
      const entry = some[index] as FileSystemFileEntry;
      const path = `${prefix}${entry.name}`;
      if (result.status === 'rejected' || !isCounted(result.value)) report.unreadable.push(path);
      else {
        const { mtimeMs, ...known } = result.value;
        found.push({ path, kind: 'file', entry, ...known, mtimeMs: momentOf(mtimeMs) });
      }
    }
  }
  return { files: found, folders: entries.filter(isFolder) };
}

async function* found(
  roots: readonly FileSystemEntry[],
  report: WalkReport,
): AsyncGenerator<readonly FoundEntry[]> {
  /** The last one is next. */
  const waiting: Waiting[] = [{ path: '', entries: () => Promise.resolve(roots) }];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const soon of [folder, ...waiting.slice(-openFolders)]) soon.content ??= read(soon, report);
    const { files, folders } = await (folder.content as Promise<Content>);
    yield files;
    const told = folders.map((entry) => ({
      entry,
      path: folder.path === '' ? entry.name : `${folder.path}/${entry.name}`,
    }));
    yield told.map(({ path }) => foundFolder(path));
    for (const { entry, path } of told) waiting.push({ path, entries: () => contentOf(entry) });
  }
}

async function* batched(
  runs: AsyncIterable<readonly FoundEntry[]> | Iterable<readonly FoundEntry[]>,
): AsyncGenerator<readonly FoundEntry[]> {
  let batch: FoundEntry[] = [];
  for await (const run of runs) {
    for (const entry of run) {
      batch.push(entry);
      if (batch.length < batchEntries) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** A drop with its folders. */
export const walkEntries = (
  roots: readonly FileSystemEntry[],
  report: WalkReport,
): AsyncGenerator<readonly FoundEntry[]> => batched(found(roots, report));

/** Files of an input or of the clipboard; of a folder input each knows its path, and the folders are in no list. */
export const walkFiles = (
  files: readonly File[],
  report: WalkReport = { unreadable: [] },
): AsyncGenerator<readonly FoundEntry[]> => {
  function* listed(): Generator<readonly FoundEntry[]> {
    const told = new Set<string>();
    for (const file of files) {
      // Browsers on telephones have no folders to choose.
      const relative = file.webkitRelativePath as string | undefined;
      const path = relative === undefined || relative === '' ? file.name : relative;
      for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
        const folder = path.slice(0, slash);
        if (told.has(folder)) continue;
        told.add(folder);
        yield [foundFolder(folder)];
      }
      if (isCounted(file)) yield [foundFile(path, file)];
      else report.unreadable.push(path);
    }
  }
  return batched(listed());
};
