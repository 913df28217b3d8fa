// Child processes of the benchmark: clients, which are timed, and services, which run until they are ended. Every one
// of them is known by its pid and ended by it.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** How often the peak memory of a running client is read; the kernel keeps the peak, so little is missed. */
const peakIntervalMs = 25;
const serviceStartMs = 10_000;
const serviceEndMs = 3_000;
/** Of what a program says, only the end is kept. */
const keptCharacters = 16_384;
/** Daemons live where an ordinary user's PATH does not look. */
const extraFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

export interface Finished {
  readonly seconds: number;
  readonly stdout: string;
  /** The largest resident set seen; 0 where the system does not tell. */
  readonly peakBytes: number;
}

/** The full path of an installed program, or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...extraFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** For `missing()` of a contestant: what is not installed, in words, or undefined. */
export function missingPrograms(...names: readonly string[]): string | undefined {
  const absent = names.filter((name) => findProgram(name) === undefined);
  return absent.length === 0 ? undefined : `not installed: ${absent.join(', ')}`;
}

export function installed(name: string): string {
  const path = findProgram(name);
  if (path === undefined) {
    throw new Error(`${name} is not installed`);
  }
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The peak of the resident set so far (VmHWM), or 0. */
export function readPeakBytes(pid: number): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return Number(match?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Runs a command to its end. Throws when it fails, cannot start or takes longer than `timeoutMs`. */
export async function timeCommand(command: Command, timeoutMs: number): Promise<Finished> {
  let peakBytes = 0;
  const began = performance.now();
  const child = spawn(command.file, command.args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, readPeakBytes(child.pid ?? 0));
  }, peakIntervalMs);
  const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  try {
    const closed = once(child, 'close');
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    const seconds = (performance.now() - began) / 1000;
    await closed;
    if (code !== 0) {
      const how =
        seconds * 1000 >= timeoutMs
          ? `took longer than ${timeoutMs / 1000} s`
          : `ended with ${code ?? signal}`;
      throw new Error(`${command.file} ${how}: ${stderr().trim() || stdout().trim()}`);
    }
    return { seconds, stdout: stdout(), peakBytes };
  } finally {
    clearInterval(watch);
    clearTimeout(limit);
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (piece: string) => {
    text = (text + piece).slice(-keptCharacters);
  });
  return () => text;
}

/** A server that the benchmark started. */
export class Service {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #stderr: () => string;
  readonly #firstLine: Promise<string | undefined>;

  constructor(command: Command) {
    const child = spawn(command.file, command.args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#name = command.file;
    this.#stderr = collect(child.stderr);
    // Keeps reading after the first line, so that the service never waits for a reader.
    const lines = createInterface({ input: child.stdout });
    this.#firstLine = new Promise((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => {
        resolve(undefined);
      });
      child.once('error', () => {
        resolve(undefined);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** For services that say where they listen. */
  async firstLine(): Promise<string> {
    const abort = new AbortController();
    const late = delay(serviceStartMs, undefined, { signal: abort.signal }).catch(() => undefined);
    const line = await Promise.race([this.#firstLine, late]);
    abort.abort();
    return line ?? this.#fail('said nothing');
  }

  /** For services that are told where to listen. */
  async listensOn(port: number): Promise<void> {
    const deadline = performance.now() + serviceStartMs;
    while (!(await accepts(port))) {
      if (this.#child.exitCode !== null || performance.now() > deadline) {
        this.#fail(`does not listen on port ${port}`);
      }
      await delay(20);
    }
  }

  async end(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }
    const exited = once(this.#child, 'exit');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), serviceEndMs);
    this.#child.kill('SIGTERM');
    await exited;
    clearTimeout(kill);
  }

  #fail(what: string): never {
    throw new Error(`${this.#name} ${what}: ${this.#stderr().trim()}`);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('the system gave no port');
  }
  return address.port;
}
