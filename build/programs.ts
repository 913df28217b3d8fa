/**
 * `npm run build`: bundles every program and the page into dist/, and says nothing while all goes well. What is up to date
 * is not made again: a stamp in dist/ lists the sources it was made from and the files that were made, each with its size
 * and time. `--force` builds all the same.
 */

import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { OutputOptions } from 'rolldown';
import { build as buildPage } from 'vite';

import { withLock } from '../electron/cli/start/lock.ts';
import programs from '../rolldown.config.ts';
import { writeCommandTexts } from './command-texts.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stampFile = join(dist, 'build-stamp.json');
const lockFile = join(root, 'node_modules', '.cache', 'hexdrop-build.lock');

const sourceFolders = ['electron', 'shared', 'renderer', 'build'];
const sourceFiles = ['package.json', 'package-lock.json', 'rolldown.config.ts', 'tsconfig.base.json'];
/** What no program is made of. */
const notSource = /\.test\.tsx?$|\.md$|^renderer\/testing\//;

/** Made by build/library-types.ts, when a package is. */
const libraryTypes = 'dist/protocol/types/';

interface Stamp {
  readonly node: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly made: Readonly<Record<string, string>>;
}

try {
  await withLock(lockFile, () => console.error('Another build is under way; this one waits for it.'), main);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  if (!process.argv.includes('--force') && isUpToDate()) return;
  rmSync(stampFile, { force: true });
  // Taken before, so that a change while the build runs makes the next one build again.
  const sources = sourcesNow();
  for (const options of programs) {
    const bundle = await rolldown({ ...options, logLevel: 'warn' });
    await bundle.write(options.output as OutputOptions);
    await bundle.close();
  }
  await buildPage({ configFile: join(root, 'renderer', 'vite.config.ts'), logLevel: 'warn' });
  writeCommandTexts(dist);
  const stamp: Stamp = { node: process.version, sources, made: stateBelow('dist') };
  writeFileSync(stampFile, JSON.stringify(stamp));
}

function isUpToDate(): boolean {
  let stamp: Stamp;
  try {
    stamp = JSON.parse(readFileSync(stampFile, 'utf8')) as Stamp;
  } catch {
    return false;
  }
  const made = stateBelow('dist');
  // Its own entry is not in the list that it holds.
  delete made[relative(root, stampFile).replaceAll('\\', '/')];
  return stamp.node === process.version && isSame(stamp.sources, sourcesNow()) && isSame(stamp.made, made);
}

function sourcesNow(): Record<string, string> {
  const states: Record<string, string> = {};
  for (const folder of sourceFolders) Object.assign(states, stateBelow(folder));
  for (const name of sourceFiles) states[name] = stateOf(join(root, name));
  return Object.fromEntries(Object.entries(states).filter(([name]) => !notSource.test(name)));
}

function stateBelow(folder: string): Record<string, string> {
  const states: Record<string, string> = {};
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path).replaceAll('\\', '/');
    if (!name.startsWith(libraryTypes)) states[name] = stateOf(path);
  }
  return states;
}

function stateOf(path: string): string {
  const { size, mtimeMs } = lstatSync(path);
  return `${size} ${mtimeMs}`;
}

function isSame(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(now);
  return names.length === Object.keys(before).length && names.every((name) => before[name] === now[name]);
}
