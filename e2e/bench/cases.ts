// The cases: what is moved, by whom, and in what surroundings.

import { mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { catalog } from './contestants/catalog.ts';
import type { Contestant } from './contestants/contestant.ts';
import { buildEngines, engineCaptured, engineUncaptured } from './contestants/engine.ts';
import { hexdropPlain, hexdropTls } from './contestants/hexdrop.ts';
import type { Options } from './options.ts';
import type { Outcome } from './results.ts';
import { runRounds } from './rounds.ts';
import { smallFileBytes, writeLargeFile, writeTree } from './sources.ts';
import { WarmMemory } from './warm-memory.ts';

const GiB = 2 ** 30;
/** Memory must not depend on the size of what moves. */
const memoryCaseBytes = [GiB, 8 * GiB];
/** Beyond source and copy, for the programs themselves. */
const spareBytes = GiB;

export interface Place {
  /** Empty, and removed when all is done. */
  readonly workspace: string;
  readonly programs: string;
  /** The workspace is on a tmpfs. */
  readonly inMemory: boolean;
}

/** One large file. */
export async function runFileCase(options: Options, place: Place): Promise<Outcome> {
  return moveOneFile(options.fileBytes, contestantsOf('file', options), options.rounds, place);
}

/** The same file by the engine alone, with its capture off and on by turns. */
export async function runCaptureCase(options: Options, place: Place): Promise<Outcome> {
  await buildEngines();
  return moveOneFile(options.fileBytes, [engineUncaptured, engineCaptured], options.rounds, place, {
    title: 'captured and not',
    reference: engineUncaptured.name,
  });
}

/** Many small files in folders of a hundred. */
export async function runFilesCase(options: Options, place: Place): Promise<Outcome> {
  const files = options.fileCount;
  return withFolder(join(place.workspace, 'files'), (folder) => {
    const source = join(folder, 'tree');
    writeTree(source, files);
    return runRounds(
      {
        caseName: 'files',
        title: `${files} files of 4 KiB`,
        reference: 'rsync',
        bytes: files * smallFileBytes,
        files,
        source,
        folder,
        programs: place.programs,
      },
      contestantsOf('files', options),
      options.rounds,
      place.inMemory ? new WarmMemory(folder) : undefined,
    );
  });
}

/** Only Hexdrop, one run each, for its peak memory; the other cases note it too. */
export async function runMemoryCase(options: Options, place: Place): Promise<readonly Outcome[]> {
  const contestants = [hexdropPlain, hexdropTls].filter(({ name }) => options.only?.includes(name) ?? true);
  const outcomes: Outcome[] = [];
  for (const bytes of memoryCaseBytes) {
    outcomes.push(await moveOneFile(bytes, contestants, 1, place));
  }
  return outcomes;
}

async function moveOneFile(
  bytes: number,
  contestants: readonly Contestant[],
  rounds: number,
  place: Place,
  about: { readonly title?: string; readonly reference: string } = { reference: 'dd' },
): Promise<Outcome> {
  const title = `One file of ${bytes / GiB} GiB${about.title === undefined ? '' : `, ${about.title}`}`;
  const description = { caseName: 'file', title, reference: about.reference, bytes, files: 1 } as const;
  const neededBytes = 2 * bytes + spareBytes;
  const availableBytes = availableIn(place);
  if (availableBytes < neededBytes) {
    const reason = `needs ${inGiB(neededBytes)} GiB, but ${inGiB(availableBytes)} GiB are available`;
    const entries = contestants.map(({ name }) => ({ kind: 'missing', name, reason }) as const);
    return { ...description, entries, peaks: [] };
  }
  return withFolder(join(place.workspace, 'file'), (folder) => {
    const source = join(folder, 'large.bin');
    writeLargeFile(source, bytes);
    // One round is not for the time: no need to prepare memory.
    const warmMemory = place.inMemory && rounds > 1 ? new WarmMemory(folder) : undefined;
    return runRounds(
      { ...description, source, folder, programs: place.programs },
      contestants,
      rounds,
      warmMemory,
    );
  });
}

function contestantsOf(caseName: Outcome['caseName'], { only }: Options): readonly Contestant[] {
  return catalog.filter(
    (contestant) => contestant.cases.includes(caseName) && (only?.includes(contestant.name) ?? true),
  );
}

async function withFolder<T>(folder: string, use: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(folder);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function availableIn({ workspace, inMemory }: Place): number {
  const { bavail, bsize } = statfsSync(workspace);
  const storage = bavail * bsize;
  return inMemory ? Math.min(storage, availableMemory()) : storage;
}

function availableMemory(): number {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'latin1'));
  return match === null ? freemem() : Number(match[1]) * 1024;
}

function inGiB(bytes: number): string {
  return (bytes / GiB).toFixed(1);
}
