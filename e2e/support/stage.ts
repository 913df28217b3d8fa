/**
 * The stage of a test: a scratch folder, devices with a home of their own, and the end of all that was started.
 * On memory where there is enough of it, so that the disk does not set the pace.
 */

import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './program.ts';
import type { Ended, ProgramOptions } from './program.ts';

const memoryFolder = '/dev/shm';
/** The largest test moves half a GiB, twice at a time. */
const memoryWantedBytes = 3 * 1024 ** 3;

export interface Closable {
  close(): void | Promise<void>;
}

export interface World {
  /** The scratch folder of this test. */
  readonly path: string;
  /** Makes a folder in it. */
  folder(name: string): string;
  /** @param options those of every program of it, unless it is started with others */
  device(name: string, options?: DeviceOptions): Device;
  /** Closed with the test. */
  keep<Thing extends Closable>(thing: Thing): Thing;
}

export interface DeviceOptions extends ProgramOptions {
  readonly isForPeople?: boolean;
}

/** A listener that has said where it listens. */
export interface Listener {
  readonly program: Program;
  readonly port: number;
  /** host:port */
  readonly address: string;
  readonly deviceId: string;
}

/** A device: a home, and every process that uses it. */
export class Device {
  readonly home: string;
  readonly #programs: Set<Program>;
  readonly #options: DeviceOptions;

  constructor(home: string, programs: Set<Program>, options: DeviceOptions = {}) {
    this.home = home;
    this.#programs = programs;
    this.#options = options;
  }

  /** Starts a command with `--json`, or with the words for people. */
  start(args: readonly string[], options: DeviceOptions = {}): Program {
    const all = { ...this.#options, ...options };
    const manner = all.isForPeople === true ? [] : ['--json'];
    const program = new Program([...args, ...manner, '--home', this.home], all);
    this.#programs.add(program);
    return program;
  }

  /** Runs a command to its end. */
  run(args: readonly string[], options?: DeviceOptions): Promise<Ended> {
    return this.start(args, options).end();
  }

  /** Starts `receive` or `share` on a free port, or the given one, and waits until it listens. */
  async listen(
    args: readonly string[],
    options?: ProgramOptions & { readonly port?: number },
  ): Promise<Listener> {
    const port = options?.port ?? 0;
    const program = this.start([...args, '--host', '127.0.0.1', '--port', String(port)], options);
    const listening = await program.event('listening');
    return {
      program,
      port: listening.port as number,
      address: `127.0.0.1:${listening.port}`,
      deviceId: listening.deviceId as string,
    };
  }

  /** `receive --yes` into a folder. */
  receive(dir: string, ...args: readonly string[]): Promise<Listener> {
    return this.listen(['receive', '--yes', '--dir', dir, ...args]);
  }

  share(folder: string, ...args: readonly string[]): Promise<Listener> {
    return this.listen(['share', folder, ...args]);
  }
}

/** Opened before a test and closed after it, by whichever runner runs it. */
export class Stage implements World {
  readonly #programs = new Set<Program>();
  readonly #kept: Closable[] = [];
  #path = '';

  get path(): string {
    return this.#path;
  }

  open(): void {
    this.#path = realpathSync(mkdtempSync(join(scratchParent(), 'hexdrop-e2e-')));
    // Other users too: some tests run a program without the rights of root.
    chmodSync(this.#path, 0o755);
  }

  folder(name: string): string {
    const path = join(this.#path, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  device(name: string, options: DeviceOptions = {}): Device {
    return new Device(this.folder(`home-${name}`), this.#programs, options);
  }

  keep<Thing extends Closable>(thing: Thing): Thing {
    this.#kept.push(thing);
    return thing;
  }

  async close(): Promise<void> {
    for (const thing of this.#kept.splice(0).reverse()) await thing.close();
    await Promise.all([...this.#programs].map((program) => program.kill()));
    this.#programs.clear();
    // Where nothing was opened nothing is to be removed.
    if (this.#path !== '') removeTree(this.#path);
  }
}

function scratchParent(): string {
  try {
    accessSync(memoryFolder, constants.W_OK);
    const { bavail, bsize } = statfsSync(memoryFolder);
    if (bavail * bsize >= memoryWantedBytes) return memoryFolder;
  } catch {
    // There is none.
  }
  return tmpdir();
}

/** Also what a test has made unreadable. */
function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    openUp(path);
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

function openUp(folder: string): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) openUp(join(folder, entry.name));
  }
}
