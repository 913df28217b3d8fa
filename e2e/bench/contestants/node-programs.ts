// What plain Node does with the same files, in one pair of processes like Hexdrop: the programs in ../programs.
//
// `node-pipe`: read stream, socket, write stream, without encryption or digest. The floor for one file.
// `one-round-trip`: over TLS, asks for a file, awaits it, writes it, asks for the next. What many small files cost
// without pipelining; it spares itself digests, partial files and renames.

import { basename, join } from 'node:path';
import { build } from 'rolldown';
import { writeCertificate } from './certificate.ts';
import type { Contestant } from './contestant.ts';

const programNames = ['pipe-receive', 'pipe-send', 'round-trip-fetch', 'round-trip-serve'] as const;
type ProgramName = (typeof programNames)[number];

/** Bundled as Hexdrop is, so that no compiler runs within the time. Returns the folder. */
export async function buildPrograms(workspace: string): Promise<string> {
  const folder = join(workspace, 'programs');
  const sources = join(import.meta.dirname, '..', 'programs');
  await build({
    input: Object.fromEntries(programNames.map((name) => [name, join(sources, `${name}.ts`)])),
    platform: 'node',
    logLevel: 'warn',
    output: { dir: folder, format: 'esm', entryFileNames: '[name].mjs' },
  });
  return folder;
}

function program(folder: string, name: ProgramName, ...args: readonly string[]) {
  return { file: process.execPath, args: [join(folder, `${name}.mjs`), ...args] };
}

export const nodePipe: Contestant = {
  name: 'node-pipe',
  cases: ['file'],
  missing: () => undefined,
  prepare: async ({ source, landing, programs, startService }) => {
    const receiver = startService(program(programs, 'pipe-receive', join(landing, basename(source))));
    const port = await receiver.firstLine();
    return {
      command: program(programs, 'pipe-send', source, port),
    };
  },
};

export const oneRoundTrip: Contestant = {
  name: 'one-round-trip',
  cases: ['files'],
  missing: () => undefined,
  prepare: async ({ source, landing, scratch, programs, startService }) => {
    const { keyPath, certificatePath } = await writeCertificate(scratch);
    const server = startService(program(programs, 'round-trip-serve', source, keyPath, certificatePath));
    const port = await server.firstLine();
    return {
      command: program(programs, 'round-trip-fetch', port, join(landing, basename(source)), certificatePath),
    };
  },
};
