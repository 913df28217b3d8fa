/**
 * A file of a drop as the browser's file system has it. To ask for size and time costs a third of what it costs to open
 * it, so a tree is told by those, and its files are opened when somebody wants their content.
 */

export interface FileMetadata {
  readonly size: number;
  readonly mtimeMs: number;
}

/** In Chromium and Safari; of no standard. */
interface WithMetadata {
  getMetadata(
    found: (metadata: { readonly size: number; readonly modificationTime: Date }) => void,
    failed: (error: unknown) => void,
  ): void;
}

const hasMetadata = (entry: object): entry is WithMetadata => 'getMetadata' in entry;

/** Opens it. */
export const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });

/** What a manifest tells of it; `file` where it had to be opened for that. */
export const metadataOf = async (
  entry: FileSystemFileEntry,
): Promise<FileMetadata & { readonly file?: File }> => {
  if (hasMetadata(entry)) {
    return new Promise((resolve, reject) => {
      entry.getMetadata(
        ({ size, modificationTime }) => resolve({ size, mtimeMs: modificationTime.getTime() }),
        reject,
      );
    });
  }
  const file = await fileOf(entry);
  return { size: file.size, mtimeMs: file.lastModified, file };
};
