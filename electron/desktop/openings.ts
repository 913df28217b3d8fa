/**
 * What the program is opened with: by its arguments, by a second start, by the system (macOS). It may come before there is
 * anybody to take it; it is kept until then.
 */

import { app } from 'electron';

import { parsePeerLink } from '../../shared/model/peer-link.ts';
import { parseOpenings } from '../host/opening.ts';
import type { Opening } from '../host/opening.ts';

export class Openings {
  #waiting: Opening[];
  #isShowWanted = false;
  #take: ((openings: readonly Opening[]) => void) | undefined;

  constructor(openings: readonly Opening[]) {
    this.#waiting = [...openings];
  }

  listen(): void {
    // What the lock carries from a second start; made by main.ts there.
    app.on('second-instance', (_event, _argv, _folder, data) => {
      this.add(parseOpenings((data as { openings?: unknown } | undefined)?.openings) ?? []);
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.add([{ path }]);
    });
    app.on('open-url', (event, link) => {
      event.preventDefault();
      this.add(parsePeerLink(link) === undefined ? [] : [{ link }]);
    });
    app.on('activate', () => this.add([]));
  }

  /** With nothing: somebody wants to see the window. */
  add(openings: readonly Opening[]): void {
    if (this.#take !== undefined) return this.#take(openings);
    this.#waiting.push(...openings);
    this.#isShowWanted = true;
  }

  /** From now on whatever comes is taken at once. Answers whether somebody asked for the window before. */
  takeBy(take: (openings: readonly Opening[]) => void): boolean {
    this.#take = take;
    const openings = this.#waiting.splice(0);
    if (openings.length > 0) take(openings);
    return this.#isShowWanted || openings.length > 0;
  }
}
