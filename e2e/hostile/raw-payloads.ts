/** A payload of the right form for each type that only a running transfer or a question of ours may bring. */

import type { TypeName } from './raw-peer.ts';
import { data, end, finish, manifest, pack, same } from './raw-transfer.ts';

const totals = { files: 0, folders: 0, bytes: 0, complete: true };

export const goodPayload = {
  ACCEPT: { bulk: 'inline' },
  WANT: { first: 0, count: 1 },
  ACK: { settled: 0, bytes: 0 },
  DONE: { files: 0, bytes: 0, skipped: 0, failed: 0, resumedBytes: 0 },
  TOTALS: totals,
  MANIFEST: manifest([]),
  DATA: data(0, 0, Buffer.from('x')),
  PACK: pack([{ index: 0, content: Buffer.from('x') }]),
  END: end(0, 0, Buffer.alloc(32)),
  SAME: same(0),
  FAULT: { file: 0, code: 'read-failed', message: '' },
  FINISH: finish(),
  CANCEL: { code: 'cancelled', message: '' },
  DECLINE: { code: 'declined', message: '' },
  LISTING: { path: '', writable: false, entries: [], more: false },
  ENTRY: { path: 'x', entry: { name: 'x', kind: 'file' } },
  UNLOCKED: { share: 'x' },
} as const satisfies Partial<Record<TypeName, object>>;
