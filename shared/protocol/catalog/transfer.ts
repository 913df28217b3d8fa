/** Catalog rows of transfers: offer, manifest, wants, bulk, settlement. docs/PROTOCOL.md, "Transfers". */

import * as v from 'valibot';
import { chunkBytes, digestBytes, limits, versionBytes } from '../limits.ts';
import * as field from './fields.ts';
import { binary, json } from './message.ts';
import {
  bytes,
  count,
  entryIndex,
  entryName,
  errorMessage,
  hexDigits,
  integer,
  listOf,
  means,
  sharePath,
  text,
  word,
} from './properties.ts';
import { wantRule, wantRuleText } from './want-rule.ts';

const transferId = () => means(hexDigits(32), 'names the transfer on both sides; random');

const totals = {
  files: means(count(), 'files counted so far'),
  folders: means(count(), 'folders counted so far'),
  bytes: means(bytes(), 'bytes of all files counted so far'),
  complete: means(v.boolean(), 'whether counting is over'),
};

const refusal = () =>
  v.object({
    code: means(word(), 'one of the codes in "Errors"'),
    message: means(errorMessage(), 'for people: why'),
  });

const fileIndex = () => field.index('file', 'index of the manifest entry');

const chain = () => means(hexDigits(64), 'chain value');

const spans = () =>
  listOf(
    v.tuple([
      means(entryIndex(), 'first entry'),
      means(integer(1, limits.windowEntries), 'number of entries'),
    ]),
    0,
    limits.manifestPageEntries,
  );

export const transferMessages = {
  GET: json(
    0x20,
    {
      family: 'transfer',
      sender: 'sink',
      carrier: 'control',
      id: 'request',
      answers: ['OFFER'],
      limitBytes: limits.controlBytes,
      summary: 'Asks for files and folders; answered by an OFFER of the same id.',
    },
    v.object({
      transfer: transferId(),
      paths: means(
        listOf(text(1, limits.pathCharacters), 1, limits.getPaths),
        'what is wanted, share name first',
      ),
    }),
  ),
  OFFER: json(
    0x21,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'control',
      id: 'request',
      answers: ['ACCEPT', 'DECLINE', 'CANCEL'],
      limitBytes: limits.controlBytes,
      summary: 'Offers files and folders, or answers GET.',
    },
    v.object({
      transfer: transferId(),
      roots: means(
        listOf(
          v.object({
            name: means(entryName(), 'name at the top of the tree'),
            kind: means(v.picklist(['file', 'folder']), 'what it is'),
            size: means(bytes(), 'bytes of a file; 0 for a folder'),
          }),
          0,
          limits.offerRoots,
        ),
        'the first entries at the top of the tree, to show',
      ),
      rootCount: means(count(), 'number of all entries at the top of the tree'),
      totals: means(v.object(totals), 'what the transfer consists of, as far as counted'),
      target: means(
        v.optional(v.object({ path: means(sharePath(), 'folder in a writable share of the sink') })),
        'where it shall go; absent: where the sink receives',
      ),
      lane: means(
        v.optional(
          v.object({
            port: means(
              v.optional(integer(1, 65_535)),
              'port of the source that takes lanes; absent: the sink dialed it already',
            ),
            token: means(hexDigits(32), 'one-time token that joins a lane to this transfer'),
          }),
        ),
        'the source takes the bulk on a lane as well',
      ),
    }),
  ),
  TOTALS: json(
    0x22,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.smallControlBytes,
      summary: 'Tells better totals while the source still counts.',
    },
    v.object(totals),
  ),
  ACCEPT: json(
    0x23,
    {
      family: 'transfer',
      sender: 'sink',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.smallControlBytes,
      summary: 'Accepts the offer and says which connection carries the bulk.',
    },
    v.object({
      bulk: means(v.picklist(['inline', 'lane']), 'the control connection, or a lane that the sink opens'),
    }),
  ),
  DECLINE: json(
    0x24,
    {
      family: 'transfer',
      sender: 'sink',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.smallControlBytes,
      summary: 'Declines the offer; the transfer is over.',
    },
    refusal(),
  ),
  MANIFEST: binary(
    0x25,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'control',
      id: 'request',
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
      limitBytes: limits.controlBytes,
      summary: 'Decides about a span of entries: which are wanted, from where, on what condition.',
    },
    v.pipe(
      v.object({
        first: means(entryIndex(), 'first entry of the span'),
        count: means(integer(1, limits.windowEntries), 'entries in the span'),
        skip: means(v.optional(spans()), '[first, count]: not wanted'),
        resume: means(
          v.optional(
            listOf(
              v.tuple([
                means(entryIndex(), 'entry'),
                means(resumeOffset(), 'offset of the first byte to send'),
                chain(),
              ]),
              0,
              limits.manifestPageEntries,
            ),
          ),
          '[entry, offset, chain]: wanted from this offset on, where the chain has this value',
        ),
        unless: means(
          v.optional(listOf(v.tuple([means(entryIndex(), 'entry'), chain()]), 0, limits.manifestPageEntries)),
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
      limitBytes: limits.bulkMarkBytes,
      summary: 'The file has the chain that WANT named in `unless`; it is not sent.',
    },
    [fileIndex(), field.reserved('u32')],
  ),
  FAULT: json(
    0x2b,
    {
      family: 'transfer',
      sender: 'both',
      carrier: 'any',
      id: 'request',
      limitBytes: limits.smallControlBytes,
      summary: 'One file failed on the sender of this frame; the others go on.',
    },
    v.object({
      file: means(entryIndex(), 'index of the manifest entry'),
      code: means(word(), 'one of the codes in "Errors"'),
      message: means(errorMessage(), 'for people: what happened'),
    }),
  ),
  ACK: json(
    0x2c,
    {
      family: 'transfer',
      sender: 'sink',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.smallControlBytes,
      summary: 'Tells how far the sink is, which moves the manifest window on.',
    },
    v.object({
      settled: means(entryIndex(), 'every entry with a lower index is settled'),
      bytes: means(
        bytes(),
        'bytes committed to disk in this transfer; skipped and resumed ones do not count',
      ),
    }),
  ),
  FINISH: json(
    0x2d,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'bulk',
      id: 'request',
      answers: ['DONE', 'CANCEL'],
      limitBytes: limits.smallControlBytes,
      summary: 'Nothing more comes.',
    },
    v.object({
      files: means(count(), 'files sent or found the same'),
      bytes: means(bytes(), 'bytes of content sent'),
      failed: means(count(), 'files that failed on the side of the source'),
      omitted: means(count(), 'links, sockets, devices and names that are not UTF-8: not in the manifest'),
    }),
  ),
  DONE: json(
    0x2e,
    {
      family: 'transfer',
      sender: 'sink',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.smallControlBytes,
      summary: 'Everything is settled; the transfer is over.',
    },
    v.object({
      files: means(count(), 'files whole and verified in this transfer'),
      bytes: means(bytes(), 'bytes committed in this transfer'),
      skipped: means(count(), 'files not wanted or found the same'),
      failed: means(count(), 'files that failed on either side'),
      resumedBytes: means(bytes(), 'bytes that an earlier transfer had brought'),
    }),
  ),
  CANCEL: json(
    0x2f,
    {
      family: 'transfer',
      sender: 'both',
      carrier: 'control',
      id: 'request',
      answers: ['CANCEL'],
      limitBytes: limits.smallControlBytes,
      summary: 'Ends the transfer; answered by CANCEL.',
    },
    refusal(),
  ),
} as const;

function resumeOffset() {
  return v.pipe(
    v.number(),
    v.check(
      (value) => Number.isSafeInteger(value) && value > 0 && value % chunkBytes === 0,
      `a multiple of ${chunkBytes} above 0`,
    ),
  );
}
