/** What the process exits with. The classes are those of shared/errors/errors.ts; the numbers are the README's. */

import type { FileFault, TransferResult } from '../../shared/model/transfer.ts';
import { errorTable } from '../../shared/errors/errors.ts';
import type { ErrorCode, ExitClass } from '../../shared/errors/errors.ts';

export const exitDone = 0;

export const exitCodes = {
  failed: 1,
  usage: 2,
  declined: 3,
  unreachable: 4,
  unauthorised: 5,
  integrity: 6,
  interrupted: 130,
} as const satisfies Record<ExitClass, number>;

/** For --help and the manual page. */
export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitDone, 'done'],
  ...Object.entries(exitCodes).map(
    ([name, code]) => [code, name === 'unauthorised' ? 'not authorised' : name] as const,
  ),
];

export const exitCodeOf = (code: ErrorCode): number => exitCodes[errorTable[code].exit];

const isIntegrityFault = (fault: FileFault): boolean => fault.code === 'digest-mismatch';

/** A transfer that came to its end is done only when no file of it failed. */
export const exitCodeOfResult = (result: TransferResult): number => {
  if (result.failed === 0) return exitDone;
  return result.faults.some(isIntegrityFault) ? exitCodes.integrity : exitCodes.failed;
};
