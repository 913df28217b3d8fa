// A process of the built command line that tells what happens as JSON lines, until the benchmark ends it.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'hexdrop.js');
const endMs = 5_000;

export type Told = Readonly<Record<string, unknown>>;

export class Talker {
  readonly #child: ChildProcess;
  readonly #waiting = new Set<(told: Told) => void>();
  /** Told before anybody waited for it. */
  #kept: Told[] = [];

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, [...nodeArgs(), program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as Told;
      this.#kept.push(told);
      for (const hear of this.#waiting) hear(told);
    });
  }

  /** The next event of this name that nobody has taken yet. */
  next(event: string, withinMs: number): Promise<Told> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`it did not tell "${event}"`)), withinMs);
      const hear = (told: Told): void => {
        if (told['event'] !== event) return;
        clearTimeout(late);
        this.#waiting.delete(hear);
        this.#kept = [];
        resolve(told);
      };
      this.#waiting.add(hear);
      for (const told of this.#kept) if (this.#waiting.has(hear)) hear(told);
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), endMs);
    this.#child.kill('SIGTERM');
    await exited;
    clearTimeout(kill);
  }
}

/** For whoever looks for the time: `HEXDROP_BENCH_NODE="--cpu-prof --cpu-prof-dir=profiles"`. */
const nodeArgs = (): readonly string[] => process.env['HEXDROP_BENCH_NODE']?.split(' ') ?? [];
