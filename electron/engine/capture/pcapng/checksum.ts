/** The Internet checksum (RFC 1071): the sum of 16-bit words in one's complement. */

/**
 * The plain sum of big-endian words. 2^16 is 1 modulo 65,535, so words of 32 bits may be added as well; a double holds
 * the sum of two million of them.
 */
export function sumOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = bytes.length & ~3;
  let sum = 0;
  for (let at = 0; at < words; at += 4) sum += view.getUint32(at);
  let rest = 0;
  for (let at = words; at < words + 4; at += 1) rest = rest * 256 + (bytes[at] ?? 0);
  return sum + rest;
}

/** The checksum of what was summed. */
export function checksumOf(sum: number): number {
  const folded = sum % 65_535;
  return (folded === 0 && sum > 0 ? 0 : ~folded) & 0xffff;
}
