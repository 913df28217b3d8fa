import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../testing/trees.ts';
import { withLockFile } from './owners-file.ts';

const minuteAgo = (): Date => new Date(Date.now() - 60_000);

describe('a lock file', () => {
  it('that a killed process left behind is taken over', () => {
    const path = join(temporaryFolder(), 'devices.json.lock');
    writeFileSync(path, '');
    utimesSync(path, minuteAgo(), minuteAgo());
    let worked = false;
    withLockFile(path, () => {
      worked = true;
    });
    expect(worked).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it('that can be neither used nor removed is told, and not waited for without end', () => {
    const path = join(temporaryFolder(), 'devices.json.lock');
    mkdirSync(path);
    utimesSync(path, minuteAgo(), minuteAgo());
    expect(() => withLockFile(path, () => {})).toThrow(expect.objectContaining({ code: 'home-unwritable' }));
  });
});
