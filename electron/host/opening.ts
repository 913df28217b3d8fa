/**
 * What the program is opened with: by its arguments, by the file manager, by a link, by a second start. The parser is for
 * what comes from another process, even one of this user.
 */

import { isAbsolute } from 'node:path';

import * as v from 'valibot';

import { parsePeerLink } from '../../shared/model/peer-link.ts';

export type Opening =
  /** Absolute. Without a purpose a folder is shared and a file is sent. */
  { readonly path: string; readonly purpose?: 'send' | 'share' } | { readonly link: string };

/** A selection of files in a file manager; more than a command line takes on any system. */
const mostOpenings = 10_000;

const opening = v.union([
  v.strictObject({
    path: v.pipe(v.string(), v.check(isAbsolute)),
    purpose: v.exactOptional(v.picklist(['send', 'share'])),
  }),
  v.strictObject({
    link: v.pipe(
      v.string(),
      v.check((link) => parsePeerLink(link) !== undefined),
    ),
  }),
]);

const openings = v.pipe(v.array(opening), v.maxLength(mostOpenings));

/** Undefined for what is no list of openings. */
export const parseOpenings = (value: unknown): readonly Opening[] | undefined => {
  const parsed = v.safeParse(openings, value);
  return parsed.success ? parsed.output : undefined;
};
