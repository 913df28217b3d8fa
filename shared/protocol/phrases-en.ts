/** What the protocol says of frames, in English. */

import { messageOf } from './catalog.ts';
import type { PhraseTable, TotalsArgs } from './phrases.ts';

const quoted = (text: string): string => `"${text}"`;
const more = (count: number): string => (count > 0 ? ` and ${count} more` : '');
const failed = (count: number): string => (count > 0 ? `, ${count} failed` : '');
const totals = ({ files, bytes, isComplete }: TotalsArgs): string =>
  `${isComplete ? '' : 'at least '}${files} files, ${bytes} bytes`;
const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const englishPhrases: PhraseTable = {
  'unknown-type': () => 'a type that this version does not know',
  'type-meaning': ({ type }) => messageOf(type).summary,
  'not-an-object': () => 'the payload is no JSON object',
  data: ({ file, bytes, at }) => `file ${file}, ${bytes} bytes at ${at}`,
  'pack-begun': () => 'small files',
  'pack-of-one': ({ file, bytes }) => `file ${file}, ${bytes} bytes`,
  pack: ({ files, first, bytes, isWhole }) =>
    `${isWhole ? '' : 'at least '}${files} files from ${first} on, ${bytes} bytes`,
  end: ({ file, bytes }) => `file ${file} is complete, ${bytes} bytes`,
  same: ({ file }) => `file ${file} is the same already`,
  content: ({ bytes, at, size }) => `${bytes} bytes at ${at} of ${size}`,
  manifest: ({ page, entries, from, isLast, first }) => {
    const names = first === undefined ? '' : `: ${quoted(first)}${entries > 1 ? ' ...' : ''}`;
    return `page ${page}, ${entries} entries from ${from}${isLast ? ', the last page' : ''}${names}`;
  },
  greeting: ({ alias, id, app, platform, digest }) => {
    const place = platform === undefined ? '' : ` on ${platform}`;
    return `${quoted(alias)} (${id}), ${app}${place}${digest === undefined ? '' : `, ${digest}`}`;
  },
  refusal: ({ code, message }) => (message === '' ? code : `${code}: ${message}`),
  fault: ({ file, code, message }) => `file ${file}: ${code}: ${message}`,
  notice: ({ path, message }) => `${quoted(path)}: ${message}`,
  bye: ({ reason }) => (reason === undefined ? 'the session ends' : `the session ends: ${reason}`),
  shares: () => 'the shares',
  quoted: ({ text }) => quoted(text),
  listing: ({ entries, path, hasMore }) =>
    `${entries} entries of ${path === undefined ? 'the list of shares' : quoted(path)}${hasMore ? ', and more' : ''}`,
  read: ({ bytes, at, path }) => `${bytes} bytes at ${at} of ${quoted(path)}`,
  get: ({ first, more: others }) => quoted(first) + more(others),
  offer: ({ first, more: others, totals: all }) => {
    const named = first === undefined ? 'nothing' : quoted(first);
    return all === undefined ? `${named} ...` : `${named}${more(others)}, ${totals(all)}`;
  },
  totals,
  accept: ({ isOnLane }) => `accepted; bulk comes on ${isOnLane ? 'a lane' : 'this connection'}`,
  want: ({ first, count, parts }) => {
    const span = count === 1 ? `entry ${first}` : `entries ${first} to ${first + count - 1}`;
    return `${span}${parts.length === 0 ? '' : `, with ${parts.join(', ')}`}`;
  },
  ack: ({ settled, bytes }) => `settled up to ${settled}, ${bytes} bytes on disk`,
  finish: ({ files, bytes, failed: lost }) => `${files} files, ${bytes} bytes${failed(lost)}`,
  pace: ({ bytesPerSecond: rate }) =>
    rate === undefined ? 'as fast as it goes' : rate === '0' ? 'paused' : `${rate} bytes a second`,

  meaning: ({ text }) => text,
  explained: ({ meaning, value }) => `${meaning}: ${value}`,

  bytes: ({ count }) => `${count} bytes`,
  entries: ({ count }) => `${count} entries`,
  items: ({ count }) => counted(count, 'item', 'items'),
  properties: ({ count }) => counted(count, 'property', 'properties'),
  'bytes-captured': ({ count, of }) => `${count} of ${of} bytes captured`,
  'bytes-present': ({ count, of }) => `${count} of ${of} bytes`,

  'no-magic': () => 'A frame must start with 48 58 44 31.',
  'too-long': ({ seen, allowed }) => `Seen ${seen} bytes; at most ${allowed} are allowed.`,
  'unknown-not-optional': () => 'Unknown, and not marked optional.',
  'undefined-bits': ({ bits }) => `Bits 0x${bits.toString(16)} are not defined.`,
  'misplaced-last': () => 'LAST has no meaning for this type.',
  'id-not-zero': () => 'This type carries id 0.',
  'id-zero': () => 'This type carries the id of a request.',
  'header-cut': ({ seen, of }) => `Only ${seen} of ${of} header bytes are here.`,
  surplus: ({ bytes, allowed, of }) =>
    `${bytes} bytes too many; allowed: ${of === 'frame' ? `a frame of ${allowed} bytes` : `${allowed} bytes`}.`,
  'not-allowed': ({ seen, allowed }) => `Seen ${seen}; allowed: ${allowed}.`,
  'bytes-not-allowed': ({ seen, least, most }) => `Seen ${seen} bytes; allowed: ${least} to ${most}.`,
  'entries-not-allowed': ({ seen, told, least, most }) =>
    `Seen ${seen} entries, told ${told}; allowed: ${least} to ${most}.`,
  'payload-ends': ({ after, of }) => `The payload ends after ${after} of ${of} bytes.`,
  'not-utf8': () => 'Not UTF-8.',
  'not-json': ({ at, what }) => `Not JSON from byte ${at} on: ${what}.`,
};
