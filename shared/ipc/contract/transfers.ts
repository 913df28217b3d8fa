/** Sending, answering offers, watching and steering transfers, their history. */

import * as v from 'valibot';

import type { ListedEntry } from '../../model/share.ts';
import {
  cardId,
  conflictPolicy,
  count,
  nothing,
  pin,
  reach,
  ref,
  refs,
  remotePath,
  target,
  transferId,
} from './atoms.ts';
import { call, parserOf } from './define.ts';
import { fileFault, fileNotice, fileOmission, transferCard } from './views.ts';

const started = v.object({ id: transferId });
const oneTransfer = v.strictObject({ id: transferId });

export const transferCalls = {
  'transfers.send': call(v.strictObject({ to: target, refs, ...reach }), started),
  'transfers.pause': call(oneTransfer, nothing),
  'transfers.resume': call(oneTransfer, nothing),
  'transfers.cancel': call(oneTransfer, nothing),
  /** Starts it again: what is there already does not come twice. The answer is the new transfer. */
  'transfers.retry': call(oneTransfer, started),
  /** From the list and from the history; one that runs is refused. */
  'transfers.remove': call(oneTransfer, nothing),
  /** Everything that is over. */
  'transfers.clear': call(nothing, nothing),
  'transfers.reveal': call(oneTransfer, nothing),
  'transfers.openFolder': call(oneTransfer, nothing),
  /** What is over, the latest first; `before` is the `endedAtMs` and id to go on behind. */
  'transfers.history': call(
    v.strictObject({
      search: v.exactOptional(v.pipe(v.string(), v.maxLength(200))),
      before: v.exactOptional(v.strictObject({ endedAtMs: v.number(), id: transferId })),
      limit: v.pipe(count, v.maxValue(500)),
    }),
    v.object({ entries: v.array(transferCard), total: count }),
  ),
  'transfers.faults': call(
    oneTransfer,
    v.object({
      faults: v.array(fileFault),
      /** What arrived, and not quite as it was told. */
      notices: v.array(fileNotice),
      /** What does not travel; the first of them. */
      omissions: v.array(fileOmission),
    }),
  ),
  'texts.send': call(
    v.strictObject({ to: target, text: v.pipe(v.string(), v.minLength(1), v.maxLength(60_000)), ...reach }),
    nothing,
  ),
  'texts.dismiss': call(v.strictObject({ id: v.string() }), nothing),
};

export const offerCalls = {
  /** What is taken there already, in this folder or in another one. */
  'offers.check': call(
    v.strictObject({ id: transferId, dir: v.exactOptional(ref) }),
    v.object({
      shownDir: v.string(),
      freeBytes: v.exactOptional(v.number()),
      conflicts: v.array(v.string()),
      conflictCount: count,
    }),
  ),
  'offers.accept': call(
    v.strictObject({
      id: transferId,
      dir: v.exactOptional(ref),
      onConflict: conflictPolicy,
      /** Paths that are not wanted; a folder takes its content with it. */
      except: v.exactOptional(v.pipe(v.array(remotePath), v.maxLength(10_000))),
    }),
    nothing,
  ),
  'offers.decline': call(v.strictObject({ id: transferId }), nothing),
};

const listedEntry = parserOf<ListedEntry>()(
  v.object({
    path: v.string(),
    name: v.string(),
    kind: v.picklist(['share', 'folder', 'file']),
    size: v.exactOptional(v.number()),
    mtime: v.exactOptional(v.number()),
    executable: v.exactOptional(v.boolean()),
    writable: v.exactOptional(v.boolean()),
    locked: v.exactOptional(v.boolean()),
  }),
);

export const remoteCalls = {
  /** One folder of a share of another device; '' lists its shares. Comes in pages of up to 1,000 entries. */
  'remote.list': call(
    v.strictObject({
      at: target,
      path: remotePath,
      /** Go on behind the entry of this name. */
      after: v.exactOptional(v.pipe(v.string(), v.maxLength(255))),
      pin: v.exactOptional(pin),
      ...reach,
    }),
    v.object({
      device: cardId,
      writable: v.boolean(),
      entries: v.array(listedEntry),
      more: v.boolean(),
    }),
  ),
  /** A range of a file of a share, for previews; the bytes come beside the result. At most 1 MiB at once. */
  'remote.read': call(
    v.strictObject({
      at: target,
      path: remotePath,
      offset: count,
      length: v.pipe(count, v.minValue(1), v.maxValue(1_048_576)),
      pin: v.exactOptional(pin),
      ...reach,
    }),
    v.object({ size: v.number() }),
    'result',
  ),
  'remote.get': call(
    v.strictObject({
      at: target,
      paths: v.pipe(v.array(remotePath), v.minLength(1), v.maxLength(1000)),
      dir: v.exactOptional(ref),
      onConflict: v.exactOptional(conflictPolicy),
      pin: v.exactOptional(pin),
      ...reach,
    }),
    started,
  ),
  'remote.put': call(
    v.strictObject({ at: target, path: remotePath, refs, pin: v.exactOptional(pin), ...reach }),
    started,
  ),
};
