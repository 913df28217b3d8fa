/** How the contract is written down: a name, a parser for what is asked, a parser for what is answered. */

import type * as v from 'valibot';

import type { Complete } from '../../base/complete.ts';

export type Parser<T> = v.GenericSchema<unknown, T>;

type AreOne<A, B> = [A, B] extends [B, A] ? true : false;

/**
 * The parser of a type of shared/model. It does not compile when the schema makes something else of it, forgets a key that
 * the type may have, which `v.object` would drop, or a value that it may take.
 */
export const parserOf =
  <T>() =>
  <Schema extends Parser<T>>(
    schema: AreOne<Complete<T>, Complete<v.InferOutput<Schema>>> extends true ? Schema : never,
  ): Parser<T> =>
    schema;

export interface CallDefinition<
  Args extends v.GenericSchema = v.GenericSchema,
  Result extends v.GenericSchema = v.GenericSchema,
> {
  readonly args: Args;
  readonly result: Result;
  /** Whether bytes travel beside the arguments or beside the result. */
  readonly bytes?: 'args' | 'result';
}

export const call = <Args extends v.GenericSchema, Result extends v.GenericSchema>(
  args: Args,
  result: Result,
  bytes?: 'args' | 'result',
): CallDefinition<Args, Result> => ({ args, result, ...(bytes === undefined ? {} : { bytes }) });
