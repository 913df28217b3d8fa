/** What it takes to start a transfer again, as it is kept with its history. Refs and PINs do not outlive the program. */

import * as v from 'valibot';

import { conflictPolicy } from '../../shared/ipc/contract/atoms.ts';

const target = v.union([v.object({ device: v.string() }), v.object({ address: v.string() })]);
const reach = { plain: v.exactOptional(v.boolean()), acceptNewKey: v.exactOptional(v.boolean()) };
const paths = v.array(v.string());

export const retrySpecSchema = v.variant('kind', [
  v.object({ kind: v.literal('push'), to: target, paths, ...reach }),
  v.object({
    kind: v.literal('put'),
    to: target,
    paths,
    path: v.string(),
    /** It asked for a PIN, which is not kept. */
    isLocked: v.boolean(),
    ...reach,
  }),
  v.object({
    kind: v.literal('get'),
    to: target,
    paths,
    dir: v.string(),
    onConflict: conflictPolicy,
    isLocked: v.boolean(),
    ...reach,
  }),
]);

export type RetrySpec = v.InferOutput<typeof retrySpecSchema>;
