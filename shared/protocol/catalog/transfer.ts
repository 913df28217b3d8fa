/**
 * Catalog rows of transfers: offer and answer, settlement, end. What is moved is in content.ts.
 * docs/PROTOCOL.md, "Transfers".
 */

import * as v from 'valibot';
import { limits } from '../limits.ts';
import { json } from './message.ts';
import {
  bytes,
  componentName,
  count,
  entryIndex,
  errorMessage,
  hexDigits,
  integer,
  listOf,
  means,
  sharePath,
  text,
  word,
} from './properties.ts';

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

export const transferMessages = {
  GET: json(
    0x20,
    {
      family: 'transfer',
      sender: 'sink',
      carrier: 'control',
      id: 'request',
      answers: ['OFFER'],
      opens: 'pull',
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
      opens: 'push',
      within: { in: ['asked'], to: 'offered' },
      limitBytes: limits.controlBytes,
      summary: 'Offers files and folders, or answers GET.',
    },
    v.pipe(
      v.object({
        transfer: transferId(),
        roots: means(
          listOf(
            v.object({
              name: means(componentName(), 'name at the top of the tree'),
              kind: means(v.picklist(['file', 'folder']), 'what it is'),
              size: means(bytes(), 'bytes of a file; 0 for a folder'),
            }),
            0,
            limits.offerRoots,
          ),
          'all entries at the top of the tree, or the first 100 of more',
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
                'port of the source that takes the lane; absent: the port that the sink dialed',
              ),
              token: means(hexDigits(32), 'one-time token that joins a lane to this transfer; random'),
            }),
          ),
          'the source offers to send the bulk on a lane',
        ),
      }),
      v.check(
        ({ roots, rootCount }) => roots.length === Math.min(rootCount, limits.offerRoots),
        `as many roots as rootCount, or the first ${limits.offerRoots} of them`,
      ),
    ),
  ),
  TOTALS: json(
    0x22,
    {
      family: 'transfer',
      sender: 'source',
      carrier: 'control',
      id: 'request',
      // On a lane, FINISH may overtake it.
      within: { in: ['offered', 'flowing', 'finishing'] },
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
      within: { in: ['offered'], to: 'flowing' },
      limitBytes: limits.smallControlBytes,
      summary: 'Accepts the offer and says which connection carries the bulk.',
    },
    v.object({
      bulk: means(v.picklist(['inline', 'lane']), 'the control connection, or a lane that the sink opens'),
      targetId: means(
        v.optional(hexDigits(64)),
        'the folder that it goes to, for a source on the same machine: see "Offer"',
      ),
    }),
  ),
  DECLINE: json(
    0x24,
    {
      family: 'transfer',
      sender: 'sink',
      carrier: 'control',
      id: 'request',
      answers: ['CANCEL'],
      // Manifest pages may be on their way: it ends like CANCEL, once the source has answered.
      within: { in: ['offered'], to: 'cancelling' },
      limitBytes: limits.smallControlBytes,
      summary: 'Declines the offer; answered by CANCEL.',
    },
    refusal(),
  ),
  FAULT: json(
    0x2b,
    {
      family: 'transfer',
      sender: 'both',
      carrier: 'bulk-or-control',
      id: 'request',
      within: { in: ['flowing', 'finishing'] },
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
      within: { in: ['flowing', 'finishing'] },
      limitBytes: limits.smallControlBytes,
      summary: 'Tells how far the sink is, which moves the manifest window on.',
    },
    v.object({
      settled: means(entryIndex(), 'every entry with a lower index is settled'),
      bytes: means(
        bytes(),
        'bytes of content stored under this `transfer`, in all attempts; see "Settlement"',
      ),
      resumedBytes: means(v.optional(bytes()), 'bytes that were there before, as far as known'),
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
      within: { in: ['flowing'], to: 'finishing' },
      limitBytes: limits.smallControlBytes,
      summary: 'Nothing more comes.',
    },
    v.object({
      files: means(count(), 'files sent or found the same in this attempt'),
      bytes: means(bytes(), 'bytes of content sent in this attempt'),
      failed: means(
        count(),
        'entries that failed on the side of the source, those that the manifest could not tell among them',
      ),
      omitted: means(count(), 'links, sockets, devices: not in the manifest'),
    }),
  ),
  DONE: json(
    0x2e,
    {
      family: 'transfer',
      sender: 'sink',
      carrier: 'control',
      id: 'request',
      within: { in: ['finishing'], to: 'over' },
      limitBytes: limits.smallControlBytes,
      summary: 'Everything is settled; the transfer is over.',
    },
    v.object({
      files: means(count(), 'files in place and verified, those that an earlier run had brought among them'),
      bytes: means(bytes(), 'bytes of content stored under this `transfer`, in all attempts'),
      skipped: means(count(), 'files not wanted or found the same'),
      same: means(v.optional(count()), 'those of them that were there already, with the same content'),
      failed: means(count(), 'files that failed on either side'),
      resumedBytes: means(bytes(), 'bytes that were there before'),
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
      within: { in: ['asked', 'offered', 'flowing', 'finishing'], to: 'cancelling' },
      limitBytes: limits.smallControlBytes,
      summary: 'Ends the transfer; answered by CANCEL.',
    },
    refusal(),
  ),
  PACE: json(
    0x30,
    {
      family: 'transfer',
      sender: 'both',
      carrier: 'bulk-or-control',
      id: 'request',
      // That of the sink may cross FINISH; that of the source could cross DONE.
      within: { in: ['flowing', 'finishing'], sourceIn: ['flowing'] },
      limitBytes: limits.smallControlBytes,
      summary: 'How fast bulk may come, or that it pauses.',
    },
    v.object({
      bytesPerSecond: means(
        v.optional(bytes()),
        '0: paused. Absent: as fast as it goes. From the sink it binds the source; from the source it is news',
      ),
    }),
  ),
  NOTICE: json(
    0x31,
    {
      family: 'transfer',
      sender: 'both',
      carrier: 'bulk-or-control',
      id: 'request',
      // That of the sink may cross FINISH; that of the source could cross DONE.
      within: { in: ['flowing', 'finishing'], sourceIn: ['flowing'] },
      limitBytes: limits.controlBytes,
      summary: 'Tells by name what is not in the manifest, or how a file that arrives differs.',
    },
    v.object({
      kind: means(word(), '`failed`, `omitted` or `note`: see "Notices"'),
      path: means(text(1, limits.pathCharacters), 'for people: path from the top of the tree, with "/"'),
      code: means(word(), 'why: see "Notices"'),
      message: means(errorMessage(), 'for people: what happened'),
    }),
  ),
} as const;
