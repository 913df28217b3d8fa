/**
 * Whether SIGHUP ends this process: it says that the terminal is gone. A program that was told to ignore it, with `nohup`
 * or `trap '' HUP`, lives on; but Node sets every ignored signal back to its default before the first line of a program
 * runs, so that a process cannot see what it was told. What it can see decides instead:
 *
 * - Standard output or standard error on a terminal. nohup takes both away from it (standard input not everywhere), and
 *   whoever writes to no terminal loses nothing with one.
 * - On Linux, whether the parent ignores the signal: what it starts was told the same.
 */

import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

export interface HangUpSurroundings {
  readonly isTerminal: (descriptor: 1 | 2) => boolean;
  /** `/proc/<pid>/status` of the parent; undefined where there is none to read. */
  readonly parentStatus: () => string | undefined;
}

/** SIGHUP is signal 1: the lowest bit of the mask, 16 hex digits. */
const ignoresHangUp = /^SigIgn:\s*[0-9a-f]*[13579bdf]$/mu;

export const endsOnHangUp = ({ isTerminal, parentStatus }: HangUpSurroundings = thisProcess): boolean =>
  (isTerminal(1) || isTerminal(2)) && !ignoresHangUp.test(parentStatus() ?? '');

const thisProcess: HangUpSurroundings = {
  isTerminal: isatty,
  parentStatus: () => {
    try {
      return readFileSync(`/proc/${process.ppid}/status`, 'latin1');
    } catch {
      return undefined;
    }
  },
};

export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Calls back for each signal that ends this process, until the returned function is called. */
export const onEndSignal = (listener: (signal: EndSignal) => void): (() => void) => {
  const ends = endsOnHangUp();
  const heard = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    // A signal that nobody listens to ends the process: one that is to be passed over needs a listener too.
    const hear = signal !== 'SIGHUP' || ends ? () => listener(signal) : () => {};
    process.on(signal, hear);
    return { signal, hear };
  });
  return () => {
    for (const { signal, hear } of heard) process.off(signal, hear);
  };
};
