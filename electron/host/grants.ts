/**
 * Grants: opaque refs for paths of this machine. A window holds refs and never names a path, so it can use only what a
 * person chose, dropped or was shown. A ref is random; the same path has the same one as long as it is remembered.
 */

import { randomBytes } from 'node:crypto';

import type { Ref } from '../../shared/model/local.ts';
import { HexdropError } from '../../shared/errors/errors.ts';

/** Some folders of 10,000 entries; the one that was not used for longest goes first. */
const rememberedGrants = 100_000;

export class Grants {
  readonly #limit: number;
  readonly #paths = new Map<Ref, string>();
  readonly #refs = new Map<string, Ref>();

  constructor(limit: number = rememberedGrants) {
    this.#limit = limit;
  }

  /** @param path absolute */
  refFor(path: string): Ref {
    const before = this.#refs.get(path);
    if (before !== undefined) {
      this.#touch(before, path);
      return before;
    }
    const ref = randomBytes(16).toString('base64url');
    this.#paths.set(ref, path);
    this.#refs.set(path, ref);
    if (this.#paths.size > this.#limit) this.#forgetOldest();
    return ref;
  }

  has(ref: Ref): boolean {
    return this.#paths.has(ref);
  }

  /** @throws HexdropError ref-unknown */
  pathOf(ref: Ref): string {
    const path = this.#paths.get(ref);
    if (path === undefined) throw new HexdropError('ref-unknown');
    this.#touch(ref, path);
    return path;
  }

  #touch(ref: Ref, path: string): void {
    this.#paths.delete(ref);
    this.#paths.set(ref, path);
  }

  #forgetOldest(): void {
    const [oldest] = this.#paths;
    if (oldest === undefined) return;
    this.#paths.delete(oldest[0]);
    this.#refs.delete(oldest[1]);
  }
}
