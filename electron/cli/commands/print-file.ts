/** `hexdrop get --stdout`: the content of one file, range by range, while the next range is on its way. */

import { createHash } from 'node:crypto';

import { displayName } from '../../../shared/model/display-name.ts';
import type { ListedEntry } from '../../../shared/model/share.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { Engine, FileRange, ListRequest } from '../../engine/api.ts';
import { exitDone } from '../exit-codes.ts';
import type { Output } from '../terminal/output.ts';

const rangeBytes = 1_048_576;

/**
 * As many bytes as the file has when it begins. A file that was written to meanwhile is read once more: only where those
 * bytes stayed the same were they one state of it, as those of a log are that grows. Returns the exit code.
 * @throws HexdropError is-a-folder before anything is written; file-changed when what was written is not one state; and
 * those of `Engine.list` and `Engine.read`
 */
export const printFile = async (
  engine: Pick<Engine, 'list' | 'read'>,
  file: ListRequest,
  output: Pick<Output, 'bytes' | 'note'>,
): Promise<number> => {
  const before = await entryAt(engine, file);
  const size = before.size ?? 0;
  const written = createHash('sha256');
  for await (const bytes of contentOf(engine, file, size)) {
    written.update(bytes);
    await output.bytes(bytes);
  }
  const after = await entryAt(engine, file);
  if (after.size === before.size && after.mtime === before.mtime) return exitDone;
  const again = createHash('sha256');
  for await (const bytes of contentOf(engine, file, size)) again.update(bytes);
  if (!again.digest().equals(written.digest())) throw changed(file.path);
  if ((after.size ?? 0) > size) {
    output.note(`"${displayName(file.path)}" grew: its first ${size} bytes, as of the start, were written.`);
  }
  return exitDone;
};

/** The first `size` bytes of the file. @throws HexdropError file-changed when it has fewer */
async function* contentOf(
  engine: Pick<Engine, 'read'>,
  file: ListRequest,
  size: number,
): AsyncIterable<Uint8Array> {
  const ask = (offset: number): Promise<FileRange> => {
    const range = engine.read({ ...file, offset, length: Math.min(rangeBytes, size - offset) });
    // What fails while the range before is used is met when its turn has come.
    range.catch(() => {});
    return range;
  };
  let coming = size > 0 ? ask(0) : undefined;
  for (let at = 0; coming !== undefined;) {
    const { bytes } = await coming;
    if (bytes.length === 0) throw changed(file.path);
    at += bytes.length;
    coming = at < size ? ask(at) : undefined;
    yield bytes;
  }
}

const entryAt = async (engine: Pick<Engine, 'list'>, file: ListRequest): Promise<ListedEntry> => {
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
