/** Bytes in bytes, by the search that Node's buffers have, or by a pattern where the case of letters does not count. */

import { bytePattern } from '../../../shared/protocol/filter/byte-pattern.ts';

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Answers whether bytes hold the needle. With `ignoreCase` letters of any script fit in either case. */
export function byteSearch(needle: Uint8Array, ignoreCase: boolean): (bytes: Uint8Array) => boolean {
  const wanted = viewOf(needle);
  if (!ignoreCase) return (bytes) => viewOf(bytes).includes(wanted);
  const pattern = bytePattern(needle, true);
  return (bytes) => pattern.test(viewOf(bytes).toString('latin1'));
}
