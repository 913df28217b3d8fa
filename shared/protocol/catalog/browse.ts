/** Catalog rows of browsing: lists of shares and folders, single entries, PINs, ranges of files. docs/PROTOCOL.md, "Browsing". */

import * as v from 'valibot';
import { chunkBytes, limits } from '../limits.ts';
import * as field from './fields.ts';
import { binary, json } from './message.ts';
import {
  bytes,
  componentName,
  entryName,
  integer,
  listOf,
  means,
  mtime,
  secret,
  sharePath,
  text,
  word,
} from './properties.ts';

const entry = () =>
  v.object({
    name: means(componentName(), 'the name'),
    kind: means(v.picklist(['share', 'folder', 'file']), 'what it is'),
    size: means(v.optional(bytes()), 'bytes of a file'),
    mtime: means(v.optional(mtime()), 'time of last change, microseconds since the epoch'),
    executable: means(v.optional(v.boolean()), 'a file that may be run'),
    writable: means(v.optional(v.boolean()), 'a share that takes uploads'),
    locked: means(v.optional(v.boolean()), 'a share that asks for a PIN and has not had it in this session'),
  });

const omission = () =>
  v.object({
    name: means(text(1, limits.nameBytes), 'the name, as far as it can be told'),
    code: means(word(), 'why: a `code` of `omitted` or `failed` in "Notices"'),
  });

export const browseMessages = {
  LIST: json(
    0x10,
    {
      family: 'browse',
      sender: 'asker',
      carrier: 'control',
      id: 'request',
      answers: ['LISTING'],
      opens: 'question',
      limitBytes: limits.controlBytes,
      summary: 'Asks what is in a folder, or with an empty path which shares there are.',
    },
    v.object({
      path: means(sharePath(), 'the folder; empty for the list of shares'),
      after: means(v.optional(entryName()), 'go on behind the entry of this name'),
    }),
  ),
  LISTING: json(
    0x11,
    {
      family: 'browse',
      sender: 'answerer',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.controlBytes,
      summary: 'Answers LIST with one page of entries in byte order of their names.',
    },
    v.object({
      path: means(sharePath(), 'the path that was asked for'),
      writable: means(v.boolean(), 'whether uploads into this folder are taken'),
      entries: means(listOf(entry(), 0, limits.listingEntries), 'the entries'),
      more: means(v.boolean(), 'another LIST with `after` brings more'),
      omittedCount: means(
        v.optional(integer(1, Number.MAX_SAFE_INTEGER)),
        'entries of the folder that lie in this page and are not listed; absent: none',
      ),
      omitted: means(
        v.optional(listOf(omission(), 1, limits.listingOmissions)),
        'the first of them, for people',
      ),
    }),
  ),
  STAT: json(
    0x12,
    {
      family: 'browse',
      sender: 'asker',
      carrier: 'control',
      id: 'request',
      answers: ['ENTRY'],
      opens: 'question',
      limitBytes: limits.controlBytes,
      summary: 'Asks about a single file, folder or share.',
    },
    v.object({ path: means(text(1, limits.pathCharacters), 'the path') }),
  ),
  ENTRY: json(
    0x13,
    {
      family: 'browse',
      sender: 'answerer',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.controlBytes,
      summary: 'Answers STAT.',
    },
    v.object({
      path: means(text(1, limits.pathCharacters), 'the path that was asked for'),
      entry: means(entry(), 'what is there'),
    }),
  ),
  UNLOCK: json(
    0x14,
    {
      family: 'browse',
      sender: 'asker',
      carrier: 'control',
      id: 'request',
      answers: ['UNLOCKED'],
      opens: 'question',
      limitBytes: limits.smallControlBytes,
      summary: 'Gives the PIN of a share; it holds for this session.',
    },
    v.object({
      share: means(entryName(), 'the name of the share'),
      pin: secret(text(1, limits.pinCharacters), 'the PIN'),
    }),
  ),
  UNLOCKED: json(
    0x15,
    {
      family: 'browse',
      sender: 'answerer',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.smallControlBytes,
      summary: 'Answers UNLOCK: the share is open.',
    },
    v.object({ share: means(entryName(), 'the name of the share') }),
  ),
  READ: json(
    0x16,
    {
      family: 'browse',
      sender: 'asker',
      carrier: 'control',
      id: 'request',
      answers: ['CONTENT'],
      opens: 'question',
      limitBytes: limits.controlBytes,
      summary: 'Asks for a range of a file, to look at it without fetching it.',
    },
    v.object({
      path: means(text(1, limits.pathCharacters), 'the file'),
      offset: means(bytes(), 'first byte of the range'),
      length: means(integer(1, chunkBytes), 'bytes of the range'),
    }),
  ),
  CONTENT: binary(
    0x17,
    {
      family: 'browse',
      sender: 'answerer',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.contentBytes,
      summary: 'Answers READ: the bytes that the file has in that range.',
    },
    [
      field.number('size', 'u64', 'size', 'bytes of the whole file'),
      field.number('offset', 'u64', 'size', 'first byte of the range, as asked for'),
      field.content('content', 'rest', 0, chunkBytes, 'the bytes; fewer than asked for where the file ends'),
    ],
  ),
} as const;
