/** Where a device may be that is not, or not soon, reached at the addresses that were given for it. */

import type { Endpoint } from '../../../shared/model/peer.ts';
import type { PeerContext } from './context.ts';
import { targetOf } from '../../base/address.ts';
import type { Reach } from './reach-request.ts';

/** An address that takes longer than this to answer may have been left. */
const suspectAfterMs = 1_000;

/** Asks where a device is announced: when its address is slow to answer, or has not led to it. */
export class Search {
  /** Ends the dial: aborted by its owner, or because the device is announced elsewhere, and there only. */
  readonly signal: AbortSignal;
  /** Whose key has to answer; undefined where nobody can be meant but who is at the address. */
  readonly deviceId: string | undefined;
  readonly #context: PeerContext;
  readonly #reach: Reach;
  readonly #moved = new AbortController();
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #announced: Promise<readonly Endpoint[]> | undefined;

  constructor(context: PeerContext, reach: Reach, signal: AbortSignal) {
    const { plain, acceptNewKey, staysThere = false, expectDeviceId, to } = reach;
    this.#context = context;
    this.#reach = reach;
    this.signal = AbortSignal.any([signal, this.#moved.signal]);
    signal.addEventListener('abort', () => this.#over.abort(), { once: true, signal: this.#over.signal });
    if (plain || acceptNewKey || staysThere) return;
    this.deviceId = expectDeviceId ?? context.knownDevices.at(targetOf(to));
    if (this.deviceId !== undefined && context.whereabouts !== undefined)
      this.#timer = setTimeout(() => void this.#suspect(), suspectAfterMs);
  }

  get hasMoved(): boolean {
    return this.#moved.signal.aborted;
  }

  /** Addresses that were not dialed; none when nobody knows. */
  async elsewhere(): Promise<readonly Endpoint[]> {
    const { to, others = [] } = this.#reach;
    const dialed = new Set([to, ...others].map(targetOf));
    return (await this.#ask()).filter((endpoint) => !dialed.has(targetOf(endpoint)));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#over.abort();
  }

  async #suspect(): Promise<void> {
    const announced = await this.#ask();
    const elsewhere = await this.elsewhere();
    if (announced.length > 0 && elsewhere.length === announced.length && !this.#over.signal.aborted)
      this.#moved.abort();
  }

  #ask(): Promise<readonly Endpoint[]> {
    clearTimeout(this.#timer);
    const { deviceId } = this;
    const { whereabouts } = this.#context;
    if (deviceId === undefined || whereabouts === undefined) return Promise.resolve([]);
    this.#announced ??= whereabouts(deviceId, this.#reach.to, this.#over.signal).catch(() => []);
    return this.#announced;
  }
}
