/**
 * What travels over a MessageLink. The window calls; the engine's side answers, and tells snapshots, deltas and
 * events. Each delta carries the next sequence number: a window that misses one asks for a new snapshot.
 */

import * as v from 'valibot';

/** An error as it crosses the link: a code of the closed union, and a sentence for people. */
const linkErrorSchema = v.object({
  code: v.string(),
  message: v.string(),
  seen: v.exactOptional(v.string()),
  allowed: v.exactOptional(v.string()),
  retryAfterMs: v.exactOptional(v.number()),
});
export type LinkError = v.InferOutput<typeof linkErrorSchema>;

const serial = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** From the window. */
export const requestSchema = v.variant('kind', [
  /** Answered by `result` of the same id. The parser of the command's arguments is in contract/. */
  v.object({ kind: v.literal('call'), id: serial, name: v.string(), args: v.unknown() }),
  /** The answer to a call is of no more interest; what can be broken off is. */
  v.object({ kind: v.literal('abandon'), id: serial }),
  /** Answered by `snapshot`; deltas follow. Asked at the start and after a gap. */
  v.object({ kind: v.literal('snapshot') }),
]);
export type Request = v.InferOutput<typeof requestSchema>;

/** From the engine's side. */
export const replySchema = v.variant('kind', [
  v.object({ kind: v.literal('result'), id: serial, value: v.unknown() }),
  v.object({ kind: v.literal('failed'), id: serial, error: linkErrorSchema }),
  v.object({ kind: v.literal('snapshot'), seq: serial, value: v.unknown() }),
  /** Follows snapshot or delta number `seq - 1`. */
  v.object({ kind: v.literal('delta'), seq: serial, changes: v.array(v.unknown()) }),
  /** Happens once and is in no snapshot. */
  v.object({ kind: v.literal('event'), name: v.string(), data: v.unknown() }),
]);
export type Reply = v.InferOutput<typeof replySchema>;
