/** `hexdrop get --stdout`: the content of one file, range by range, while the next range is on its way. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { ListedEntry } from '../../../shared/model/share.ts';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import type { Engine, FileRange, ListRequest } from '../../engine/api.ts';
import { exitDone } from '../exit-codes.ts';
import type { Output } from '../terminal/output.ts';

const rangeBytes = 1_048_576;

/**
 * As many bytes as the file has when it begins. Returns the exit code.
 * @throws HexdropError is-a-folder before anything is written; file-changed when it changed while it was read; and those of
 * `Engine.list` and `Engine.read`
 */
export const printFile = async (engine: Engine, file: ListRequest, output: Output): Promise<number> => {
  const before = await entryAt(engine, file);
  const size = before.size ?? 0;
  const ask = (offset: number): Promise<FileRange> => {
    const range = engine.read({ ...file, offset, length: Math.min(rangeBytes, size - offset) });
    // What fails while the range before is written is met when its turn has come.
    range.catch(() => {});
    return range;
  };
  let coming = size > 0 ? ask(0) : undefined;
  for (let at = 0; coming !== undefined;) {
    const { bytes } = await coming;
    if (bytes.length === 0) throw changed(file.path);
    at += bytes.length;
    coming = at < size ? ask(at) : undefined;
    await output.bytes(bytes);
  }
  const after = await entryAt(engine, file);
  if (after.size !== before.size || after.mtime !== before.mtime) throw changed(file.path);
  return exitDone;
};

const entryAt = async (engine: Engine, file: ListRequest): Promise<ListedEntry> => {
  for await (const entry of engine.list(file)) {
    if (entry.path === file.path && entry.kind === 'file') return entry;
    break;
  }
  const message = `"${displayName(file.path)}" is a folder: --stdout takes one file.`;
  throw new HexdropError('is-a-folder', message, { seen: file.path });
};

const changed = (path: string): HexdropError =>
  new HexdropError(
    'file-changed',
    `"${displayName(path)}" changed while it was read: what was written is not one state of it.`,
  );
