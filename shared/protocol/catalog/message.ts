/**
 * The shape of one row of the catalog, and the functions that make rows. The rows are in session.ts, browse.ts,
 * text.ts, transfer.ts and content.ts beside this file; ../catalog.ts puts them together.
 */

import type * as v from 'valibot';
import type { DeepReadonly } from '../../base/deep-readonly.ts';
import type { Behaviour, RequestKind } from './behaviour.ts';
import type { BinaryField, RecordOf } from './fields.ts';

export type Family = 'session' | 'browse' | 'text' | 'transfer';

/**
 * Who may send it. Dialer and listener are the sides of the connection; source and sink those of a transfer;
 * asker and answerer those of a request.
 */
export type Sender = 'dialer' | 'listener' | 'both' | 'asker' | 'answerer' | 'source' | 'sink';

/**
 * Which connection carries it: the control connection; the bulk connection of the transfer (its lane, or the
 * control connection when the bulk is inline); a lane alone; bulk from the source but control from the sink; any.
 */
export type Carrier = 'control' | 'bulk' | 'lane' | 'bulk-or-control' | 'any';

/** What its id is: 0; the id of a request, never 0; or either. */
export type IdRule = 'zero' | 'request' | 'either';

export interface MessageRow<Number extends number = number> extends Omit<Behaviour, 'opens'> {
  /** The kind of request that it opens, if it opens one. */
  readonly opens: RequestKind | undefined;
  readonly number: Number;
  readonly family: Family;
  readonly sender: Sender;
  readonly carrier: Carrier;
  readonly id: IdRule;
  /** Types that may answer it, besides ERROR. */
  readonly answers: readonly string[];
  /** Most bytes of payload. */
  readonly limitBytes: number;
  /** Whether flag LAST means something; it is refused elsewhere. */
  readonly hasLast: boolean;
  /** Payload delivered in slices while it arrives, instead of whole. */
  readonly isBulk: boolean;
  /** One sentence. */
  readonly summary: string;
}

type JsonSchema = v.GenericSchema<unknown, object>;

export interface JsonMessage<
  Number extends number = number,
  Schema extends JsonSchema = JsonSchema,
> extends MessageRow<Number> {
  readonly payload: 'json';
  readonly schema: Schema;
}

export interface BinaryMessage<
  Number extends number = number,
  Fields extends readonly BinaryField[] = readonly BinaryField[],
> extends MessageRow<Number> {
  readonly payload: 'binary';
  readonly fields: Fields;
}

export type Message = JsonMessage | BinaryMessage;

/** What a message carries in memory. */
export type PayloadOf<M> = M extends { payload: 'json'; schema: infer Schema extends v.GenericSchema }
  ? DeepReadonly<v.InferOutput<Schema>>
  : M extends { payload: 'binary'; fields: infer Fields extends readonly BinaryField[] }
    ? RecordOf<Fields>
    : never;

interface RowText extends Behaviour {
  readonly family: Family;
  readonly sender: Sender;
  readonly carrier: Carrier;
  readonly id: IdRule;
  readonly answers?: readonly string[];
  readonly limitBytes: number;
  readonly hasLast?: boolean;
  readonly isBulk?: boolean;
  readonly summary: string;
}

/**
 * What the types of other tables derive from: which types answer a row, what it opens, whether it is bulk.
 *
 * @public the declarations of the library name it
 */
export interface Literal<About extends RowText> {
  readonly isBulk: About['isBulk'] extends true ? true : false;
  readonly answers: About['answers'] extends readonly string[] ? About['answers'] : readonly [];
  readonly opens: About['opens'] extends RequestKind ? About['opens'] : undefined;
}

const row = <const Number extends number, const About extends RowText>(
  number: Number,
  about: About,
): MessageRow<Number> & Literal<About> => {
  const { answers = [], hasLast = false, isBulk = false, opens } = about;
  return { ...about, number, answers, hasLast, isBulk, opens } as unknown as MessageRow<Number> &
    Literal<About>;
};

export const json = <
  const Number extends number,
  const About extends RowText,
  const Schema extends JsonSchema,
>(
  number: Number,
  about: About,
  schema: Schema,
): JsonMessage<Number, Schema> & Literal<About> => ({ ...row(number, about), payload: 'json', schema });

export const binary = <
  const Number extends number,
  const About extends RowText,
  const Fields extends readonly BinaryField[],
>(
  number: Number,
  about: About,
  fields: Fields,
): BinaryMessage<Number, Fields> & Literal<About> => ({ ...row(number, about), payload: 'binary', fields });
