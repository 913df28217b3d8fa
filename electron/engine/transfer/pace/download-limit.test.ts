import { describe, expect, it } from 'vitest';

import { DownloadLimit } from './download-limit.ts';
import type { Download } from './download-limit.ts';

class Told implements Download {
  share: number | undefined;
  times = 0;

  limit(bytesPerSecond: number | undefined): void {
    this.share = bytesPerSecond;
    this.times += 1;
  }
}

describe('the limit of all downloads', () => {
  it('is divided among those that run, and again when one begins or ends', () => {
    const limit = new DownloadLimit();
    const [a, b, c] = [new Told(), new Told(), new Told()];
    limit.join(a);
    limit.join(b);
    limit.set(1_000);
    expect([a.share, b.share, c.share]).toEqual([500, 500, undefined]);
    limit.join(c);
    expect([a.share, b.share, c.share]).toEqual([333, 333, 333]);
    limit.leave(a);
    expect([b.share, c.share]).toEqual([500, 500]);
    limit.leave(b);
    limit.leave(b);
    expect(c.share).toBe(1_000);
  });

  it('taken away leaves everybody as fast as it goes', () => {
    const limit = new DownloadLimit();
    const told = new Told();
    limit.set(1_000);
    limit.join(told);
    limit.join(told);
    expect([told.share, told.times]).toEqual([1_000, 1]);
    limit.set(undefined);
    expect(told.share).toBeUndefined();
  });

  it('never comes down to a pause', () => {
    const limit = new DownloadLimit();
    const many = Array.from({ length: 20 }, () => new Told());
    limit.set(3);
    for (const told of many) limit.join(told);
    expect(many.map(({ share }) => share)).toEqual(many.map(() => 1));
  });
});
