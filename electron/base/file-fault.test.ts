import { describe, expect, it } from 'vitest';

import { HexdropError, errorTable } from '../../shared/errors/errors.ts';
import { fileFaultOf } from './file-fault.ts';
import type { FileAction } from './file-fault.ts';

const faultOf = (code: string, action: FileAction, path = '/home/somebody/secret/x'): HexdropError =>
  fileFaultOf(Object.assign(new Error(`${code}: ${path}`), { code, path }), action, 'docs/a.txt');

describe('fileFaultOf', () => {
  it.each([
    ['ENOSPC', 'write', 'disk-full'],
    ['EDQUOT', 'write', 'disk-full'],
    ['EACCES', 'create', 'permission-denied'],
    ['EPERM', 'put in place', 'permission-denied'],
    ['EROFS', 'create the folder', 'permission-denied'],
    ['EACCES', 'open', 'permission-denied'],
    ['EISDIR', 'put in place', 'is-a-folder'],
    ['ENOTEMPTY', 'put in place', 'is-a-folder'],
    ['ENOTDIR', 'create', 'not-a-folder'],
    ['ELOOP', 'open', 'symlink-in-path'],
    ['EEXIST', 'create', 'file-exists'],
    ['EILSEQ', 'create', 'name-not-allowed'],
    ['EINVAL', 'create', 'name-not-allowed'],
    ['EINVAL', 'write', 'write-failed'],
    ['ENOENT', 'open', 'file-vanished'],
    ['ENOENT', 'put in place', 'write-failed'],
    ['EXDEV', 'put in place', 'write-failed'],
    ['EFBIG', 'write', 'file-too-large'],
    ['EAGAIN', 'read', 'read-failed'],
    ['EMFILE', 'open', 'file-unreadable'],
    ['EMFILE', 'create', 'write-failed'],
    ['EBUSY', 'put in place', 'write-failed'],
    ['EIO', 'read', 'read-failed'],
    ['EIO', 'write', 'write-failed'],
    ['EWHATEVER', 'write', 'write-failed'],
    ['EWHATEVER', 'read', 'read-failed'],
    ['toString', 'list', 'file-unreadable'],
  ] as const)('maps %s while doing "%s" to %s', (errno, action, code) => {
    const fault = faultOf(errno, action);
    expect(fault.code).toBe(code);
    expect(errorTable[fault.code].travels).not.toBe('never');
  });

  it('tells a name that is too long from a path that is', () => {
    expect(faultOf('ENAMETOOLONG', 'create', '/t/short').code).toBe('name-too-long');
    expect(faultOf('ENAMETOOLONG', 'create', `/t/${'long/'.repeat(7000)}`).code).toBe('path-too-long');
  });

  it('says what was being done to which file, why, and what the system called it', () => {
    expect(faultOf('ENOSPC', 'write').message).toBe(
      'Could not write "docs/a.txt": there is no space left on the disk (ENOSPC).',
    );
  });

  it('does not blame a program alone for what a mount may hold', () => {
    expect(faultOf('EBUSY', 'put in place').message).toContain('or something is mounted there');
  });

  it('never names an absolute path, which stays in the cause', () => {
    const cause = Object.assign(new Error("ENOENT: no such file, open '/home/somebody/x'"), {
      code: 'ENOENT',
    });
    const fault = fileFaultOf(cause, 'create', 'x');
    expect(fault.message).not.toContain('somebody');
    expect(fault.cause).toBe(cause);
  });

  it('escapes what a name could do to a display', () => {
    const fault = fileFaultOf({ code: 'EIO' }, 'write', 'a\u001b[2J\u202eb');
    expect(fault.message).toContain('"a\\u{001b}[2J\\u{202e}b"');
  });

  it('gives back what is typed already', () => {
    const error = new HexdropError('digest-mismatch');
    expect(fileFaultOf(error, 'write', 'x')).toBe(error);
  });
});
