/** Files of the engine's machine, chosen in the program's own browser or by the shell, and files that a page streams. */

import * as v from 'valibot';

import type { LocalFolder, PickedItem, Place } from '../../model/local.ts';
import { count, nothing, ref, refs } from './atoms.ts';
import { call, parserOf } from './define.ts';

const place = parserOf<Place>()(
  v.object({
    ref,
    kind: v.picklist(['home', 'desktop', 'documents', 'downloads', 'pictures', 'received', 'root', 'drive']),
    name: v.string(),
  }),
);
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

export const localFolder = parserOf<LocalFolder>()(
  v.object({
    ref,
    name: v.string(),
    shownPath: v.string(),
    crumbs: v.array(v.object({ ref, name: v.string() })),
    entries: v.array(
      v.object({
        ref,
        name: v.string(),
        kind: v.picklist(['file', 'folder', 'other']),
        size: v.number(),
        mtimeMs: v.number(),
        isHidden: v.boolean(),
      }),
    ),
    hiddenCount: v.exactOptional(count),
    freeBytes: v.exactOptional(v.number()),
    isWritable: v.boolean(),
  }),
);

export const pickedItem = parserOf<PickedItem>()(
  v.object({
    ref,
    name: v.string(),
    kind: v.picklist(['file', 'folder']),
    files: count,
    bytes: count,
    complete: v.boolean(),
    shownPath: v.exactOptional(v.string()),
  }),
);

/** An entry of a tree that a page streams: paths with `/`, folders before what they hold. */
const uploadEntry = v.strictObject({
  path: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
  kind: v.picklist(['file', 'folder']),
  size: count,
  mtimeMs: v.number(),
});

export const fileCalls = {
  'files.places': call(nothing, v.object({ places: v.array(place) })),
  'files.list': call(v.strictObject({ ref }), localFolder),
  /** A path as a person types it, of the engine's machine; `~` is home. */
  'files.resolve': call(
    v.strictObject({ path: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096)) }),
    v.object({ ref, kind: v.picklist(['file', 'folder']) }),
  ),
  'files.makeFolder': call(v.strictObject({ ref, name }), v.object({ ref })),
  /** Counts for a short while; what is larger comes back with `complete: false`. */
  'files.measure': call(v.strictObject({ refs }), v.object({ items: v.array(pickedItem) })),

  /** A tree of the page: entries follow in as many calls as it takes, content when the engine asks (`upload-wanted`). */
  'uploads.begin': call(nothing, v.object({ upload: ref })),
  'uploads.entries': call(
    v.strictObject({ upload: ref, entries: v.pipe(v.array(uploadEntry), v.maxLength(2000)) }),
    nothing,
  ),
  /** The tree is told: one item for each name at its top, with the refs that `transfers.send` takes. */
  'uploads.complete': call(v.strictObject({ upload: ref }), v.object({ items: v.array(pickedItem) })),
  /**
   * Content of one part that is wanted, beside it as bytes: of file number `file` from `offset` on, which is where the
   * part stands. Answered at once; `more`: the part is not whole yet, and still needed. What is wanted at a time is
   * bounded, which is all the backpressure there is.
   */
  'uploads.push': call(
    v.strictObject({ upload: ref, request: count, file: count, offset: count }),
    v.object({ more: v.boolean() }),
    'args',
  ),
  /** The same for small files: several parts, each whole, one behind the other. Those that are of no use any more are passed over. */
  'uploads.pushWhole': call(
    v.strictObject({
      upload: ref,
      parts: v.pipe(
        v.array(v.strictObject({ request: count, bytes: count })),
        v.minLength(1),
        v.maxLength(1_000),
      ),
    }),
    nothing,
    'args',
  ),
  /** The page cannot read this file (any more). */
  'uploads.fail': call(
    v.strictObject({
      upload: ref,
      request: count,
      file: count,
      message: v.pipe(v.string(), v.maxLength(500)),
    }),
    nothing,
  ),
  /** The same page over a new link, within seconds: what is wanted is told again, from where it stands. */
  'uploads.continue': call(v.strictObject({ upload: ref }), nothing),
  'uploads.drop': call(v.strictObject({ upload: ref }), nothing),
};
