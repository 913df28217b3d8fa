/**
 * One home, one running program: the first start listens on a local socket, a second one hands over to it
 * what it was opened with as one JSON line and ends. The socket is in the home folder, or in a temporary one where that
 * takes none, and its owner's alone; on Windows a named pipe, which others may not write to. A socket that a killed program left behind is recognised (nobody answers) and replaced.
 */

import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync, unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { makeOwnersFolder, ownersFileFault, withLockFile } from '../base/owners-file.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { parseOpenings } from './opening.ts';
import type { Opening } from './opening.ts';
import { userName } from './user.ts';

/** Bytes of the longest path of a local socket: 104 on macOS, 108 on Linux, with the NUL at its end. */
const socketPathBytes = 103;
/** A line of 10,000 long paths; more than a command line takes on any system. */
const lineBytes = 4 * 1024 * 1024;
/** A program that runs answers at once; one that was stopped never does. */
const answerWithinMs = 5_000;
/** Between the moment a socket has its name and the moment it listens. */
const looksAgainAfterMs = 100;

export type Instance =
  | { readonly isFirst: true; close(): Promise<void> }
  | {
      readonly isFirst: false;
      /**
       * Without any, the first one is only asked to show itself. Resolves with what it answers, often nothing.
       * @throws HexdropError peer-silent, connection-lost
       */
      handOver(openings: readonly Opening[]): Promise<string>;
    };

/**
 * @param onOpenings what later starts hand over; empty when somebody started the program once more with nothing to open
 * @param answer what a later start is told when that was taken: where the first one's page is, for instance
 * @throws HexdropError when the socket can be neither made nor reached
 */
export async function claimInstance(
  home: string,
  onOpenings: (openings: readonly Opening[]) => void,
  answer: () => string | Promise<string> = () => '',
): Promise<Instance> {
  makeOwnersFolder(home);
  const folder = realpathSync(home);
  const take = (socket: Socket): void => takeOpenings(socket, onOpenings, answer);
  const inHome = join(folder, 'instance.sock');
  if (process.platform !== 'win32' && Buffer.byteLength(inHome) <= socketPathBytes) {
    try {
      return await claim(inHome, join(folder, 'instance.lock'), take);
    } catch (thrown) {
      if (!(thrown instanceof HexdropError) || thrown.code !== 'home-unwritable') throw thrown;
    }
  }
  const elsewhere = socketPathElsewhere(folder);
  return claim(elsewhere, `${elsewhere}.lock`, take);
}

/** @throws HexdropError home-unwritable where the folder takes no socket */
async function claim(path: string, lockPath: string, take: (socket: Socket) => void): Promise<Instance> {
  for (let round = 0; round < 10; round += 1) {
    // Wine, other than Windows, lets two programs listen at one pipe: there is one if somebody answers.
    const isTaken = process.platform === 'win32' && (await answers(path));
    const server = isTaken ? undefined : await tryListen(path, take);
    if (server !== undefined) return { isFirst: true, close: () => closeServer(server) };
    if (await answers(path)) return { isFirst: false, handOver: (openings) => handOver(path, openings) };
    await removeStale(path, lockPath);
  }
  throw new HexdropError('internal', `Whether Hexdrop runs already cannot be found out at ${path}.`);
}

function socketPathElsewhere(home: string): string {
  const name = createHash('sha256').update(`${userName()}\0${home}`).digest('hex').slice(0, 24);
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\hexdrop-${name}`
    : join(ownTemporaryFolder(), `${name}.sock`);
}

/**
 * For a home whose path is too long for a socket, or that takes none. Made, and seen to be ours: others may write to the
 * folder above.
 */
function ownTemporaryFolder(): string {
  const uid = process.getuid?.() ?? -1;
  const folder = join(tmpdir(), `hexdrop-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatSync(folder);
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0) {
    throw new HexdropError('permission-denied', `${folder} is not a folder of yours alone. Remove it.`);
  }
  return folder;
}

/** Undefined when the name is taken, by a program that runs or by what one left behind. */
const tryListen = (path: string, take: (socket: Socket) => void): Promise<Server | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer(take);
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(ownersFileFault(error, path));
    });
    server.listen(path, () => {
      if (process.platform !== 'win32') chmodSync(path, 0o600);
      server.on('error', () => undefined);
      server.unref();
      resolve(server);
    });
  });

/** Ends the socket's name too. */
const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

function takeOpenings(
  socket: Socket,
  onOpenings: (openings: readonly Opening[]) => void,
  answer: () => string | Promise<string>,
): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.setTimeout(answerWithinMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (piece: string) => {
    text += piece;
    if (text.length > lineBytes) return socket.destroy();
    const end = text.indexOf('\n');
    if (end < 0) return;
    socket.removeAllListeners('data');
    const openings = parseLine(text.slice(0, end));
    if (openings === undefined) return socket.end('refused\n');
    onOpenings(openings);
    socket.write('taken\n');
    Promise.resolve()
      .then(answer)
      .then(
        (told) => socket.end(told),
        () => socket.end(),
      );
  });
}

function parseLine(line: string): readonly Opening[] | undefined {
  try {
    return parseOpenings((JSON.parse(line) as { openings?: unknown }).openings);
  } catch {
    return undefined;
  }
}

const opened = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });

async function answers(path: string): Promise<boolean> {
  try {
    const socket = await opened(path);
    socket.on('error', () => undefined);
    socket.destroy();
    return true;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ECONNRESET') return false;
    throw new HexdropError('permission-denied', `${path} cannot be reached (${code}).`, { cause: thrown });
  }
}

/** Removes the socket of a program that is gone, and only that one: another start may have replaced it by its own. */
async function removeStale(path: string, lockPath: string): Promise<void> {
  const dead = identityOf(path);
  if (dead === undefined) return;
  await delay(looksAgainAfterMs);
  if (await answers(path)) return;
  withLockFile(lockPath, () => {
    if (identityOf(path) === dead) unlinkSync(path);
  });
}

function identityOf(path: string): string | undefined {
  if (process.platform === 'win32') return undefined; // A pipe goes with its process.
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (!stats.isSocket()) {
    throw new HexdropError('file-exists', `${path} is not a socket of Hexdrop. Remove it.`);
  }
  return `${stats.ino}-${stats.ctimeNs}`;
}

async function handOver(path: string, openings: readonly Opening[]): Promise<string> {
  const socket = await opened(path).catch((thrown: unknown) => {
    throw new HexdropError('connection-lost', 'The Hexdrop that ran has just ended.', { cause: thrown });
  });
  socket.setEncoding('utf8');
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    socket.setTimeout(answerWithinMs, () => {
      socket.destroy();
      reject(new HexdropError('peer-silent', 'The Hexdrop that runs already does not answer.'));
    });
    socket.on('data', (piece: string) => {
      text += piece;
    });
    socket.once('close', () => resolve(text));
    socket.once('error', () => undefined);
    socket.write(`${JSON.stringify({ openings })}\n`);
  });
  if (answer.startsWith('taken\n')) return answer.slice('taken\n'.length);
  throw answer === 'refused\n'
    ? new HexdropError(
        'usage',
        'The Hexdrop that runs already does not take what it was handed; perhaps it is of another version.',
      )
    : new HexdropError('connection-lost', 'The Hexdrop that ran has just ended.');
}
