/**
 * What was dropped, pasted or picked on the page, as a list of entries: folders before what they hold, in batches, so that
 * a tree of 100,000 files neither freezes the page nor waits to be told whole.
 */

export interface FoundEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly size: number;
  readonly mtimeMs: number;
  /** Of a file. */
  readonly file?: File;
}

export interface WalkReport {
  /** Files and folders that the browser would not let read. */
  unreadable: number;
}

/** As many as one `uploads.entries` takes. */
export const batchEntries = 2_000;

/** Files of a folder whose size is asked for at the same time. */
const openLookups = 32;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });

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

const foundFile = (path: string, file: File): FoundEntry => ({
  path,
  kind: 'file',
  size: file.size,
  mtimeMs: file.lastModified,
  file,
});

const foundFolder = (path: string): FoundEntry => ({ path, kind: 'folder', size: 0, mtimeMs: 0 });

async function* found(roots: readonly FileSystemEntry[], report: WalkReport): AsyncGenerator<FoundEntry> {
  /** Folders that were told, their content was not; the last one is next. */
  const waiting: { readonly path: string; readonly entries: () => Promise<readonly FileSystemEntry[]> }[] = [
    { path: '', entries: () => Promise.resolve(roots) },
  ];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    let entries: readonly FileSystemEntry[];
    try {
      entries = await folder.entries();
    } catch {
      report.unreadable += 1;
      continue;
    }
    const prefix = folder.path === '' ? '' : `${folder.path}/`;
    const files = entries.filter(isFile);
    for (let start = 0; start < files.length; start += openLookups) {
      const some = files.slice(start, start + openLookups);
      const looked = await Promise.allSettled(some.map(fileOf));
      for (const [index, result] of looked.entries()) {
        const name = some[index]?.name ?? '';
        if (result.status === 'fulfilled') yield foundFile(`${prefix}${name}`, result.value);
        else report.unreadable += 1;
      }
    }
    for (const sub of entries.filter(isFolder)) {
      const path = `${prefix}${sub.name}`;
      yield foundFolder(path);
      waiting.push({ path, entries: () => contentOf(sub) });
    }
  }
}

async function* batched(entries: AsyncIterable<FoundEntry>): AsyncGenerator<readonly FoundEntry[]> {
  let batch: FoundEntry[] = [];
  for await (const entry of entries) {
    batch.push(entry);
    if (batch.length < batchEntries) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A drop with its folders. */
export const walkEntries = (
  roots: readonly FileSystemEntry[],
  report: WalkReport,
): AsyncGenerator<readonly FoundEntry[]> => batched(found(roots, report));

/** Files of an input or of the clipboard; of a folder input each knows its path, and the folders are in no list. */
export const walkFiles = (files: readonly File[]): AsyncGenerator<readonly FoundEntry[]> => {
  async function* listed(): AsyncGenerator<FoundEntry> {
    const told = new Set<string>();
    for (const file of files) {
      // Browsers on telephones have no folders to choose.
      const relative = file.webkitRelativePath as string | undefined;
      const path = relative === undefined || relative === '' ? file.name : relative;
      for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
        const folder = path.slice(0, slash);
        if (told.has(folder)) continue;
        told.add(folder);
        yield foundFolder(folder);
      }
      yield foundFile(path, file);
    }
  }
  return batched(listed());
};
