/**
 * Digests of chunks and the chain over them (docs/PROTOCOL.md, "Digests").
 *
 * BLAKE3 comes from a native addon; where that cannot load, SHA-256 of Node serves. Which of the two a session
 * uses is negotiated in HELLO and WELCOME. Both are 32 bytes.
 */

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

import { digestBytes } from '../../../shared/protocol/limits.ts';
import { fromHex, toHex } from '../../../shared/base/text.ts';

export type DigestName = 'blake3' | 'sha256';

export interface Digest {
  readonly name: DigestName;
  /** Writes the 32 bytes of the digest over `bytes` at `at`. */
  hashInto(bytes: Uint8Array, into: Uint8Array, at: number): void;
}

const sha256: Digest = {
  name: 'sha256',
  hashInto: (bytes, into, at) => into.set(createHash('sha256').update(bytes).digest(), at),
};

let blake3: Digest | undefined | 'not tried' = 'not tried';

interface Blake3 {
  readonly blake3UrlSafeBase64: (bytes: Uint8Array) => string;
}

/**
 * To tell which C library it needs, the addon's loader asks Node for its report, which has every open socket in it by
 * name. Where the name server does not answer this would take ten seconds and more for each of them, on this thread.
 */
function withoutNames<Result>(work: () => Result): Result {
  // Node 20.13 has it, its types do not.
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    return work();
  } finally {
    report.excludeNetwork = before;
  }
}

function loadBlake3(): Digest | undefined {
  try {
    const require = createRequire(import.meta.url);
    const addon = withoutNames(() => require('@napi-rs/blake-hash') as Blake3);
    const found = Buffer.alloc(digestBytes);
    return {
      name: 'blake3',
      // As text: each Buffer that the addon makes is memory outside of the heap, and costs more than the decoding.
      hashInto: (bytes, into, at) => {
        found.write(addon.blake3UrlSafeBase64(bytes), 'base64url');
        into.set(found, at);
      },
    };
  } catch {
    return undefined; // No prebuilt addon for this platform: the peer is told so in HELLO.
  }
}

/**
 * What this machine can compute, best first: the list for HELLO. The first call loads the addon: to be made at the start,
 * so that no handshake waits for it.
 */
export function availableDigests(): readonly DigestName[] {
  if (blake3 === 'not tried') blake3 = loadBlake3();
  return blake3 === undefined ? ['sha256'] : ['blake3', 'sha256'];
}

export function digestByName(name: DigestName): Digest {
  if (name === 'sha256') return sha256;
  if (blake3 === 'not tried') blake3 = loadBlake3();
  if (blake3 === undefined) throw new Error('BLAKE3 was negotiated but cannot be computed here.');
  return blake3;
}

/** The best digest that this machine can compute and the peer offers. */
export const commonDigest = (offered: readonly string[]): DigestName | undefined =>
  availableDigests().find((name) => offered.includes(name));

const scratch = new Uint8Array(digestBytes);

/** Whether `bytes` have the digest that was announced. */
export function matchesDigest(digest: Digest, bytes: Uint8Array, announced: Uint8Array): boolean {
  digest.hashInto(bytes, scratch, 0);
  return equalDigests(scratch, announced);
}

/** The running file digest: chain 0 is 32 zero bytes, chain i+1 = H(chain i, digest i). */
export class Chain {
  readonly #digest: Digest;
  /** The chain value, and behind it room for the digest of the next chunk. */
  readonly #pair = new Uint8Array(2 * digestBytes);

  /** @param from the chain value to continue from, 32 bytes; the start of a file when absent */
  constructor(digest: Digest, from?: Uint8Array) {
    this.#digest = digest;
    if (from !== undefined) this.#pair.set(from.subarray(0, digestBytes));
  }

  append(chunkDigest: Uint8Array): void {
    this.#pair.set(chunkDigest, digestBytes);
    this.#digest.hashInto(this.#pair, this.#pair, 0);
  }

  /** Appends a chunk by its content. */
  appendContent(content: Uint8Array): void {
    this.#digest.hashInto(content, this.#pair, digestBytes);
    this.#digest.hashInto(this.#pair, this.#pair, 0);
  }

  /** A copy of the value so far. */
  get value(): Uint8Array {
    return this.#pair.slice(0, digestBytes);
  }

  equals(value: Uint8Array): boolean {
    return equalDigests(this.#pair.subarray(0, digestBytes), value);
  }
}

/** A chain to be kept for later: with the digest that it was made with, since those of two digests never agree. */
export const noteOfChain = ({ name }: Digest, chain: Uint8Array): string => `${name}:${toHex(chain)}`;

/** The chain in such a note; undefined when it was made with another digest. */
export const chainOfNote = ({ name }: Digest, note: string): Uint8Array | undefined =>
  note.startsWith(`${name}:`) ? fromHex(note.slice(name.length + 1)) : undefined;

/** Not constant in time: digests are no secrets. */
export function equalDigests(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
