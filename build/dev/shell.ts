/** The program that is being worked on: started, listened to, ended, started again. */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What takes longer to end hangs. */
const patienceMs = 5_000;

export interface ShellCommand {
  readonly executable: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

export class Shell {
  readonly #command: ShellCommand;
  readonly #onLine: (line: string) => void;
  readonly #onEnd: (code: number | null) => void;
  #child: ChildProcess | undefined;

  /**
   * @param onLine hears standard output and standard error
   * @param onEnd hears that it ended by itself
   */
  constructor(command: ShellCommand, onLine: (line: string) => void, onEnd: (code: number | null) => void) {
    this.#command = command;
    this.#onLine = onLine;
    this.#onEnd = onEnd;
  }

  start(): void {
    const { executable, args, cwd } = this.#command;
    const child = spawn(executable, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', this.#onLine);
    child.on('error', (error) => console.error(`${executable}: ${error.message}`));
    child.on('exit', (code) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#onEnd(code);
    });
  }

  /** Resolves when it is gone; that is not told to `onEnd`. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await gone;
    clearTimeout(late);
  }
}
