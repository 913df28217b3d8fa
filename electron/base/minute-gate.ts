/**
 * How often an address may do something that bothers a person: nobody's own pace is held up, a flood is. The clock comes
 * in as an argument.
 */

const minuteMs = 60_000;

/** Addresses remembered: a scan from many must not fill the memory. The oldest is forgotten first. */
const rememberedAddresses = 10_000;

export class MinuteGate {
  readonly #perMinute: number;
  /** When each address did it lately, the oldest first. */
  readonly #done = new Map<string, readonly number[]>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts one more, unless it is one too many: then, in how many milliseconds the next one may come. */
  pass(address: string, nowMs: number): number | undefined {
    const recent = (this.#done.get(address) ?? []).filter((atMs) => nowMs - atMs < minuteMs);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= this.#perMinute) return oldest + minuteMs - nowMs;
    this.#done.delete(address);
    this.#done.set(address, [...recent, nowMs]);
    if (this.#done.size <= rememberedAddresses) return undefined;
    const [first] = this.#done.keys();
    if (first !== undefined) this.#done.delete(first);
    return undefined;
  }
}
