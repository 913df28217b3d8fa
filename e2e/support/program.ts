/**
 * A process of the built command line: started, listened to line by line, waited for, and ended by its pid. Nothing
 * here waits for a time to pass, only for what the program says or for its end; each wait has an end of its own.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputFiles } from './output-files.ts';

/** The program under test; another build of it may be named. */
export const programPath =
  process.env['HEXDROP_TEST_PROGRAM'] ?? join(import.meta.dirname, '../../dist/cli/hexdrop.js');

/** Generous: what takes this long hangs, also on a busy machine. */
export const patienceMs = 30_000;

/** One JSON line. What a test asks for and is not there shows as undefined. */
export interface CliEvent {
  readonly event: string;
  readonly transfer?: string;
  readonly port?: number;
  readonly deviceId?: string;
  readonly code?: string;
  readonly message?: string;
  readonly path?: string;
  readonly side?: 'here' | 'there';
  readonly reason?: string;
  readonly state?: string;
  readonly files?: number;
  readonly bytes?: number;
  readonly skipped?: number;
  readonly failed?: number;
  readonly resumedBytes?: number;
  readonly totalBytes?: number;
  readonly [property: string]: unknown;
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly CliEvent[];
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** Puts another program in front: `unshare`, `script`. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Runs as this user and group. */
  readonly user?: number;
  /** It writes to files in this folder, and gets no input: for a program that takes neither pipes nor sockets. */
  readonly outputIn?: string;
}

type Match = string | ((event: CliEvent) => boolean);

interface Waiter {
  isMet(): boolean;
  resolve(): void;
  reject(error: Error): void;
}

export class Program {
  readonly pid: number;
  readonly events: CliEvent[] = [];
  /** Resolves with its end, however it comes. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #args: readonly string[];
  readonly #waiters = new Set<Waiter>();
  #stdout = '';
  #lineStart = 0;
  #stderr = '';
  #end: Ended | undefined;

  constructor(args: readonly string[], options: ProgramOptions = {}) {
    this.#args = args;
    const command = [process.execPath, programPath, ...args];
    const [file = '', ...rest] = options.wrap?.(command) ?? command;
    const { HEXDROP_HOME: _home, NODE_OPTIONS: _options, ...env } = process.env;
    const files = options.outputIn === undefined ? undefined : new OutputFiles(options.outputIn);
    const child = spawn(file, rest, {
      stdio: files === undefined ? 'pipe' : ['ignore', ...files.descriptors],
      env: { ...env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
    });
    this.#child = child;
    this.pid = child.pid ?? 0;
    const heardError = (text: string): void => {
      this.#stderr += text;
      this.#wake();
    };
    child.stdin?.on('error', () => {});
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#heard(text));
    child.stderr?.setEncoding('utf8').on('data', heardError);
    files?.follow((text) => this.#heard(text), heardError);
    this.ended = new Promise((resolve) => {
      const finish = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
        if (this.#end !== undefined) return;
        files?.close();
        this.#end = {
          exitCode,
          signal,
          events: this.events,
          stdout: this.#stdout,
          stderr: this.#stderr,
        };
        this.#wake();
        for (const waiter of this.#waiters) waiter.reject(this.#complaint('ended before'));
        this.#waiters.clear();
        resolve(this.#end);
      };
      child.on('error', (error) => {
        this.#stderr += error.message;
        finish(null, null);
      });
      child.on('close', finish);
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** The first JSON line that matches, past ones included. */
  async event(match: Match, withinMs = patienceMs): Promise<CliEvent> {
    const matches = typeof match === 'string' ? (event: CliEvent) => event.event === match : match;
    const find = (): CliEvent | undefined => this.events.find(matches);
    await this.#until(() => find() !== undefined, `the event ${String(match)}`, withinMs);
    return find() as CliEvent;
  }

  /** Waits until standard error, or standard output, holds this. */
  async says(pattern: RegExp, withinMs = patienceMs): Promise<void> {
    await this.#until(
      () => pattern.test(this.#stderr) || pattern.test(this.#stdout),
      String(pattern),
      withinMs,
    );
  }

  /** Waits for the end; kills what does not come to one, and complains. */
  async end(withinMs = patienceMs): Promise<Ended> {
    await this.#until(() => this.#end !== undefined, 'its end', withinMs);
    return this.#end as Ended;
  }

  signal(name: NodeJS.Signals): void {
    if (!this.isOver) process.kill(this.pid, name);
  }

  type(text: string | Uint8Array): void {
    this.#child.stdin?.write(text);
  }

  /** Nothing more comes on standard input. */
  closeInput(): void {
    this.#child.stdin?.end();
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<Ended> {
    if (!this.isOver) this.#child.kill('SIGKILL');
    return this.ended;
  }

  /** Resident memory now, in bytes; 0 where the system does not tell. */
  residentBytes(): number {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'latin1');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  }

  #heard(text: string): void {
    this.#stdout += text;
    for (;;) {
      const end = this.#stdout.indexOf('\n', this.#lineStart);
      if (end === -1) break;
      const line = this.#stdout.slice(this.#lineStart, end);
      this.#lineStart = end + 1;
      if (line.startsWith('{')) this.events.push(JSON.parse(line) as CliEvent);
    }
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (!waiter.isMet()) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  #until(isMet: () => boolean, what: string, withinMs: number): Promise<void> {
    if (isMet()) return Promise.resolve();
    if (this.isOver) return Promise.reject(this.#complaint(`ended before ${what}`));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        isMet,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(this.#complaint(`waited ${withinMs} ms for ${what}`));
        this.#child.kill('SIGKILL');
      }, withinMs);
      this.#waiters.add(waiter);
    });
  }

  #complaint(what: string): Error {
    const last = this.events.slice(-5).map((event) => JSON.stringify(event));
    const how = this.#end === undefined ? 'running' : `exit ${this.#end.exitCode ?? this.#end.signal}`;
    return new Error(
      [`hexdrop ${this.#args.join(' ')} (${how}): ${what}`, this.#stderr.slice(-2_000), ...last].join('\n'),
    );
  }
}

/** The events of one kind. */
export const eventsOf = (ended: Pick<Ended, 'events'>, name: string): readonly CliEvent[] =>
  ended.events.filter(({ event }) => event === name);

/** The last event of one kind; complains when there is none. */
export function lastEvent(ended: Ended, name: string): CliEvent {
  const event = eventsOf(ended, name).at(-1);
  if (event === undefined) throw new Error(`no event "${name}"\n${ended.stdout}\n${ended.stderr}`);
  return event;
}

/** Complains with what the program said when it ended another way. */
export function expectExit(ended: Ended, exitCode: number): void {
  if (ended.exitCode === exitCode) return;
  const how = ended.exitCode ?? ended.signal;
  throw new Error(
    `exit code ${how} instead of ${exitCode}\n${ended.stdout.slice(-3_000)}\n${ended.stderr.slice(-3_000)}`,
  );
}
