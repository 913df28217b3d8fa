/**
 * What a frame says, for one line in a list: a phrase that each language renders. Works on as much of the payload as was
 * kept; where that is too little it says what the type means. Names in it are as sent: whoever shows them escapes them.
 */

import { messageOf, typeByNumber } from './catalog.ts';
import type { TypeName } from './catalog.ts';
import { flagLast } from './header.ts';
import { phrase } from './phrases.ts';
import type { Phrase, TotalsArgs } from './phrases.ts';
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
export function summaryOf(frame: SummarisedFrame, kept: Uint8Array): Phrase {
  const name = typeByNumber(frame.type);
  if (name === undefined) return phrase('unknown-type', {});
  const { payload } = messageOf(name);
  const said = payload === 'json' ? ofJson(name, frame, kept) : ofBinary(name, frame, kept);
  return said ?? phrase('type-meaning', { type: name });
}

function ofBinary(name: TypeName, frame: SummarisedFrame, kept: Uint8Array): Phrase | undefined {
  const view = new DataView(kept.buffer, kept.byteOffset, kept.byteLength);
  const holds = (bytes: number): boolean => kept.length >= bytes;
  switch (name) {
    case 'DATA':
      if (!holds(16)) return undefined;
      return phrase('data', { file: view.getUint32(0), bytes: frame.length - 48, at: u64(view, 8) });
    case 'PACK':
      return packSummary(frame, view);
    case 'END':
      return holds(16) ? phrase('end', { file: view.getUint32(0), bytes: u64(view, 8) }) : undefined;
    case 'SAME':
      return holds(4) ? phrase('same', { file: view.getUint32(0) }) : undefined;
    case 'CONTENT':
      if (!holds(16)) return undefined;
      return phrase('content', { bytes: frame.length - 16, at: u64(view, 8), size: u64(view, 0) });
    case 'MANIFEST':
      if (!holds(12)) return undefined;
      return phrase('manifest', {
        page: view.getUint32(0),
        entries: view.getUint32(8),
        from: view.getUint32(4),
        isLast: (frame.flags & flagLast) !== 0,
        first: holds(52) ? clippedName(kept, view) : undefined,
      });
    default:
      return undefined;
  }
}

function ofJson(name: TypeName, frame: SummarisedFrame, kept: Uint8Array): Phrase | undefined {
  const json = parsed(name, kept, frame.length);
  if (json !== undefined) return jsonSummary(name, json);
  return kept.length === frame.length ? phrase('not-an-object', {}) : undefined;
}

function jsonSummary(name: TypeName, json: Json): Phrase | undefined {
  const text = (key: string): string => clipped(word(json[key]));
  const list = (key: string): readonly unknown[] => (Array.isArray(json[key]) ? json[key] : []);
  switch (name) {
    case 'HELLO':
    case 'WELCOME':
      if (json['alias'] === undefined) return undefined;
      return phrase('greeting', {
        alias: text('alias'),
        id: word(json['deviceId']).slice(0, 8),
        app: plain(json['app']),
        platform: json['platform'] === undefined ? undefined : plain(json['platform']),
        digest: json['digest'] === undefined ? undefined : word(json['digest']),
      });
    case 'ERROR':
    case 'DECLINE':
    case 'CANCEL':
      return phrase('refusal', { code: plain(json['code']), message: plain(json['message']) });
    case 'FAULT':
      return phrase('fault', {
        file: word(json['file']),
        code: plain(json['code']),
        message: plain(json['message']),
      });
    case 'NOTICE':
      return phrase('notice', { path: text('path'), message: plain(json['message']) });
    case 'BYE':
      return phrase('bye', { reason: json['reason'] === undefined ? undefined : plain(json['reason']) });
    case 'LIST':
      return json['path'] === '' ? phrase('shares', {}) : phrase('quoted', { text: text('path') });
    case 'LISTING':
      return phrase('listing', {
        entries: list('entries').length,
        path: json['path'] === '' ? undefined : text('path'),
        hasMore: json['more'] === true,
      });
    case 'STAT':
    case 'ENTRY':
      return phrase('quoted', { text: text('path') });
    case 'READ':
      return phrase('read', { bytes: word(json['length']), at: word(json['offset']), path: text('path') });
    case 'UNLOCK':
    case 'UNLOCKED':
      return phrase('quoted', { text: text('share') });
    case 'TEXT':
      return phrase('quoted', { text: text('text') });
    case 'GET': {
      const paths = list('paths');
      return phrase('get', { first: clipped(word(paths[0])), more: paths.length - 1 });
    }
    case 'OFFER': {
      const roots = list('roots') as readonly Json[];
      const [first] = roots;
      // Only the beginning was kept: how much it is cannot be told.
      if (json['totals'] === undefined && first === undefined) return undefined;
      return phrase('offer', {
        first: first === undefined ? undefined : clipped(word(first['name'])),
        more: Number(json['rootCount'] ?? roots.length) - 1,
        totals: json['totals'] === undefined ? undefined : totals(json['totals']),
      });
    }
    case 'TOTALS':
      return phrase('totals', totals(json));
    case 'ACCEPT':
      return phrase('accept', { isOnLane: json['bulk'] === 'lane' });
    case 'WANT':
      return phrase('want', {
        first: Number(json['first']),
        count: Number(json['count']),
        parts: ['skip', 'resume', 'resumeIf', 'unless', 'later'].filter((key) => list(key).length > 0),
      });
    case 'ACK':
      return phrase('ack', { settled: word(json['settled']), bytes: word(json['bytes']) });
    case 'FINISH':
    case 'DONE':
      return phrase('finish', {
        files: word(json['files']),
        bytes: word(json['bytes']),
        failed: Number(json['failed']),
      });
    case 'PACE': {
      const rate = json['bytesPerSecond'];
      return phrase('pace', { bytesPerSecond: rate === undefined ? undefined : word(rate) });
    }
    default:
      return undefined;
  }
}

function packSummary(frame: SummarisedFrame, view: DataView): Phrase {
  let files = 0;
  let first: number | undefined;
  let at = 0;
  while (at + 8 <= view.byteLength) {
    first ??= view.getUint32(at);
    files += 1;
    at += 40 + view.getUint32(at + 4);
  }
  if (first === undefined) return phrase('pack-begun', {});
  const isWhole = at === frame.length;
  return files === 1 && isWhole
    ? phrase('pack-of-one', { file: first, bytes: frame.length - 40 })
    : phrase('pack', { files, first, bytes: frame.length, isWhole });
}

function clippedName(kept: Uint8Array, view: DataView): string | undefined {
  const name = firstName(kept, view);
  return name === undefined ? undefined : clipped(name);
}

function firstName(kept: Uint8Array, view: DataView): string | undefined {
  const length = view.getUint16(14);
  const start = 52;
  return kept.length < start + length ? undefined : decodeUtf8(kept.subarray(start, start + length));
}

function totals(value: unknown): TotalsArgs {
  const { files, bytes, complete } = (value ?? {}) as Json;
  return { files: word(files ?? 0), bytes: word(bytes ?? 0), isComplete: complete === true };
}

/** The first properties of these types are enough to say what they are. */
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
const clipped = (text: string): string =>
  text.length > longestText ? `${text.slice(0, longestText)}…` : text;

const u64 = (view: DataView, at: number): number => view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
