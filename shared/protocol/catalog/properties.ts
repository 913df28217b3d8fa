/**
 * The alphabet of JSON payloads: schemas of the values that occur in control messages, each with its caps and
 * the sentence that says what it means. Properties that a schema does not name are ignored, so a later version
 * may add some; everything that is named is checked.
 *
 * docs/PROTOCOL.md, "Notation".
 */

import * as v from 'valibot';
import { isEntryTime } from '../entry-time.ts';
import { limits } from '../limits.ts';
import { isComponent, isWellFormed } from '../../base/text.ts';

/** What the dissector and the documents may know of a schema: structure, actions, meaning. */
export type AnySchema = v.GenericSchema;

/** Adds the sentence that the documents and the inspector show. */
export const means = <const Schema extends AnySchema>(schema: Schema, meaning: string) =>
  v.pipe(schema, v.metadata({ meaning }));

/** Names the item of a tuple, which JSON does not, for the inspector and the dissector. */
export const item = <const Schema extends AnySchema>(name: string, schema: Schema, meaning: string) =>
  v.pipe(schema, v.metadata({ name, meaning }));

/** As `means`, for values that must never be captured, logged or shown. */
export const secret = <const Schema extends AnySchema>(schema: Schema, meaning: string) =>
  v.pipe(schema, v.metadata({ meaning, secret: true }));

/** Code points of a text; most texts are shorter than the cap in UTF-16 units already. */
const hasAtMost = (text: string, characters: number): boolean =>
  text.length <= characters || (text.length <= characters * 2 && Array.from(text).length <= characters);

/** Text of Unicode characters (code points) without lone surrogates. */
export const text = (minimum: number, maximum: number) =>
  v.pipe(
    v.string(),
    v.check(
      (value) => value.length >= minimum && hasAtMost(value, maximum) && isWellFormed(value),
      minimum === 0 ? `text of at most ${maximum} characters` : `text of ${minimum} to ${maximum} characters`,
    ),
  );

/** A word of lower-case letters, digits and hyphens: codes, capabilities, names of algorithms. */
export const word = (maximum = 40) =>
  v.pipe(
    v.string(),
    v.maxLength(maximum),
    v.regex(/^[a-z0-9][a-z0-9-]*$/, `a word of a-z, 0-9 and "-", at most ${maximum} characters`),
  );

/** A fixed number of lower-case hex digits. */
export const hexDigits = (digits: number) =>
  v.pipe(v.string(), v.length(digits), v.regex(/^[0-9a-f]*$/, `${digits} lower-case hex digits`));

/** An integer that JSON and JavaScript carry exactly. */
export const integer = (minimum: number, maximum: number) =>
  v.pipe(
    v.number(),
    v.check(
      (value) => Number.isSafeInteger(value) && value >= minimum && value <= maximum,
      maximum === Number.MAX_SAFE_INTEGER
        ? `an integer from ${minimum} to 2^53-1`
        : `an integer from ${minimum} to ${maximum}`,
    ),
  );

export const bytes = () => integer(0, Number.MAX_SAFE_INTEGER);

export const count = () => integer(0, Number.MAX_SAFE_INTEGER);

/** The index of a manifest entry. */
export const entryIndex = () => integer(0, 0xffff_fffe);

/** Microseconds since the epoch. */
export const mtime = () =>
  v.pipe(
    v.number(),
    v.check((value) => isEntryTime(value), 'an integer between -(2^59) and 2^59'),
  );

export const listOf = <const Item extends AnySchema>(item: Item, minimum: number, maximum: number) =>
  v.pipe(v.array(item), v.minLength(minimum), v.maxLength(maximum));

/** A path inside the shares of a device: share name first, `/` between components, no `/` at either end. */
export const sharePath = () => text(0, limits.pathCharacters);

/** The name of an entry as it is asked for. */
export const entryName = () => text(1, limits.nameBytes);

/** What is asked of a name that is told, besides its form. A breach is `unsafe-name`, in JSON as in MANIFEST. */
export const componentRule = 'one component of a path';

/** The name of an entry as it is told. */
export const componentName = () => v.pipe(entryName(), v.check(isComponent, componentRule));

export const errorMessage = () => text(0, limits.messageCharacters);

/** A payload that says nothing yet: `{}`. */
export const emptyObject = (): v.GenericSchema<unknown, Readonly<Record<string, never>>> => v.object({});
