/** What kind of row it is, for its colour. */

import type { Message } from '../../../shared/protocol/catalog.ts';
import { typeNumber } from '../../../shared/protocol/catalog.ts';

export type RowTone = 'session' | 'browse' | 'text' | 'transfer' | 'bulk' | 'event' | 'trouble';

const trouble: ReadonlySet<number> = new Set([typeNumber.ERROR, typeNumber.FAULT]);
const content: ReadonlySet<number> = new Set([
  typeNumber.DATA,
  typeNumber.PACK,
  typeNumber.END,
  typeNumber.SAME,
]);

/** @param kind as in a row: 0 frame, 1 event, 2 loose, 3 gap */
export function kindOfRow(kind: number, type: number, message: Message | undefined): RowTone {
  if (kind === 1) return 'event';
  if (kind !== 0 || trouble.has(type)) return 'trouble';
  return content.has(type) ? 'bulk' : (message?.family ?? 'session');
}
