/**
 * Payloads to bytes and back, for every type, driven by the catalog. This is the general road: one buffer for a
 * frame, one object for a payload. The hot paths of bulk.ts and manifest.ts are tested to agree with it.
 *
 * docs/PROTOCOL.md, "Messages".
 */

import * as v from 'valibot';
import { messageOf, type Payload, type TypeName, typeByNumber, typeLabel } from './catalog.ts';
import type { JsonMessage } from './catalog/message.ts';
import { componentRule } from './catalog/properties.ts';
import { formOf, schemaAt, secretPaths } from './catalog/schema.ts';
import { HexdropError } from '../errors/errors.ts';
import { readRecord, RecordFault, recordBytes, writeRecord } from './fields-codec.ts';
import { encodeHeader, type FrameHeader, headerOf } from './header.ts';
import { headerBytes, limits } from './limits.ts';
import { clip, decodeUtf8, encodeUtf8 } from '../base/text.ts';

export interface Place {
  readonly id: number;
  /** 0, the control connection, when absent. */
  readonly channel?: number | undefined;
  readonly flags?: number | undefined;
}

/**
 * One whole frame in a buffer of exactly its size. What would not be accepted by a peer is a fault of the
 * caller: it throws `internal`, or `frame-too-large` when the payload is over the limit of its type.
 */
export function encodeFrame<Name extends TypeName>(
  name: Name,
  place: Place,
  payload: Payload<Name>,
): Uint8Array<ArrayBuffer> {
  const message = messageOf(name);
  if (message.payload === 'binary') {
    const length = fits(name, recordBytes(message.fields, payload));
    const frame = new Uint8Array(headerBytes + length);
    encodeHeader(frame, 0, headerOf(name, place, length));
    writeRecord(message.fields, payload, frame, headerBytes);
    return frame;
  }
  const bytes = encodeUtf8(JSON.stringify(checked(name, message, payload, 'internal')));
  const frame = new Uint8Array(headerBytes + fits(name, bytes.length));
  encodeHeader(frame, 0, headerOf(name, place, bytes.length));
  frame.set(bytes, headerBytes);
  return frame;
}

function fits(name: TypeName, length: number): number {
  const allowed = messageOf(name).limitBytes;
  if (length <= allowed) return length;
  throw new HexdropError(
    'frame-too-large',
    `${name} would take ${length} bytes of payload; at most ${allowed} are allowed.`,
    {
      seen: `${length} bytes`,
      allowed: `${allowed} bytes`,
    },
  );
}

/** A payload with its type, for a switch over `type`. */
export type Decoded = {
  readonly [Name in TypeName]: { readonly type: Name; readonly payload: Payload<Name> };
}[TypeName];

/**
 * The payload of a frame. Throws bad-payload, unsafe-name for a name in JSON that is not one component of a path,
 * unknown-type for a type that this version does not know, and nothing else.
 */
export const decodePayload = (header: FrameHeader, bytes: Uint8Array): Payload<TypeName> =>
  decodeMessage(header, bytes).payload;

/** As decodePayload, together with the name of the type. */
export function decodeMessage(header: FrameHeader, bytes: Uint8Array): Decoded {
  const name = typeByNumber(header.type);
  if (name === undefined)
    throw new HexdropError('unknown-type', `This version does not know ${typeLabel(header.type)}.`);
  return { type: name, payload: decodePayloadOf(name, bytes) } as Decoded;
}

/** As decodePayload, where the type is known already. Binary content and digests are subarrays of `bytes`. */
export function decodePayloadOf<Name extends TypeName>(name: Name, bytes: Uint8Array): Payload<Name> {
  const message = messageOf(name);
  if (message.payload === 'json')
    return checked(name, message, parseJson(name, bytes), 'bad-payload') as Payload<Name>;
  try {
    return readRecord(message.fields, bytes) as Payload<Name>;
  } catch (error) {
    if (error instanceof RecordFault) throw badPayload(name, error.path, error.seen, error.allowed);
    throw badPayload(name, '', 'unreadable bytes', 'the fields of its type', error);
  }
}

export function badPayload(
  name: TypeName,
  path: string,
  seen: string,
  allowed: string,
  cause?: unknown,
): HexdropError {
  const where = path === '' ? name : `${name}, ${path}`;
  return new HexdropError('bad-payload', `${where}: seen ${seen}; allowed: ${allowed}.`, {
    seen,
    allowed,
    cause,
  });
}

function parseJson(name: TypeName, bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw badPayload(name, '', 'bytes that are not UTF-8', 'JSON in UTF-8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badPayload(name, '', text === '' ? 'no bytes' : 'text that is not JSON', 'a JSON object', error);
  }
}

function checked(
  name: TypeName,
  message: JsonMessage,
  value: unknown,
  code: 'bad-payload' | 'internal',
): unknown {
  let result: ReturnType<typeof v.safeParse<JsonMessage['schema']>>;
  if (Array.isArray(value)) throw badPayload(name, '', 'a list', 'a JSON object');
  try {
    result = v.safeParse(message.schema, value, { abortEarly: true, abortPipeEarly: true });
  } catch (error) {
    throw badPayload(name, '', 'unreadable JSON', 'the properties of its type', error);
  }
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue) ?? '';
  const seen = isSecret(message, path) ? 'a secret' : clip(describe(issue.input), limits.detailCharacters);
  const allowed = clip(allowedBy(message, issue), limits.detailCharacters);
  const error = badPayload(name, path, seen, allowed);
  if (code === 'bad-payload' && issue.message === componentRule) {
    throw new HexdropError('unsafe-name', error.message, { seen, allowed });
  }
  if (code === 'bad-payload') throw error;
  throw new HexdropError('internal', `A payload of our own is wrong: ${error.message}`, { seen, allowed });
}

const isSecret = (message: JsonMessage, path: string): boolean => secretPaths(message.schema).has(path);

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.length > 200 ? value.slice(0, 200) : value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value);
}

/** In the words of docs/PROTOCOL.md. A rule between properties says what it asks for; of a value the form says it. */
function allowedBy({ schema }: JsonMessage, issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => key);
  if (path.length === 0) return issue.type === 'check' ? issue.message : 'a JSON object';
  const at = schemaAt(schema, path);
  return at === undefined ? issue.message : formOf(at);
}
