/**
 * From DONE to the source's BYE (docs/PROTOCOL.md, "Settlement"). Who dialed knows by itself that all is done. Who was
 * dialed may be offered it all again should DONE get lost: what has landed stays known until the source has said BYE, or
 * for a while.
 */

import type { SessionFacts } from '../../session/transfer-wire.ts';
import type { Summary } from '../progress/reports.ts';

export class CompletionGrace {
  readonly #complete: (summary: Summary) => void;
  #timer: NodeJS.Timeout | undefined;
  /** What DONE said. */
  #summary: Summary | undefined;

  /** @param complete called with what DONE said, once the source has heard it or has had its time */
  constructor(complete: (summary: Summary) => void) {
    this.#complete = complete;
  }

  /** DONE has been sent. */
  await(summary: Summary, { connection, completionGraceMs }: SessionFacts): void {
    this.#summary = summary;
    if (connection.side === 'dialer') this.#complete(summary);
    else this.#timer = setTimeout(() => this.#complete(summary), completionGraceMs);
  }

  /** Nobody will say it any more. Whether DONE had been sent. */
  now(): boolean {
    if (this.#summary === undefined) return false;
    this.#complete(this.#summary);
    return true;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
