/**
 * What the system knows about a name: its hosts file, its name servers, whatever else it is set up to ask.
 *
 * Only `getaddrinfo` knows all of that, and nothing can end it: where no name server answers it sits on one of the four
 * threads that also serve files, and the process cannot exit before it returns, ten seconds later or more. So it is
 * called in a process of its own, which is ended when nobody waits any more. Electron has no such process to give; there
 * one call for a name and two in all wait at most, and the rest wait for them.
 */

import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { lookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';

/** Reads the name from its arguments; writes addresses, or the code of what went wrong. */
const program = `require('node:dns').lookup(process.argv[1], { all: true }, (error, addresses) =>
  process.stdout.write(JSON.stringify(error === null ? { addresses } : { code: error.code })));`;

/** A program that runs when this one ends would go on asking. */
const running = new Set<ChildProcess>();
let endsWithUs = false;

const endAll = (): void => {
  for (const child of running) child.kill('SIGKILL');
};

const failure = (name: string, code: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code });

const askProcess = (name: string, signal: AbortSignal | undefined): Promise<readonly LookupAddress[]> =>
  new Promise((resolve, reject) => {
    if (!endsWithUs) process.once('exit', endAll);
    endsWithUs = true;
    // Options of this process, an inspector's port among them, are not for that one.
    const env = { ...process.env, NODE_OPTIONS: '' };
    const child = execFile(
      process.execPath,
      ['-e', program, '--', name],
      { env, signal, killSignal: 'SIGKILL', windowsHide: true },
      (error, stdout) => {
        running.delete(child);
        if (signal?.aborted === true) return reject(failure(name, 'ECANCELLED'));
        // The program that runs may have been replaced by a newer one since it was started.
        if (error !== null) return resolve(askHere(name));
        const { addresses, code = 'ENOTFOUND' } = JSON.parse(stdout) as {
          readonly addresses?: readonly LookupAddress[];
          readonly code?: string;
        };
        if (addresses === undefined) reject(failure(name, code));
        else resolve(addresses);
      },
    );
    running.add(child);
  });

const mostHere = 2;
const waiting = new Map<string, Promise<readonly LookupAddress[]>>();

const askHere = async (name: string): Promise<readonly LookupAddress[]> => {
  while (waiting.size >= mostHere && !waiting.has(name))
    await Promise.race(waiting.values()).catch(() => undefined);
  const before = waiting.get(name);
  if (before !== undefined) return before;
  const asked = new Promise<readonly LookupAddress[]>((resolve, reject) => {
    lookup(name, { all: true }, (error, addresses) => {
      waiting.delete(name);
      if (error === null) resolve(addresses);
      else reject(error);
    });
  });
  waiting.set(name, asked);
  return asked;
};

/** This machine has that name everywhere (RFC 6761, section 6.3), and nobody needs to be asked. */
const loopback: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Addresses in the order that the system prefers. Rejects with the code of the system; when the signal aborts, at once. */
export const systemAddresses = (name: string, signal?: AbortSignal): Promise<readonly LookupAddress[]> => {
  if (/^(?:.+\.)?localhost\.?$/iu.test(name)) return Promise.resolve(loopback);
  return 'electron' in process.versions ? askHere(name) : askProcess(name, signal);
};
