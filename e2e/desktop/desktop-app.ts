/**
 * The desktop program under test: its window's page, and work that runs in its main process. The same for the shim and
 * for a real Electron, so that a journey does not know which one it runs on.
 */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { _electron } from '@playwright/test';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from '@playwright/test';

import { ShimWindow } from './shim-window.ts';
import { Wire } from './shim/wire.ts';

export const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/desktop/main.js');
const patienceMs = 20_000;

export interface DesktopOptions {
  readonly home: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The program's entry; the one in dist/ when absent. */
  readonly main?: string;
  /** Of what the shim shows. */
  readonly context?: BrowserContextOptions;
}

/** Of the module `electron`, in the main process. */
// eslint-disable-next-line typescript/no-explicit-any -- the shim's module and the real one have no common type
export type ElectronModule = any;

export interface DesktopApp {
  /** Waits for the window's page. */
  page(): Promise<Page>;
  /** The function travels as text: it sees its arguments and globals, nothing else. */
  evaluate<Value, Argument = undefined>(
    work: (electron: ElectronModule, argument: Argument) => Value | Promise<Value>,
    argument?: Argument,
  ): Promise<Value>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  /** Resolves when it is gone, and its window with it. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export class ShimApp implements DesktopApp {
  readonly #child: ChildProcess;
  readonly #main: Wire;
  readonly #context: Promise<BrowserContext>;
  readonly #windows = new Map<number, ShimWindow>();
  readonly #waiting = new Set<() => void>();
  readonly ended: Promise<number | null>;
  output = '';

  /** @param browser shows its window, in a context of its own */
  constructor(browser: Browser, options: DesktopOptions) {
    this.#context = browser.newContext({ viewport: { width: 1280, height: 800 }, ...options.context });
    this.#context.catch(() => undefined);
    this.#child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        '--import',
        join(import.meta.dirname, 'shim/register.ts'),
        options.main ?? main,
        '--home',
        options.home,
        ...(options.args ?? []),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        serialization: 'advanced',
        env: { ...process.env, ...options.env },
        cwd: root,
      },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.#main = new Wire(this.#child, {
      load: (id: number, url: string, preload: string | undefined) => this.#load(id, url, preload),
      deliver: (id: number, port: number, data: unknown) => this.#windows.get(id)?.deliver(port, data),
      closePort: (id: number, port: number) => this.#windows.get(id)?.closePort(port),
      dispose: async (id: number) => {
        const window = this.#windows.get(id);
        this.#windows.delete(id);
        await window?.close();
      },
    });
    this.ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
    void this.ended.then(() => {
      this.#main.end(new Error(`The program ended: ${this.output}`));
      this.#wake();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async page(): Promise<Page> {
    const late = setTimeout(() => this.#wake(), patienceMs);
    const deadline = performance.now() + patienceMs;
    try {
      for (;;) {
        const page = [...this.#windows.values()].at(-1)?.page;
        if (page !== undefined) return page;
        if (this.#isOver || performance.now() >= deadline) throw new Error(`No window came: ${this.output}`);
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      clearTimeout(late);
    }
  }

  evaluate<Value, Argument = undefined>(
    work: (electron: ElectronModule, argument: Argument) => Value | Promise<Value>,
    argument?: Argument,
  ): Promise<Value> {
    return this.#main.call('evaluate', work.toString(), argument);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
    await (await this.#context).close();
  }

  async close(): Promise<void> {
    if (!this.#isOver) {
      this.evaluate(({ app }) => app.exit(0)).catch(() => undefined);
      const late = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
      await this.ended;
      clearTimeout(late);
    }
    await (await this.#context).close();
  }

  get #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #load(id: number, url: string, preload: string | undefined): Promise<void> {
    const window = this.#windows.get(id) ?? new ShimWindow(id, await this.#context, this.#main);
    this.#windows.set(id, window);
    await window.load(url, preload);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

export async function launchReal(executablePath: string, options: DesktopOptions): Promise<DesktopApp> {
  const application = await _electron.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      main,
      '--home',
      options.home,
      ...(options.args ?? []),
    ],
    cwd: root,
    env: { ...process.env, ...options.env } as Record<string, string>,
  });
  const child = application.process();
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    page: () => application.firstWindow(),
    evaluate: (work, argument) =>
      application.evaluate(work as never, argument as never) as unknown as Promise<never>,
    ended,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    close: () => application.close(),
  };
}
