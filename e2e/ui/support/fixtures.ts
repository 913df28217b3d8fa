/**
 * The test of a journey: it asks for a window, or for two devices, and runs in the shell that its project is for. Tests of
 * one file that ask for `pair` share its devices, as if just opened; `open` makes devices of the test's own.
 */

import { test as base } from '@playwright/test';
import type { Browser } from '@playwright/test';

import { ShimApp, launchReal } from '../../desktop/desktop-app.ts';
import { Stage } from '../../support/stage.ts';
import type { World } from '../../support/stage.ts';
import { openOnDesktop } from './desktop.ts';
import type { Launch } from './desktop.ts';
import { freshen } from './moves.ts';
import { openInBrowser } from './window.ts';
import type { UiDevice, WindowOptions } from './window.ts';

/** `shim`: the desktop program, with Chromium in place of Electron. */
export type ShellName = 'browser' | 'shim' | 'electron';

export interface ShellOptions {
  readonly name: ShellName;
  /** Why it cannot be had on this machine; empty when it can. */
  readonly lacking: string;
  /** Of the runtime of `electron`. */
  readonly executable: string;
}

/** Two devices, and where they keep their files. */
export interface Pair {
  readonly world: World;
  readonly kitchen: UiDevice;
  readonly attic: UiDevice;
  /** Starts a device that has ended; the tests that follow have it in its place. */
  again(name: 'kitchen' | 'attic'): Promise<UiDevice>;
}

type Open = (name: string, options?: WindowOptions) => Promise<UiDevice>;

export interface OfTest {
  /** The scratch folder and the devices of this test; ended with it. */
  readonly world: World;
  readonly open: Open;
  readonly pair: Pair;
  /** Skips what this machine cannot run. */
  readonly possible: void;
}

interface OfWorker {
  readonly shell: ShellOptions;
  /** Chromium, started when it is first wanted. */
  readonly chromium: () => Promise<Browser>;
  /** Starts the desktop program, on the shim or on a real Electron. */
  readonly launch: Launch;
  readonly openIn: (world: World) => Open;
  readonly pairs: Pairs;
}

/** The pair of the file whose tests run; the one before ends when another file begins. */
class Pairs {
  readonly #openIn: OfWorker['openIn'];
  #file = '';
  #pair: Pair | undefined;
  #stage: Stage | undefined;

  constructor(openIn: OfWorker['openIn']) {
    this.#openIn = openIn;
  }

  async of(file: string): Promise<Pair> {
    if (this.#pair !== undefined && this.#file === file) {
      await freshen(this.#pair.kitchen, this.#pair.attic);
      return this.#pair;
    }
    await this.close();
    const stage = new Stage();
    stage.open();
    this.#stage = stage;
    const open = this.#openIn(stage);
    const [kitchen, attic] = await Promise.all([open('kitchen'), open('attic')]);
    this.#file = file;
    this.#pair = {
      world: stage,
      kitchen,
      attic,
      again: async (name) => {
        const device = await open(name);
        this.#pair = { ...(this.#pair as Pair), [name]: device };
        return device;
      },
    };
    return this.#pair;
  }

  async close(): Promise<void> {
    this.#pair = undefined;
    await this.#stage?.close();
  }
}

export const test = base.extend<OfTest, OfWorker>({
  shell: [
    { name: 'browser', lacking: '', executable: '' },
    { scope: 'worker', option: true },
  ],
  chromium: [
    async ({ playwright, launchOptions }, use) => {
      let launched: Promise<Browser> | undefined;
      await use(() => (launched ??= playwright.chromium.launch(launchOptions)));
      await (await launched)?.close();
    },
    { scope: 'worker' },
  ],
  launch: [
    async ({ shell, chromium }, use) =>
      use(async (options) =>
        shell.name === 'electron'
          ? launchReal(shell.executable, options)
          : new ShimApp(await chromium(), options),
      ),
    { scope: 'worker' },
  ],
  openIn: [
    async ({ shell, chromium, launch }, use) =>
      use((world) => async (name, options) => {
        if (shell.name === 'browser') return openInBrowser(await chromium(), world, name, options);
        return openOnDesktop(launch, world, name, options);
      }),
    { scope: 'worker' },
  ],
  pairs: [
    async ({ openIn }, use) => {
      const pairs = new Pairs(openIn);
      await use(pairs);
      await pairs.close();
    },
    { scope: 'worker' },
  ],
  possible: [
    async ({ shell }, use, info) => {
      info.skip(shell.lacking !== '', shell.lacking);
      await use();
    },
    { auto: true },
  ],
  // eslint-disable-next-line no-empty-pattern -- Playwright reads here which fixtures are wanted: none
  world: async ({}, use) => {
    const stage = new Stage();
    stage.open();
    await use(stage);
    await stage.close();
  },
  open: ({ openIn, world }, use) => use(openIn(world)),
  pair: async ({ pairs }, use, info) => use(await pairs.of(info.file)),
});
