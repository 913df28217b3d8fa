/**
 * The pace of what is received (docs/PROTOCOL.md, "Pace"): what this side tells the source, what the source tells of
 * itself, and the share of the limit over all downloads, which a paused one leaves to the others.
 */

import type { Payload } from '../../../../shared/protocol/catalog.ts';
import type { Download, DownloadLimit } from './download-limit.ts';
import { RateAnnouncer } from './rate-announcer.ts';

export class SinkPace implements Download {
  readonly #downloads: DownloadLimit;
  readonly #announcer: RateAnnouncer;
  #isOpen = false;
  #isPausedThere = false;

  constructor(downloads: DownloadLimit, send: (pace: Payload<'PACE'>) => void) {
    this.#downloads = downloads;
    this.#announcer = new RateAnnouncer(send);
  }

  /** ACCEPT has been sent. */
  open(): void {
    this.#isOpen = true;
    // Its share first: then one PACE tells all.
    this.#share();
    this.#announcer.open();
  }

  /** This side pauses, or goes on. */
  hold(isHeld: boolean): void {
    this.#announcer.pause(isHeld);
    this.#share();
  }

  /** The source tells of itself; returns whether it is news. */
  heard({ bytesPerSecond }: Payload<'PACE'>): boolean {
    const isPaused = bytesPerSecond === 0;
    if (isPaused === this.#isPausedThere) return false;
    this.#isPausedThere = isPaused;
    this.#share();
    return true;
  }

  get isPausedThere(): boolean {
    return this.#isPausedThere;
  }

  limit(bytesPerSecond: number | undefined): void {
    this.#announcer.limit(bytesPerSecond);
  }

  /** Nothing more may be said, and nothing more comes. */
  close(): void {
    this.#isOpen = false;
    this.#announcer.close();
    this.#share();
  }

  #share(): void {
    if (this.#isOpen && !this.#announcer.isPaused && !this.#isPausedThere) this.#downloads.join(this);
    else this.#downloads.leave(this);
  }
}
