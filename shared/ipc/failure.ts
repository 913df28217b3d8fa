/** What a call fails with, as the window sees it: the error that the engine's side told, or one of the link itself. */

import type { LinkError } from './envelope.ts';

/**
 * Codes of the link itself; all others are those of shared/errors/errors.ts.
 * `link-lost`: there is no way to the program now. `link-mismatch`: what it says does not fit the contract of this
 * window, which is of another version. `abandoned`: this window is no more interested.
 */
export type LinkFailureCode = 'link-lost' | 'link-mismatch' | 'abandoned';

export class LinkFailure extends Error {
  readonly code: string;
  readonly seen: string | undefined;
  readonly allowed: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(error: LinkError) {
    super(error.message);
    this.name = 'LinkFailure';
    this.code = error.code;
    this.seen = error.seen;
    this.allowed = error.allowed;
    this.retryAfterMs = error.retryAfterMs;
  }
}

const sentences: Readonly<Record<LinkFailureCode, string>> = {
  'link-lost': 'There is no connection to the program.',
  'link-mismatch': 'The program speaks another version than this window: load the window anew.',
  abandoned: 'The call was abandoned.',
};

export const linkFailure = (code: LinkFailureCode, seen?: string): LinkFailure =>
  new LinkFailure({ code, message: sentences[code], ...(seen === undefined ? {} : { seen }) });
