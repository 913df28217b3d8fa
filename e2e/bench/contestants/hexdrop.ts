// Hexdrop as its users run it: the built command line, a receiver that serves all runs and a sender for each.

import { mkdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPeakBytes, timeCommand, type Command, type Finished } from '../processes.ts';
import type { Contestant, Job, Station } from './contestant.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli', 'hexdrop.js');
const firstSendMs = 20_000;

function hexdrop(args: readonly string[]): Command {
  return { file: process.execPath, args: [program, ...args] };
}

interface DoneLine {
  readonly files: number;
  readonly bytes: number;
  readonly failed: number;
  readonly seconds: number;
}

function readDoneLine(stdout: string): DoneLine {
  const line = stdout
    .split('\n')
    .filter((candidate) => candidate.startsWith('{') && candidate.endsWith('}'))
    .map((candidate) => JSON.parse(candidate) as { readonly event?: string })
    .find((candidate) => candidate.event === 'done');
  if (line === undefined) {
    throw new Error(`the sender reported no end: ${stdout}`);
  }
  return line as unknown as DoneLine;
}

async function prepare(job: Job, mode: readonly string[]): Promise<Station> {
  const receiverHome = join(job.scratch, 'receiver-home');
  const senderHome = join(job.scratch, 'sender-home');
  mkdirSync(job.scratch, { recursive: true });
  const where = ['--host', '127.0.0.1', '--port', '0', '--home', receiverHome, '--dir', job.landing];
  const receiver = job.startService(hexdrop(['receive', '--json', '--yes', ...where, ...mode]));
  const { port } = JSON.parse(await receiver.firstLine()) as { readonly port: number };
  const to = ['--to', `127.0.0.1:${port}`, '--home', senderHome];
  const send = (path: string): Command => hexdrop(['send', path, '--json', ...to, ...mode]);

  // The first transfer makes the sender's identity and records the devices' trust.
  const greeting = join(job.scratch, 'greeting');
  writeFileSync(greeting, 'hello');
  await timeCommand(send(greeting), firstSendMs);
  rmSync(join(job.landing, 'greeting'));

  let senderBytes = 0;
  return {
    command: send(job.source),
    finished: ({ stdout, peakBytes }: Finished) => {
      const done = readDoneLine(stdout);
      if (done.files !== job.files || done.bytes !== job.bytes || done.failed !== 0) {
        throw new Error(`not all was sent: ${JSON.stringify(done)}`);
      }
      senderBytes = Math.max(senderBytes, peakBytes);
      return { engineSeconds: done.seconds };
    },
    peaks: () => ({ senderBytes, receiverBytes: readPeakBytes(receiver.pid) }),
  };
}

function contestant(name: string, mode: readonly string[]): Contestant {
  return {
    name,
    cases: ['file', 'files'],
    missing: () => (existsSync(program) ? undefined : 'not built: npm run build'),
    prepare: (job) => prepare(job, mode),
  };
}

export const hexdropPlain = contestant('hexdrop-plain', ['--plain']);
export const hexdropTls = contestant('hexdrop', []);
