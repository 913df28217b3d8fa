import { describe, expect, it } from 'vitest';

import { BufferPool } from './buffer-pool.ts';

describe('a pool of buffers', () => {
  it('gives as many as it has, then none until one comes back', () => {
    let released = 0;
    const pool = new BufferPool(2, 100, () => {
      released += 1;
    });
    const [one, two] = [pool.take(), pool.take()];
    expect([one?.bytes.length, two?.bytes.length, pool.take()]).toEqual([100, 100, undefined]);
    expect(one?.bytes.buffer).not.toBe(two?.bytes.buffer);
    if (one !== undefined) pool.release(one);
    expect([pool.take(), released]).toEqual([one, 1]);
  });

  it('takes back what was not used without a word', () => {
    let released = 0;
    const pool = new BufferPool(1, 10, () => {
      released += 1;
    });
    const buffer = pool.take();
    if (buffer !== undefined) pool.putBack(buffer);
    expect([pool.take(), released]).toEqual([buffer, 0]);
  });

  it('has a view over all of each buffer', () => {
    const buffer = new BufferPool(1, 10, () => {}).take();
    buffer?.view.setUint32(6, 0x01020304);
    expect([...(buffer?.bytes.subarray(6) ?? [])]).toEqual([1, 2, 3, 4]);
    expect(buffer?.view.byteLength).toBe(10);
  });
});
