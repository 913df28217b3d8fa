import { describe, expect, it } from 'vitest';

import { packingRounds } from './rounds.ts';

describe('npm run dist', () => {
  it('packs for the machine that it runs on, and for macOS one program for both architectures', () => {
    expect(packingRounds('linux', {}, 'x64')).toEqual([['x64']]);
    expect(packingRounds('win32', {}, 'arm64')).toEqual([['arm64']]);
    expect(packingRounds('darwin', {}, 'arm64')).toEqual([['x64', 'arm64']]);
    expect(packingRounds('darwin', { dir: true }, 'arm64')).toEqual([['arm64']]);
  });

  it.each(['linux', 'darwin', 'win32'] as const)('packs for %s what was asked for', (platform) => {
    expect(packingRounds(platform, { arm64: true }, 'x64')).toEqual([['arm64']]);
    expect(packingRounds(platform, { x64: true, arm64: true }, 'x64')).toEqual([['x64'], ['arm64']]);
  });
});
