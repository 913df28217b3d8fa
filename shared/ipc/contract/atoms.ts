/** Small parsers that the parts of the contract share. Limits keep a confused page from growing the engine. */

import * as v from 'valibot';

export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const number = v.pipe(v.number(), v.finite());
export const nothing = v.strictObject({});
/** An opaque grant (shared/model/local.ts). */
export const ref = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
export const refs = v.pipe(v.array(ref), v.minLength(1), v.maxLength(10_000));
export const transferId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/u));
export const cardId = v.pipe(v.string(), v.minLength(1), v.maxLength(300));
export const remotePath = v.pipe(v.string(), v.maxLength(4096));
export const shareName = v.pipe(v.string(), v.minLength(1), v.maxLength(255));
export const pin = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
export const hue = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(359));
export const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
export const conflictPolicy = v.picklist(['rename', 'skip', 'overwrite']);

/** Whom to reach: a card of the list, or an address as people type it (`192.168.1.23`, `nas.local:18520`, `[fe80::1%eth0]`). */
export const target = v.union([
  v.strictObject({ device: cardId }),
  v.strictObject({ address: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(300)) }),
]);
export type Target = v.InferOutput<typeof target>;

/** How to reach it, where the ordinary way was refused. */
export const reach = {
  /** Without encryption; only where settings allow it. */
  plain: v.exactOptional(v.boolean()),
  /** Takes the key that answers now in place of the recorded one. */
  acceptNewKey: v.exactOptional(v.boolean()),
};
