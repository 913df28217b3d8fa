/** How the contract is written down: a name, a parser for what is asked, a parser for what is answered. */

import type * as v from 'valibot';

/** Held against a type of shared/model, so that neither drifts. */
export type Parser<T> = v.GenericSchema<unknown, T>;

export interface CallDefinition<
  Args extends v.GenericSchema = v.GenericSchema,
  Result extends v.GenericSchema = v.GenericSchema,
> {
  /** `query` changes nothing; `command` does. */
  readonly kind: 'query' | 'command';
  readonly args: Args;
  readonly result: Result;
  /** Whether bytes travel beside the arguments or beside the result. */
  readonly bytes?: 'args' | 'result';
}

export const query = <Args extends v.GenericSchema, Result extends v.GenericSchema>(
  args: Args,
  result: Result,
  bytes?: 'result',
): CallDefinition<Args, Result> => ({
  kind: 'query',
  args,
  result,
  ...(bytes === undefined ? {} : { bytes }),
});

export const command = <Args extends v.GenericSchema, Result extends v.GenericSchema>(
  args: Args,
  result: Result,
  bytes?: 'args',
): CallDefinition<Args, Result> => ({
  kind: 'command',
  args,
  result,
  ...(bytes === undefined ? {} : { bytes }),
});
