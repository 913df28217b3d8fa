/** What a drop or a paste carried, taken at once: the browser empties it when the event is over. */

export interface Dropped {
  /** With their folders; empty where the browser has no such thing. */
  readonly entries: readonly FileSystemEntry[];
  readonly files: readonly File[];
  /** A link or a text, when there are no files. */
  readonly text: string;
}

export const droppedOf = (transfer: DataTransfer): Dropped => {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const entries = items.flatMap((item) => item.webkitGetAsEntry() ?? []);
  const files = [...transfer.files];
  const text = files.length > 0 ? '' : transfer.getData('text/uri-list') || transfer.getData('text/plain');
  return { entries: entries.length === items.length ? entries : [], files, text };
};

export const hasFiles = (transfer: DataTransfer | null): boolean =>
  transfer?.types.includes('Files') === true;

export const hasAnything = (transfer: DataTransfer | null): boolean =>
  hasFiles(transfer) ||
  transfer?.types.includes('text/plain') === true ||
  transfer?.types.includes('text/uri-list') === true;

export const isNothing = ({ entries, files, text }: Dropped): boolean =>
  entries.length === 0 && files.length === 0 && text === '';
