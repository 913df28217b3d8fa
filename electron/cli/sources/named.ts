/**
 * What the operands of `send` and `put` name: files and folders, or pipes whose content is known once they were read.
 * Looked at before the other side is bothered, and refused as a whole when one cannot be sent.
 */

import { realpathSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, resolve } from 'node:path';

import { displayName } from '../../../shared/model/display-name.ts';
import { nameOfPath } from '../../base/name-of-path.ts';
import { usageError } from '../call/options.ts';
import { mayNotBeUtf8, statsOrReason } from '../local-paths.ts';
import { standardInput } from '../standard-input.ts';

export interface NamedPath {
  readonly kind: 'path';
  /** Absolute. */
  readonly path: string;
}

export interface NamedPipe {
  readonly kind: 'pipe';
  /** As typed. */
  readonly typed: string;
  /** Absent: standard input. */
  readonly path?: string;
  /** What it is called where nothing else is said. */
  readonly name: string;
}

const refuse = (typed: string, reason: string): never => {
  throw usageError(`"${displayName(typed)}" cannot be sent: ${reason}`, { seen: typed });
};

/** Paths of what a process has open, where the system has them: `<(...)` of a shell is one. */
const openDescriptor = /^\/(?:dev\/(?:stdin$|fd\/)|proc\/(?:self|\d+)\/fd\/)/;
const isStandardInput = (path: string): boolean =>
  path === '/dev/stdin' || path === '/dev/fd/0' || path === '/proc/self/fd/0';

/** A pipe at a path of its own, made with mkfifo, travels under its name. */
const pipeNamed = (typed: string, path: string): NamedPipe =>
  isStandardInput(path)
    ? { kind: 'pipe', typed, name: 'stdin' }
    : { kind: 'pipe', typed, path, name: openDescriptor.test(path) ? 'pipe' : basename(path) };

const statsOf = (typed: string, path: string): Stats => {
  const stats = statsOrReason(path);
  if (typeof stats !== 'string') return stats;
  const advice = mayNotBeUtf8(path)
    ? ' Rename it, or send its content: "hexdrop send - --name NAME --to HOST < FILE".'
    : '';
  return refuse(typed, `${stats}.${advice}`);
};

const namedSource = (typed: string): NamedPath | NamedPipe => {
  if (typed === standardInput) return { kind: 'pipe', typed, name: 'stdin' };
  const path = resolve(typed);
  const stats = statsOf(typed, path);
  if (stats.isFile() || stats.isDirectory()) return { kind: 'path', path };
  // What stands there for standard input may be a terminal or a socket too: it is read all the same.
  if (stats.isFIFO() || isStandardInput(path)) return pipeNamed(typed, path);
  if (stats.isSocket()) return refuse(typed, 'it is a socket, and has no content of its own.');
  return refuse(typed, 'it is a device. What it gives can be sent through a pipe, as "-".');
};

/** Each once, however often and by whichever way it is named. @throws HexdropError usage */
export const namedSources = (operands: readonly string[]): readonly (NamedPath | NamedPipe)[] => {
  const sources: (NamedPath | NamedPipe)[] = [];
  const pathByName = new Map<string, string>();
  for (const typed of operands) {
    const source = namedSource(typed);
    if (source.kind === 'pipe') {
      if (sources.some((other) => other.kind === 'pipe' && other.path === source.path)) {
        refuse(typed, 'it is named twice, and can be read once.');
      }
      sources.push(source);
      continue;
    }
    const { path } = source;
    const name = nameOfPath(path);
    const other = pathByName.get(name);
    if (other !== undefined) {
      if (realpathSync(other) === realpathSync(path)) continue;
      throw usageError(
        `${displayName(other)} and ${displayName(path)} would both arrive as "${displayName(name)}". Send one after the other.`,
      );
    }
    pathByName.set(name, path);
    sources.push(source);
  }
  return sources;
};
