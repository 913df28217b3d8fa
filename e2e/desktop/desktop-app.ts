/**
 * The desktop program under test: its window's page, and work that runs in its main process. The same for the shim and
 * for a real Electron, so that a journey does not know which one it runs on.
 */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { _electron, chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

import type { Settings } from '../../shared/model/settings.ts';

export const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/desktop/main.js');
const patienceMs = 20_000;

export interface DesktopOptions {
  readonly home: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: Partial<Settings>;
  /** The program's entry; the one in dist/ when absent. */
  readonly main?: string;
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
  close(): Promise<void>;
}

type Told =
  | { readonly kind: 'debugging'; readonly port: number }
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly message: string };

export class ShimApp implements DesktopApp {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, (told: Told) => void>();
  readonly #debugging: Promise<number>;
  readonly ended: Promise<number | null>;
  #browser: Promise<Browser> | undefined;
  #lastId = 0;
  output = '';

  constructor(options: DesktopOptions) {
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
      { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, ...options.env }, cwd: root },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
    this.#debugging = new Promise((resolve, reject) => {
      this.#child.on('message', (told: Told) => {
        if (told.kind === 'debugging') resolve(told.port);
        else this.#pending.get(told.id)?.(told);
      });
      void this.ended.then(() => reject(new Error(`The program ended: ${this.output}`)));
    });
    this.#debugging.catch(() => undefined);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async page(): Promise<Page> {
    const port = await this.#debugging;
    this.#browser ??= chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const browser = await this.#browser;
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline) {
      const page = browser
        .contexts()
        .flatMap((context) => context.pages())
        .find((page) => page.url().startsWith('https://hexdrop.shim/'));
      if (page !== undefined) return page;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`No window came: ${this.output}`);
  }

  evaluate<Value, Argument = undefined>(
    work: (electron: ElectronModule, argument: Argument) => Value | Promise<Value>,
    argument?: Argument,
  ): Promise<Value> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, (told) => {
        this.#pending.delete(id);
        if (told.kind === 'value') resolve(told.value as Value);
        else reject(new Error(told.kind === 'fault' ? told.message : 'no answer'));
      });
      void this.ended.then(() => reject(new Error(`The program ended: ${this.output}`)));
      this.#child.send({ id, source: work.toString(), argument }, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  async close(): Promise<void> {
    const browser = await this.#browser?.catch(() => undefined);
    await browser?.close().catch(() => undefined);
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.evaluate(({ app }) => app.exit(0)).catch(() => undefined);
      const late = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
      await this.ended;
      clearTimeout(late);
    }
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
  return {
    page: () => application.firstWindow(),
    evaluate: (work, argument) =>
      application.evaluate(work as never, argument as never) as unknown as Promise<never>,
    ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
    close: () => application.close(),
  };
}
