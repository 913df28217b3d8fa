import { mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../base/testing/trees.ts';
import { targetIdAt, targetIdOf } from './target-id.ts';

const transfer = 'ab'.repeat(16);

describe('the id of a target', () => {
  it('is that of docs/PROTOCOL.md', () => {
    // printf '%s\nmachine\n42\n7\n' abab... | sha256sum
    expect(targetIdOf(transfer, { dev: 42n, ino: 7n }, 'machine')).toBe(
      'fbcbfd67b997fd9ff4fdeef45686dfdb39802a64099438103a7c3d0b4fd8befd',
    );
  });

  it('is the same by whatever way the folder is reached, and another for another folder', () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'one'));
    mkdirSync(join(root, 'two'));
    symlinkSync('one', join(root, 'link'));
    const one = targetIdAt(transfer, join(root, 'one'));
    expect(one).toBe(targetIdOf(transfer, statSync(join(root, 'one'), { bigint: true })));
    expect(targetIdAt(transfer, join(root, 'link'))).toBe(one);
    expect(targetIdAt(transfer, join(root, 'two'))).not.toBe(one);
  });

  it('tells nothing across transfers or machines', () => {
    const folder = { dev: 42n, ino: 7n };
    const id = targetIdOf(transfer, folder, 'machine');
    expect(targetIdOf('cd'.repeat(16), folder, 'machine')).not.toBe(id);
    expect(targetIdOf(transfer, folder, 'another')).not.toBe(id);
  });

  it('is not there for a folder that is not', () => {
    expect(targetIdAt(transfer, join(temporaryFolder(), 'gone'))).toBeUndefined();
  });
});
