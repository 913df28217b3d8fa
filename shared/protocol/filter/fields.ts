/**
 * The fields that a filter may name, once: what kind of value each has, what it means, which words it takes. The
 * parser, the completion, the help in the window and the documents go by this table.
 */

import { captureEventKinds } from '../../model/capture.ts';
import { typeNames } from '../catalog.ts';

/** `number` compares, `word` is one of a few, `text` is looked for within, `truth` stands alone, `bytes` is in the payload. */
type FieldKind = 'number' | 'word' | 'text' | 'truth' | 'bytes';

export interface FilterField {
  readonly kind: FieldKind;
  /** One short phrase. */
  readonly meaning: string;
  /** What a word may be. */
  readonly words?: readonly string[];
  /** The unit of a number: `bytes` takes 64k and 1M, `seconds` takes 1.5, 20ms and 2m. */
  readonly unit?: 'bytes' | 'seconds';
}

export const filterFields = {
  type: { kind: 'word', meaning: 'type of the frame', words: typeNames },
  dir: { kind: 'word', meaning: 'direction: in comes from the peer, out goes to it', words: ['in', 'out'] },
  kind: { kind: 'word', meaning: 'what the row tells', words: ['frame', 'event', 'loose', 'gap'] },
  event: { kind: 'word', meaning: 'what happened to a connection', words: captureEventKinds },
  chunk: {
    kind: 'word',
    meaning: 'how the frame lay in the chunks that brought it',
    words: ['exact', 'sticky', 'half', 'both'],
  },
  conn: { kind: 'number', meaning: 'number of the connection' },
  peer: { kind: 'text', meaning: 'alias or address of the other side' },
  id: { kind: 'number', meaning: 'id of the request' },
  len: { kind: 'number', meaning: 'bytes of payload', unit: 'bytes' },
  channel: { kind: 'number', meaning: '0 on a control connection, else the number of the lane' },
  time: {
    kind: 'number',
    meaning: 'seconds since the capture began, or since its first packet',
    unit: 'seconds',
  },
  n: { kind: 'number', meaning: 'number of the row' },
  offset: { kind: 'number', meaning: 'where the frame begins in its stream', unit: 'bytes' },
  tls: { kind: 'truth', meaning: 'travelled encrypted' },
  last: { kind: 'truth', meaning: 'carries the flag LAST' },
  cut: { kind: 'truth', meaning: 'the payload is not kept, or was not captured, whole' },
  marked: { kind: 'truth', meaning: 'marked by hand' },
  text: { kind: 'bytes', meaning: 'the kept bytes hold this text; letters of any script fit in either case' },
  bytes: { kind: 'bytes', meaning: 'the kept bytes hold these bytes, in hex: 48:58:44:31' },
} as const satisfies Readonly<Record<string, FilterField>>;

export type FieldName = keyof typeof filterFields;

export const fieldNames = Object.keys(filterFields) as readonly FieldName[];

export const isFieldName = (word: string): word is FieldName => Object.hasOwn(filterFields, word);

export const fieldOf = (name: FieldName): FilterField => filterFields[name];
