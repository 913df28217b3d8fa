/**
 * Paths that the program is opened with: by its arguments, by a second start, by the system (macOS). They may come
 * before there is anybody to take them; they are kept until then.
 */

import { isAbsolute } from 'node:path';

import { app } from 'electron';
import * as v from 'valibot';

/** What the lock carries from a second start of this program; made by arguments.ts there. */
const handedOver = v.object({
  paths: v.pipe(v.array(v.pipe(v.string(), v.check(isAbsolute))), v.maxLength(10_000)),
});

export class OpenedPaths {
  #waiting: string[];
  #isShowWanted = false;
  #take: ((paths: readonly string[]) => void) | undefined;

  constructor(paths: readonly string[]) {
    this.#waiting = [...paths];
  }

  listen(): void {
    app.on('second-instance', (_event, _argv, _folder, data) => {
      const parsed = v.safeParse(handedOver, data);
      this.add(parsed.success ? parsed.output.paths : []);
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.add([path]);
    });
    app.on('activate', () => this.add([]));
  }

  /** Without paths: somebody wants to see the window. */
  add(paths: readonly string[]): void {
    if (this.#take !== undefined) return this.#take(paths);
    this.#waiting.push(...paths);
    this.#isShowWanted = true;
  }

  /** From now on whatever comes is taken at once. Answers whether somebody asked for the window before. */
  takeBy(take: (paths: readonly string[]) => void): boolean {
    this.#take = take;
    const paths = this.#waiting.splice(0);
    if (paths.length > 0) take(paths);
    return this.#isShowWanted || paths.length > 0;
  }
}
