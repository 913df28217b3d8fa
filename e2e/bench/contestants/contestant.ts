// What a contestant is: a program, or a pair of them, that can bring a job's source to its landing folder.

import type { Command, Finished, Service } from '../processes.ts';

export interface Job {
  readonly caseName: 'file' | 'files';
  /** The file, or the top folder of the tree. */
  readonly source: string;
  readonly bytes: number;
  readonly files: number;
  /** Empty before each run. After it, it holds the source's copy under the source's name. */
  readonly landing: string;
  /** For configuration, keys, homes; also in memory. */
  readonly scratch: string;
  /** Where the bundles of programs/ are. */
  readonly programs: string;
  /** The service is ended with the case, or when \`prepare\` fails. */
  readonly startService: (command: Command) => Service;
}

export interface Contestant {
  readonly name: string;
  readonly cases: readonly Job['caseName'][];
  /** Why it cannot take part here, in words, or undefined. */
  missing(): string | undefined;
  /** Starts what must run before the clock does. */
  prepare(job: Job): Promise<Station>;
}

export interface Station {
  /** The client, the process that is timed: when it ends, all of the copy has been written. */
  readonly command: Command;
  /** After each run, outside the time. Throws when the client's report does not fit the job. */
  finished?(result: Finished): { readonly engineSeconds: number };
  /** Of all runs so far. */
  peaks?(): { readonly senderBytes: number; readonly receiverBytes: number };
}
