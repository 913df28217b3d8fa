import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

describe('the icon', () => {
  it('is the same in the window, the tray and the page', () => {
    expect(readFileSync(join(root, 'renderer/public/icon.svg'), 'utf8')).toBe(
      readFileSync(join(root, 'build/icons/icon.svg'), 'utf8'),
    );
  });
});
