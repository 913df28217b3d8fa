/**
 * The ONE table of messages. Types, codec, the rules of what may be sent when, dissection, the tables of
 * docs/PROTOCOL.md, the inspector's labels and the Wireshark dissector derive from it. A change here is a change of the
 * protocol: a number, a name or a meaning that was released stays.
 *
 * docs/PROTOCOL.md, "Messages".
 */

import { browseMessages } from './catalog/browse.ts';
import { contentMessages } from './catalog/content.ts';
import type { Message, PayloadOf } from './catalog/message.ts';
import { sessionMessages } from './catalog/session.ts';
import { textMessages } from './catalog/text.ts';
import { transferMessages } from './catalog/transfer.ts';
import { limits } from './limits.ts';

export type { Message } from './catalog/message.ts';

export const messages = {
  ...sessionMessages,
  ...browseMessages,
  ...textMessages,
  ...transferMessages,
  ...contentMessages,
} as const;

export type TypeName = keyof typeof messages;

/** What a message of this type carries, in memory. */
export type Payload<Name extends TypeName> = PayloadOf<(typeof messages)[Name]>;

/** Types that open a request which one answer ends. */
export type Question = {
  [Name in TypeName]: (typeof messages)[Name]['opens'] extends 'question' ? Name : never;
}[TypeName];

/** The type that answers a question. */
export type AnswerTo<Name extends Question> = (typeof messages)[Name]['answers'][number] & TypeName;

/** Types whose payload is delivered while it arrives. */
export type BulkType = {
  [Name in TypeName]: (typeof messages)[Name]['isBulk'] extends true ? Name : never;
}[TypeName];

/** All others, whose payload is decoded once it is whole. */
export type ControlType = Exclude<TypeName, BulkType>;

/** One entry of a MANIFEST page. `parent` is -1 at the top; `mtime` in microseconds; `version` 32 hex digits. */
export type ManifestEntry = Payload<'MANIFEST'>['entries'][number];

/** One file in a PACK. */
export type PackEntry = Payload<'PACK'>['entries'][number];

/** In the order of their numbers. */
export const typeNames: readonly TypeName[] = (Object.keys(messages) as TypeName[]).sort(
  (a, b) => messages[a].number - messages[b].number,
);

type TypeNumbers = { readonly [Name in TypeName]: (typeof messages)[Name]['number'] };

/** `typeNumber.DATA` is 0x27. */
export const typeNumber = Object.fromEntries(
  typeNames.map((name) => [name, messages[name].number]),
) as unknown as TypeNumbers;

const namesByNumber: readonly (TypeName | undefined)[] = Array.from({ length: 256 }, (_, number) =>
  typeNames.find((name) => messages[name].number === number),
);

/** The name of a type, or undefined when this version does not know the number. */
export const typeByNumber = (number: number): TypeName | undefined => namesByNumber[number];

/** The row of a type, or undefined when this version does not know the number. */
export const messageByNumber = (number: number): Message | undefined => {
  const name = namesByNumber[number];
  return name === undefined ? undefined : messages[name];
};

export const messageOf = (name: TypeName): Message => messages[name];

export const isBulk = (name: TypeName): name is BulkType => messages[name].isBulk;

/** Types that open a request which one answer ends. */
export const questions: readonly Question[] = typeNames.filter(
  (name): name is Question => messages[name].opens === 'question',
);

/** Types that may answer it, besides ERROR. */
export const answersTo = (name: TypeName): readonly TypeName[] =>
  messageOf(name).answers as readonly TypeName[];

/** Most payload bytes by type number; for unknown types, which only an OPTIONAL frame may have, the control cap. */
export const payloadLimits: Readonly<Record<number, number>> & ArrayLike<number> = Uint32Array.from(
  { length: 256 },
  (_, number) => messageByNumber(number)?.limitBytes ?? limits.controlBytes,
);

/** For people and messages: "DATA", or "type 0x7e". */
export const typeLabel = (number: number): string =>
  typeByNumber(number) ?? `type 0x${number.toString(16).padStart(2, '0')}`;
