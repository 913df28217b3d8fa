/**
 * Errors that nobody caught. Each is written to standard error once; the first one is shown to a person, the others are
 * not: a fault that comes at every frame must not become a dialog at every frame.
 */

import { app, dialog } from 'electron';

import type { Words } from './words.ts';

/** So many different errors are remembered as written. */
const rememberedFaults = 100;

export class Faults {
  readonly #words: () => Words;
  readonly #written = new Set<string>();
  #isShown = false;

  constructor(words: () => Words) {
    this.#words = words;
  }

  listen(): void {
    // Whoever reads our output may go away; telling that to the output would go on for ever.
    process.stdout.on('error', () => undefined);
    process.stderr.on('error', () => undefined);
    process.on('uncaughtException', (thrown) => this.report(thrown));
    process.on('unhandledRejection', (thrown) => this.report(thrown));
  }

  report(thrown: unknown): void {
    if (!this.#write(thrown) || this.#isShown) return;
    this.#isShown = true;
    const words = this.#words();
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    void app
      .whenReady()
      .then(() =>
        dialog.showMessageBox({
          type: 'error',
          message: words.faultTitle,
          detail: `${message}\n\n${words.faultBody}`,
          noLink: true,
        }),
      )
      .catch(() => undefined);
  }

  /** The program cannot start: said, and over. */
  fatal(thrown: unknown): void {
    this.#write(thrown);
    dialog.showErrorBox('Hexdrop', thrown instanceof Error ? thrown.message : String(thrown));
    app.exit(1);
  }

  /** False when the same was written before. */
  #write(thrown: unknown): boolean {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    if (this.#written.has(text) || this.#written.size >= rememberedFaults) return false;
    this.#written.add(text);
    console.error(text);
    return true;
  }
}
