/** Bytes in bytes, by the search that Node's buffers have. */

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A copy with the letters A to Z made small. */
export const lowerCase = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));

/** Whether `needle` is in `bytes`; with `ignoreCase` it must be in lower case. */
export const findBytes = (bytes: Uint8Array, needle: Uint8Array, ignoreCase: boolean): boolean =>
  viewOf(ignoreCase ? lowerCase(bytes) : bytes).includes(viewOf(needle));
