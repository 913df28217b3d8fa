/** What `send` and `put` send: paths, after what comes from pipes has been read into files. */

import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';

import { displayName } from '../../../shared/model/display-name.ts';
import { asHexdropError, HexdropError } from '../../../shared/errors/errors.ts';
import { nameFault } from '../../base/safe-path.ts';
import { fileFaultOf } from '../../base/file-fault.ts';
import { freeName } from '../../base/free-name.ts';
import { usageError } from '../call/options.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { exitCodeOf, exitDone } from '../exit-codes.ts';
import { readToEnd, standardInputBytes } from '../standard-input.ts';
import { formatBytes, formatCount } from '../terminal/format.ts';
import { namedSources } from './named.ts';
import type { NamedPath, NamedPipe } from './named.ts';
import { Spool, spoolParent } from './spool.ts';
import { expandWildcards } from './wildcards.ts';

export type Sources = readonly (NamedPath | NamedPipe)[];

const isPipe = (source: NamedPath | NamedPipe): source is NamedPipe => source.kind === 'pipe';

/** What was read from a pipe is not there for a second start. */
export const readsPipe = (sources: Sources): boolean => sources.some(isPipe);

/** Looks at what is to be sent; reads nothing yet. @throws HexdropError usage */
export const sourcesOf = (
  operands: readonly string[],
  { options }: CommandCall,
  { world }: CommandContext,
): Sources => {
  const { name, size } = options;
  const sources = namedSources(expandWildcards(operands, world.platform));
  const pipes = sources.filter(isPipe);
  for (const [flag, value] of Object.entries({ name, size })) {
    if (value === undefined || pipes.length === 1) continue;
    throw usageError(
      pipes.length === 0
        ? `--${flag} is for what comes from a pipe or standard input ("-"), and nothing here does.`
        : `--${flag} is for one pipe, and here are ${pipes.length}.`,
    );
  }
  const fault = name === undefined ? undefined : nameFault(name, process.platform);
  if (fault !== undefined) throw usageError(`--name takes the name of a file. ${fault.message}`);
  return sources;
};

/**
 * Reads the pipes, then runs `send` with the paths of everything. When it fails, what was read is lost with the pipes:
 * where a person is there to hear it, it stays and is told.
 * @param again the command that sends a path, as a person would type it
 */
export const withPaths = async (
  sources: Sources,
  call: CommandCall,
  context: CommandContext,
  again: (path: string) => string,
  send: (paths: readonly string[]) => Promise<number>,
): Promise<number> => {
  if (!readsPipe(sources)) {
    return send(sources.flatMap((source) => (source.kind === 'path' ? [source.path] : [])));
  }
  const { world, output, interrupt } = context;
  const spool = new Spool(spoolParent(world.env, world.platform));
  let isRead = false;
  /** What to say when it failed. */
  const remains = (): string => {
    if (!isRead) return 'Nothing was sent.';
    if (world.stderr.isTTY !== true || interrupt.signal.aborted) {
      return 'What was read from the pipe is gone with it: start what fills it again.';
    }
    spool.keep();
    return `What was read is kept. To go on: ${again(allIn(spool.folder, world.platform))}`;
  };
  try {
    const paths = await readPipes(sources, spool, call, context);
    isRead = true;
    const exitCode = await send(paths);
    if (exitCode !== exitDone) output.note(remains());
    return exitCode;
  } catch (thrown) {
    const error = asHexdropError(thrown);
    if (interrupt.signal.aborted || error.code === 'internal') throw thrown;
    output.error(error, remains());
    return exitCodeOf(error.code);
  } finally {
    if (!spool.isKept) spool.remove();
  }
};

const readPipes = async (
  sources: Sources,
  spool: Spool,
  { options }: CommandCall,
  context: CommandContext,
): Promise<readonly string[]> => {
  const taken = new Set<string>();
  const paths: string[] = [];
  for (const source of sources) {
    if (source.kind === 'path') {
      paths.push(source.path);
      continue;
    }
    const wanted = options.name ?? source.name;
    const name = taken.has(wanted) ? freeName(wanted, (candidate) => taken.has(candidate)) : wanted;
    taken.add(name);
    paths.push(await readPipe(source, name, options.size, spool, context));
  }
  return paths;
};

const readPipe = async (
  source: NamedPipe,
  name: string,
  size: number | undefined,
  spool: Spool,
  context: CommandContext,
): Promise<string> => {
  const { output } = context;
  const what = source.path === undefined ? 'standard input' : `the pipe ${displayName(source.typed)}`;
  output.event({ event: 'reading', name, folder: spool.folder });
  output.note(`Reading ${what} into ${displayName(spool.folder)}, to be sent as "${displayName(name)}" ...`);
  const content =
    source.path === undefined
      ? standardInputBytes(context, 'what is to be sent')
      : readToEnd(openPipe(source.path, source.typed), `The pipe "${source.typed}"`, context);
  const { path, bytes } = await spool.take(name, content, (read) => {
    output.live?.draw([`  ${formatBytes(read)} read`]);
    if (size !== undefined && read > size) throw otherSize(what, `more than ${formatCount(size)}`, size);
  });
  output.live?.clear();
  if (size !== undefined && bytes < size) throw otherSize(what, formatCount(bytes), size);
  if (bytes === 0) output.warn(`Nothing came from ${what}: an empty file is sent.`);
  return path;
};

/** As a person types it: Windows has no apostrophes around names, and the pattern is ours to expand there. */
const allIn = (folder: string, platform: NodeJS.Platform): string =>
  platform === 'win32' ? `"${folder}\\*"` : `'${folder.replaceAll("'", String.raw`'\''`)}'/*`;

/** A pipe whose writer died ends like any other: only who knows its size can tell. */
const otherSize = (what: string, seen: string, size: number): HexdropError =>
  new HexdropError(
    'read-failed',
    `${what.charAt(0).toUpperCase()}${what.slice(1)} gave ${seen} bytes, and --size says ${formatCount(size)}.`,
    { seen, allowed: formatCount(size) },
  );

/** Waits for whoever writes into it without holding a thread, which could not be interrupted. */
const openPipe = (path: string, typed: string): Socket => {
  try {
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    return new Socket({ fd, readable: true, writable: false });
  } catch (thrown) {
    throw fileFaultOf(thrown, 'open', typed);
  }
};
