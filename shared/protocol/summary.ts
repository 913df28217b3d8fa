/**
 * One line of words for a frame, for lists: what it says, not how. Works on as much of the payload as was kept; where
 * that is too little it says what the type means. Names in it are as sent: whoever shows them escapes them.
 */

import { messageByNumber, typeByNumber } from './catalog.ts';
import { flagLast } from './header.ts';
import { decodeUtf8 } from '../base/text.ts';

export interface SummarisedFrame {
  readonly type: number;
  readonly flags: number;
  /** Bytes of the whole payload. */
  readonly length: number;
}

/** Longer texts of a peer are cut: it is one line. */
const longestText = 80;

type Json = Readonly<Record<string, unknown>>;

/** @param kept the payload from its first byte on, as far as it is there */
export function summaryOf(frame: SummarisedFrame, kept: Uint8Array): string {
  const name = typeByNumber(frame.type);
  if (name === undefined) return 'a type that this version does not know';
  const view = new DataView(kept.buffer, kept.byteOffset, kept.byteLength);
  switch (name) {
    case 'DATA': {
      if (kept.length < 16) break;
      const content = frame.length - 48;
      return `file ${view.getUint32(0)}, ${content} bytes at ${u64(view, 8)}`;
    }
    case 'PACK':
      return packSummary(frame, view);
    case 'END':
      if (kept.length < 16) break;
      return `file ${view.getUint32(0)} is complete, ${u64(view, 8)} bytes`;
    case 'SAME':
      if (kept.length < 4) break;
      return `file ${view.getUint32(0)} is the same already`;
    case 'CONTENT':
      if (kept.length < 16) break;
      return `${frame.length - 16} bytes at ${u64(view, 8)} of ${u64(view, 0)}`;
    case 'MANIFEST': {
      if (kept.length < 12) break;
      const count = view.getUint32(8);
      const last = (frame.flags & flagLast) === 0 ? '' : ', the last page';
      const first = kept.length >= 52 ? firstName(kept, view) : undefined;
      const names = first === undefined ? '' : `: ${quoted(first)}${count > 1 ? ' ...' : ''}`;
      return `page ${view.getUint32(0)}, ${count} entries from ${view.getUint32(4)}${last}${names}`;
    }
    default: {
      const json = parsed(name, kept, frame.length);
      if (json === undefined && kept.length === frame.length) return 'the payload is no JSON object';
      const words = json === undefined ? undefined : jsonSummary(name, json);
      if (words !== undefined) return words;
    }
  }
  return messageByNumber(frame.type)?.summary ?? '';
}

function jsonSummary(name: string, json: Json): string | undefined {
  const text = (key: string): string => quoted(word(json[key]));
  switch (name) {
    case 'HELLO':
    case 'WELCOME': {
      if (json['alias'] === undefined) return undefined;
      const id = word(json['deviceId']).slice(0, 8);
      const place = json['platform'] === undefined ? '' : ` on ${plain(json['platform'])}`;
      const chosen = json['digest'] === undefined ? '' : `, ${word(json['digest'])}`;
      return `${text('alias')} (${id}), ${plain(json['app'])}${place}${chosen}`;
    }
    case 'ERROR':
    case 'DECLINE':
    case 'CANCEL': {
      const message = plain(json['message']);
      return message === '' ? plain(json['code']) : `${plain(json['code'])}: ${message}`;
    }
    case 'FAULT':
      return `file ${word(json['file'])}: ${plain(json['code'])}: ${plain(json['message'])}`;
    case 'NOTICE':
      return `${text('path')}: ${plain(json['message'])}`;
    case 'BYE':
      return json['reason'] === undefined ? 'the session ends' : `the session ends: ${plain(json['reason'])}`;
    case 'LIST':
      return json['path'] === '' ? 'the shares' : text('path');
    case 'LISTING': {
      const entries = Array.isArray(json['entries']) ? json['entries'].length : 0;
      return `${entries} entries of ${json['path'] === '' ? 'the list of shares' : text('path')}${json['more'] === true ? ', and more' : ''}`;
    }
    case 'STAT':
    case 'ENTRY':
      return text('path');
    case 'READ':
      return `${word(json['length'])} bytes at ${word(json['offset'])} of ${text('path')}`;
    case 'UNLOCK':
    case 'UNLOCKED':
      return text('share');
    case 'TEXT':
      return text('text');
    case 'GET': {
      const paths = Array.isArray(json['paths']) ? json['paths'] : [];
      return `${quoted(word(paths[0]))}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''}`;
    }
    case 'OFFER': {
      const roots = Array.isArray(json['roots']) ? json['roots'] : [];
      const [first] = roots as readonly Json[];
      const more = Number(json['rootCount'] ?? roots.length) - 1;
      const named = first === undefined ? 'nothing' : quoted(word(first['name']));
      // Only the beginning was kept: how much it is cannot be told.
      if (json['totals'] === undefined) return first === undefined ? undefined : `${named} ...`;
      return `${named}${more > 0 ? ` and ${more} more` : ''}, ${totals(json['totals'])}`;
    }
    case 'TOTALS':
      return totals(json);
    case 'ACCEPT':
      return json['bulk'] === 'lane'
        ? 'accepted; bulk comes on a lane'
        : 'accepted; bulk comes on this connection';
    case 'WANT': {
      const first = Number(json['first']);
      const count = Number(json['count']);
      const parts = ['skip', 'resume', 'resumeIf', 'unless', 'later'].flatMap((key) =>
        Array.isArray(json[key]) && json[key].length > 0 ? [key] : [],
      );
      const span = count === 1 ? `entry ${first}` : `entries ${first} to ${first + count - 1}`;
      return `${span}${parts.length === 0 ? '' : `, with ${parts.join(', ')}`}`;
    }
    case 'ACK':
      return `settled up to ${word(json['settled'])}, ${word(json['bytes'])} bytes on disk`;
    case 'FINISH':
    case 'DONE':
      return `${word(json['files'])} files, ${word(json['bytes'])} bytes${Number(json['failed']) > 0 ? `, ${word(json['failed'])} failed` : ''}`;
    case 'PACE': {
      const pace = json['bytesPerSecond'];
      return pace === undefined
        ? 'as fast as it goes'
        : pace === 0
          ? 'paused'
          : `${word(pace)} bytes a second`;
    }
    default:
      return undefined;
  }
}

function packSummary(frame: SummarisedFrame, view: DataView): string {
  let count = 0;
  let first: number | undefined;
  let at = 0;
  while (at + 8 <= view.byteLength) {
    first ??= view.getUint32(at);
    count += 1;
    at += 40 + view.getUint32(at + 4);
  }
  if (first === undefined) return 'small files';
  const isAll = at === frame.length;
  return count === 1 && isAll
    ? `file ${first}, ${frame.length - 40} bytes`
    : `${isAll ? '' : 'at least '}${count} files from ${first} on, ${frame.length} bytes`;
}

function firstName(kept: Uint8Array, view: DataView): string | undefined {
  const length = view.getUint16(14);
  const start = 52;
  return kept.length < start + length ? undefined : decodeUtf8(kept.subarray(start, start + length));
}

function totals(value: unknown): string {
  const { files, bytes, complete } = (value ?? {}) as Json;
  return `${complete === true ? '' : 'at least '}${word(files ?? 0)} files, ${word(bytes ?? 0)} bytes`;
}

/** Said by their first properties: the beginning is enough. */
const tellsEarly: ReadonlySet<string> = new Set(['HELLO', 'WELCOME', 'OFFER']);

function parsed(name: string, kept: Uint8Array, length: number): Json | undefined {
  const isCut = kept.length < length;
  if (isCut && !tellsEarly.has(name)) return undefined;
  try {
    const text = isCut ? wholeMembers(new TextDecoder().decode(kept)) : (decodeUtf8(kept) ?? '');
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** A JSON text that ends early, up to its last whole member or item, with its brackets closed. */
function wholeMembers(text: string): string {
  const open: string[] = [];
  let isInString = false;
  let whole = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') open.push(character === '{' ? '}' : ']');
    else if (character === '}' || character === ']') open.pop();
    else if (character === ',') whole = text.slice(0, at) + open.toReversed().join('');
  }
  return whole;
}

/** What a payload may be is not known here: only what has a plain form is shown. */
const word = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

const plain = (value: unknown): string => clipped(typeof value === 'string' ? value : '');
const quoted = (text: string): string => `"${clipped(text)}"`;
const clipped = (text: string): string =>
  text.length > longestText ? `${text.slice(0, longestText)}…` : text;

function u64(view: DataView, at: number): string {
  const value = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  return String(value);
}
