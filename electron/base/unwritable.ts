/** A file that was asked for beside a transfer, and what the system says when it cannot be written, in our words. */

import { HexdropError } from '../../shared/errors/errors.ts';

/** @param what "capture", "key log" */
export function unwritable(what: string, path: string, code: string, message: string): HexdropError {
  const where = path === '-' ? 'standard output' : `"${path}"`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new HexdropError('disk-full', `There is no space left for the ${what} in ${where}.`);
    case 'EPIPE':
      return new HexdropError('write-failed', `The reader of the ${what} is gone.`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new HexdropError(
        'permission-denied',
        `The ${what} cannot be written: no permission for ${where}.`,
      );
    case 'EEXIST':
      return new HexdropError('file-exists', `There is a file ${where} already.`);
    case 'EISDIR':
      return new HexdropError('is-a-folder', `${where} is a folder; a ${what} needs a file.`);
    case 'ENOENT':
    case 'ENOTDIR':
      return new HexdropError(
        'no-such-path',
        `The ${what} cannot be written: there is no folder for ${where}.`,
      );
    default:
      return new HexdropError('write-failed', `The ${what} cannot be written to ${where}: ${message}.`);
  }
}
