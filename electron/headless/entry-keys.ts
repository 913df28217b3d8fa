/**
 * The keys in printed addresses. Each lets one browser in, once: what stays in a history, a screenshot or a scrollback
 * after that opens nothing. The clock comes in as an argument.
 */

import { digestOf, isSecret, newSecret } from './secrets.ts';

interface EntryKey {
  readonly digest: Buffer;
  readonly expiresAtMs: number;
  readonly ownUserOnly: boolean;
  onUsed(): void;
}

export interface EntryKeyOptions {
  /** For the whole run when absent. */
  readonly lastsMs?: number;
  /** Taken only from a program of the user who runs this one: for keys that the list of processes may show. */
  readonly ownUserOnly?: boolean;
  readonly onUsed?: () => void;
}

/** Addresses that were told and never used; the oldest is forgotten first. */
const keptKeys = 64;

export class EntryKeys {
  readonly #keys = new Set<EntryKey>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  issue(options: EntryKeyOptions = {}): string {
    const secret = newSecret();
    const { lastsMs = Number.POSITIVE_INFINITY, ownUserOnly = false, onUsed } = options;
    this.#keys.add({
      digest: digestOf(secret),
      expiresAtMs: this.#now() + lastsMs,
      ownUserOnly,
      onUsed: () => onUsed?.(),
    });
    if (this.#keys.size > keptKeys) {
      const [oldest] = this.#keys;
      if (oldest !== undefined) this.#keys.delete(oldest);
    }
    return secret;
  }

  /** True once. `isOwnUser` is asked only for keys that need it. */
  redeem(secret: string, isOwnUser: () => boolean): boolean {
    let found: EntryKey | undefined;
    // All are compared, so that the time says nothing about which one was near.
    for (const key of this.#keys) if (isSecret(secret, key.digest)) found = key;
    if (found === undefined) return false;
    if (this.#now() >= found.expiresAtMs) {
      this.#keys.delete(found);
      return false;
    }
    if (found.ownUserOnly && !isOwnUser()) return false;
    this.#keys.delete(found);
    found.onUsed();
    return true;
  }
}
