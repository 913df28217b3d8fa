// The engine alone, as the windows have it: with its capture off and on, at both ends. What one costs beside the other is
// the price of seeing the wire.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { timeCommand, type Finished } from '../processes.ts';
import type { Contestant, Job, Station } from './contestant.ts';

/** Below node_modules, where the native digests are found. */
const folder = join(import.meta.dirname, '../../../node_modules/.cache/hexdrop-bench');
const sources = join(import.meta.dirname, '..', 'programs');

export async function buildEngines(): Promise<void> {
  await build({
    input: {
      'engine-receive': join(sources, 'engine-receive.ts'),
      'engine-send': join(sources, 'engine-send.ts'),
    },
    platform: 'node',
    logLevel: 'warn',
    external: [/^node:/, '@napi-rs/blake-hash'],
    output: { dir: folder, cleanDir: true, format: 'esm', entryFileNames: '[name].mjs' },
  });
}

interface Told {
  readonly files: number;
  readonly bytes: number;
  readonly failed: number;
  readonly seconds: number;
  readonly captured: number;
}

const firstSendMs = 20_000;

async function prepare(job: Job, capture: 'on' | 'off'): Promise<Station> {
  const [receiverHome, senderHome] = [join(job.scratch, 'receiver-home'), join(job.scratch, 'sender-home')];
  mkdirSync(job.scratch, { recursive: true });
  const engine = (name: string, ...args: readonly string[]) => ({
    file: process.execPath,
    args: [join(folder, `${name}.mjs`), ...args, capture],
  });
  const receiver = job.startService(engine('engine-receive', job.landing, receiverHome));
  const port = await receiver.firstLine();
  // The first transfer makes the identity.
  await timeCommand(engine('engine-send', join(folder, 'engine-send.mjs'), port, senderHome), firstSendMs);
  return {
    command: engine('engine-send', job.source, port, senderHome),
    finished: ({ stdout }: Finished) => {
      const told = JSON.parse(stdout) as Told;
      if (told.files !== job.files || told.bytes !== job.bytes || told.failed !== 0) {
        throw new Error(`not all was sent: ${stdout}`);
      }
      if (told.captured > 0 !== (capture === 'on')) throw new Error(`captured ${told.captured} records`);
      return { engineSeconds: told.seconds };
    },
  };
}

const contestant = (name: string, capture: 'on' | 'off'): Contestant => ({
  name,
  cases: ['file'],
  missing: () => undefined,
  prepare: (job) => prepare(job, capture),
});

export const engineUncaptured = contestant('engine', 'off');
export const engineCaptured = contestant('engine-captured', 'on');
