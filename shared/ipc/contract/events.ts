/** What happens once and is in no snapshot. */

import * as v from 'valibot';

import { cardId, count, ref } from './atoms.ts';
import { pickedItem } from './files.ts';

export const events = {
  /** The program was opened with these: folders have been shared already, files wait to be sent, links wait for a yes. */
  'opened-with': v.object({
    shared: v.array(v.string()),
    toSend: v.array(pickedItem),
    /** Places of other devices (shared/model/peer-link.ts). */
    links: v.array(v.object({ address: v.string(), path: v.string() })),
  }),
  /** An offer, a text or the end of a transfer that a person who looks elsewhere may want to know of. */
  attention: v.object({
    about: v.picklist(['offer', 'text', 'done', 'failed', 'window']),
    id: v.string(),
    alias: v.exactOptional(cardId),
    title: v.exactOptional(v.string()),
  }),
  /** The engine wants content of an upload of this page: of each `file` `bytes` from `offset` on, soonest first. */
  'upload-wanted': v.object({
    upload: ref,
    parts: v.array(v.object({ request: count, file: count, offset: count, bytes: count })),
  }),
  /** What was asked for with this request is of no more use. */
  'upload-unwanted': v.object({ upload: ref, request: count }),
  /** Something that belongs to no call and no transfer went wrong: a code, and a sentence for people. */
  trouble: v.object({ code: v.string(), message: v.string() }),
};
