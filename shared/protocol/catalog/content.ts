/**
 * Catalog rows of what a transfer moves: manifest, wants, bulk. docs/PROTOCOL.md, "Manifest", "WANT", "Bulk".
 */

import * as v from 'valibot';
import { chunkBytes, digestBytes, limits, versionBytes } from '../limits.ts';
import * as field from './fields.ts';
import { binary, json } from './message.ts';
import { entryIndex, hexDigits, integer, item, listOf, means } from './properties.ts';
import { wantRule, wantRuleText } from './want-rule.ts';

const fileIndex = () => field.index('file', 'index of the manifest entry');

const chain = () => item('chain', hexDigits(64), 'chain value');

const resumeOffset = () =>
  v.pipe(
    v.number(),
    v.check(
      (value) => Number.isSafeInteger(value) && value > 0 && value % chunkBytes === 0,
      `a multiple of ${chunkBytes} above 0`,
    ),
  );

const resumption = () =>
  v.tuple([
    item('entry', entryIndex(), 'entry'),
    item('offset', resumeOffset(), 'offset of the first byte to send'),
    chain(),
  ]);

const spans = () =>
  listOf(
    v.tuple([
      item('first', entryIndex(), 'first entry'),
      item('count', integer(1, limits.windowEntries), 'number of entries'),
    ]),
    0,
    limits.manifestPageEntries,
  );

export const contentMessages = {
  MANIFEST: binary(
    0x25,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'control',
      id: 'request',
      // On a lane, FINISH may overtake it.
      within: { in: ['offered', 'flowing', 'finishing'] },
      limitBytes: limits.manifestBytes,
      hasLast: true,
      summary: 'One page of the list of files and folders; flag LAST on the last page.',
    },
    [
      field.number('page', 'u32', 'number', 'number of the page, from 0'),
      field.index('first', 'index of its first entry'),
      field.measure('count', 'u32', 'entries', 'entries in the page'),
      field.list(
        'entries',
        'measured',
        0,
        limits.manifestPageEntries,
        [
          field.choice('kind', { file: 1, folder: 2 }, 'what it is'),
          field.toggle('entryFlags', 'executable', 0x01, 'a file that may be run'),
          field.measure('nameLength', 'u16', 'name', 'bytes of the name'),
          field.index('parent', 'index of the folder that holds it; none: at the top', { mayBeNone: true }),
          field.number('size', 'u64', 'size', 'bytes of a file; 0 for a folder'),
          field.number('mtime', 'i64', 'time', 'time of last change, microseconds since the epoch'),
          field.hex('version', versionBytes, 'opaque; changes when the file changes'),
          field.text('name', 1, limits.nameBytes, 'one component of a path'),
        ],
        'the entries',
      ),
    ],
  ),
  WANT: json(
    0x26,
    {
      family: 'transfer',
      sender: 'sink',
      carrier: 'control',
      id: 'request',
      // After FINISH it can only be about folders, which need none.
      within: { in: ['flowing', 'finishing'] },
      limitBytes: limits.controlBytes,
      summary: 'Decides about a span of entries: which are wanted, from where, on what condition.',
    },
    v.pipe(
      v.object({
        first: means(entryIndex(), 'first entry of the span'),
        count: means(integer(1, limits.windowEntries), 'entries in the span'),
        skip: means(v.optional(spans()), '[first, count]: not wanted'),
        resume: means(
          v.optional(listOf(resumption(), 0, limits.manifestPageEntries)),
          '[entry, offset, chain]: wanted from this offset on, where the chain has this value',
        ),
        resumeIf: means(
          v.optional(listOf(resumption(), 0, limits.manifestPageEntries)),
          '[entry, offset, chain]: wanted from this offset on if the chain has this value there, else from its start',
        ),
        unless: means(
          v.optional(
            listOf(v.tuple([item('entry', entryIndex(), 'entry'), chain()]), 0, limits.manifestPageEntries),
          ),
          '[entry, chain]: wanted unless its chain has this value',
        ),
        later: means(v.optional(spans()), '[first, count]: decided by a later WANT'),
      }),
      v.check((want) => wantRule(want), wantRuleText),
    ),
  ),
  DATA: binary(
    0x27,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'bulk',
      id: 'request',
      within: { in: ['flowing'] },
      limitBytes: limits.bulkBytes,
      isBulk: true,
      summary: 'One chunk of a file.',
    },
    [
      fileIndex(),
      field.reserved('u32'),
      field.number('offset', 'u64', 'size', 'where the chunk stands in the file', { multipleOf: chunkBytes }),
      field.digest('digest', digestBytes, 'digest of the chunk'),
      field.content('content', 'rest', 1, chunkBytes, 'the bytes of the chunk'),
    ],
  ),
  PACK: binary(
    0x28,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'bulk',
      id: 'request',
      within: { in: ['flowing'] },
      limitBytes: limits.bulkBytes,
      isBulk: true,
      summary: 'Many small files, each whole.',
    },
    [
      field.list(
        'entries',
        'rest',
        1,
        limits.packEntries,
        [
          fileIndex(),
          field.measure('length', 'u32', 'content', 'bytes of the file'),
          field.digest('digest', digestBytes, 'digest of the file'),
          field.content('content', 'measured', 0, chunkBytes, 'the bytes of the file'),
        ],
        'the files',
      ),
    ],
  ),
  END: binary(
    0x29,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'bulk',
      id: 'request',
      within: { in: ['flowing'] },
      limitBytes: limits.bulkMarkBytes,
      summary: 'The file that came in DATA frames is complete.',
    },
    [
      fileIndex(),
      field.reserved('u32'),
      field.number('size', 'u64', 'size', 'bytes of the file'),
      field.digest('digest', digestBytes, 'chain of the file'),
    ],
  ),
  SAME: binary(
    0x2a,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'bulk',
      id: 'request',
      within: { in: ['flowing'] },
      limitBytes: limits.bulkMarkBytes,
      summary: 'The file has the chain that WANT named in `unless`; it is not sent.',
    },
    [fileIndex(), field.reserved('u32')],
  ),
} as const;
