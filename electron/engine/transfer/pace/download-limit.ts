/** One limit over everything that is received: each running transfer gets the same share of it and tells its source. */

export interface Download {
  /** Its share in bytes a second; undefined: as fast as it goes. */
  limit(bytesPerSecond: number | undefined): void;
}

export class DownloadLimit {
  readonly #running = new Set<Download>();
  #bytesPerSecond: number | undefined;

  /** @param bytesPerSecond above 0; undefined: as fast as it goes */
  set(bytesPerSecond: number | undefined): void {
    if (this.#bytesPerSecond === bytesPerSecond) return;
    this.#bytesPerSecond = bytesPerSecond;
    this.#share();
  }

  /** It receives from now on, or goes on after a pause. */
  join(download: Download): void {
    if (this.#running.has(download)) return;
    this.#running.add(download);
    this.#share();
  }

  /** It is over or paused: the others get its share. */
  leave(download: Download): void {
    if (this.#running.delete(download)) this.#share();
  }

  #share(): void {
    const share =
      this.#bytesPerSecond === undefined
        ? undefined
        : Math.max(1, Math.floor(this.#bytesPerSecond / this.#running.size));
    for (const download of this.#running) download.limit(share);
  }
}
