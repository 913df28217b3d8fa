/**
 * Owns the way from what the system says about a file to our vocabulary. The sentence names what was being done
 * and the relative path; the absolute one stays in `cause` and never crosses the wire.
 */

import { displayName } from '../../shared/model/display-name.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import type { ErrorCode } from '../../shared/errors/errors.ts';

/** What was being done, as it stands in the sentence "Could not ... "a/b.txt"". */
export type FileAction =
  | 'create'
  | 'create the folder'
  | 'create a file in'
  | 'write'
  | 'put in place'
  | 'remove'
  | 'look at'
  | 'open'
  | 'read'
  | 'list';

const readingActions: ReadonlySet<FileAction> = new Set(['look at', 'open', 'read', 'list']);

interface Reason {
  readonly code: ErrorCode;
  readonly text: string;
}

const reasons: Readonly<Record<string, Reason>> = {
  ENOSPC: { code: 'disk-full', text: 'there is no space left on the disk' },
  EDQUOT: { code: 'disk-full', text: 'the disk quota is used up' },
  EACCES: { code: 'permission-denied', text: 'the system does not permit it' },
  EPERM: { code: 'permission-denied', text: 'the system does not permit it' },
  EROFS: { code: 'permission-denied', text: 'the file system is read-only' },
  EISDIR: { code: 'is-a-folder', text: 'a folder of that name is there' },
  ENOTEMPTY: { code: 'is-a-folder', text: 'a folder of that name is there' },
  ENOTDIR: { code: 'not-a-folder', text: 'something on the way to it is not a folder' },
  ELOOP: { code: 'symlink-in-path', text: 'a symbolic link stands in the path' },
  EFBIG: { code: 'file-too-large', text: 'the file system does not take files of that size' },
  EEXIST: { code: 'file-exists', text: 'there is something of that name already' },
  EILSEQ: { code: 'name-not-allowed', text: 'the file system does not take the name' },
};

/** Bytes of a whole path (NUL included) that the system takes; Windows takes 32,767 units. */
const pathLimits: Partial<Record<NodeJS.Platform, number>> = { darwin: 1024, linux: 4096 };
export const pathBytes = pathLimits[process.platform] ?? 32_767;

/**
 * The typed error for what a file system call threw. `relativePath` is what a peer may read. What is typed already
 * comes back as it is.
 */
export const fileFaultOf = (thrown: unknown, action: FileAction, relativePath: string): HexdropError => {
  if (thrown instanceof HexdropError) return thrown;
  const error = thrown as NodeJS.ErrnoException;
  const { code, text } = reasonOf(error, action);
  const told = error.code === undefined ? '' : ` (${error.code})`;
  return new HexdropError(code, `Could not ${action} "${displayName(relativePath)}": ${text}${told}.`, {
    cause: thrown,
  });
};

const reasonOf = (error: NodeJS.ErrnoException, action: FileAction): Reason => {
  const errno = error.code ?? '';
  const known = Object.hasOwn(reasons, errno) ? reasons[errno] : undefined;
  if (known !== undefined) return known;
  switch (errno) {
    case 'ENAMETOOLONG': {
      const { path = '', dest = '' } = error as { path?: string; dest?: string };
      return Buffer.byteLength(path) >= pathBytes || Buffer.byteLength(dest) >= pathBytes
        ? { code: 'path-too-long', text: 'the whole path is longer than the system takes' }
        : { code: 'name-too-long', text: 'a name is longer than the file system takes' };
    }
    case 'ENOENT':
      return readingActions.has(action)
        ? { code: 'file-vanished', text: 'it is no longer there' }
        : { code: 'write-failed', text: 'a folder on the way to it is no longer there' };
    case 'EINVAL':
      // FAT and its relatives answer so to characters that they do not take.
      return action === 'create' || action === 'create the folder' || action === 'put in place'
        ? { code: 'name-not-allowed', text: 'the file system does not take the name' }
        : failed(action, 'the system refuses the call');
    case 'EXDEV':
      return failed(action, 'its folder is on another file system than the target');
    case 'EMFILE':
    case 'ENFILE':
      return failed(action, 'too many files are open');
    case 'EBUSY':
      // Linux answers so when a mount point would be replaced.
      return failed(action, 'another program holds it, or something is mounted there');
    case 'ETXTBSY':
      return failed(action, 'another program holds it');
    case 'EAGAIN':
      return failed(action, 'it has nothing to give at the moment');
    case 'EIO':
      return failed(action, 'the disk reports an error');
    default:
      return failed(action, 'the system reports an error');
  }
};

const failed = (action: FileAction, text: string): Reason => ({
  code: action === 'read' ? 'read-failed' : readingActions.has(action) ? 'file-unreadable' : 'write-failed',
  text,
});

/**
 * A file that takes the bytes of a transfer beyond 2^53-1, up to which the protocol counts them: a sparse one. A number
 * beyond that is not exact, and is not told.
 */
export function tooLarge(size: bigint | number): HexdropError {
  const isExact = typeof size === 'bigint' || Number.isSafeInteger(size);
  const seen = isExact ? `${size} bytes` : `more than ${Number.MAX_SAFE_INTEGER} bytes`;
  const allowed = `${Number.MAX_SAFE_INTEGER} bytes`;
  const message = `It has ${seen}; all files of a transfer together may have ${allowed}.`;
  return new HexdropError('file-too-large', message, { seen, allowed });
}
