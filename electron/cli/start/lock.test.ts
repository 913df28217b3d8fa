import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { withLock } from './lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a lock for long work', () => {
  it('lets one do its work after the other, and tells the second that it waits', async () => {
    const path = join(folder, 'one');
    const order: string[] = [];
    let letGo = (): void => {};
    const first = withLock(
      path,
      () => order.push('first waits'),
      async () => {
        order.push('first begins');
        await new Promise<void>((resolve) => (letGo = resolve));
        order.push('first ends');
      },
    );
    const second = withLock(
      path,
      () => letGo(),
      async () => void order.push('second begins'),
    );
    await Promise.all([first, second]);
    expect(order).toEqual(['first begins', 'first ends', 'second begins']);
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over from a process that was killed', async () => {
    const path = join(folder, 'stale');
    writeFileSync(path, '1');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path, longAgo, longAgo);
    expect(
      await withLock(
        path,
        () => expect.unreachable('waits'),
        async () => 7,
      ),
    ).toBe(7);
  });

  it('is waited for no longer than its signal allows, and left to who holds it', async () => {
    const path = join(folder, 'held');
    const end = new AbortController();
    await withLock(
      path,
      () => expect.unreachable('waits'),
      async () => {
        const second = withLock(
          path,
          () => end.abort(),
          async () => expect.unreachable('runs'),
          end.signal,
        );
        await expect(second).rejects.toMatchObject({ name: 'AbortError' });
        expect(existsSync(path)).toBe(true);
      },
    );
    expect(existsSync(path)).toBe(false);
  });

  it('is given back when the work fails', async () => {
    const path = join(folder, 'failed');
    const work = withLock(
      path,
      () => {},
      () => Promise.reject(new Error('no')),
    );
    await expect(work).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });
});
