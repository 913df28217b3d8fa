import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { icns, ico } from './containers.ts';

const folder = import.meta.dirname;
const picture = (pixels: number) => ({ pixels, png: readFileSync(join(folder, `png/icon-${pixels}.png`)) });

describe('the icon of Windows', () => {
  it('is made of the pictures that are kept beside it', () => {
    expect(
      ico([16, 24, 32, 48, 64, 128, 256].map(picture)).equals(readFileSync(join(folder, 'icon.ico'))),
    ).toBe(true);
  });

  it('says where each picture begins, and 0 for 256 pixels', () => {
    const [small, large] = [picture(16), picture(256)];
    const file = ico([small, large]);
    expect(file.readUInt16LE(4)).toBe(2);
    expect([file[6], file[22]]).toEqual([16, 0]);
    const start = file.readUInt32LE(18 + 16);
    expect(file.subarray(start, start + large.png.length).equals(large.png)).toBe(true);
  });
});

describe('the icon of macOS', () => {
  it('is made of the pictures that are kept beside it', () => {
    const file = icns([32, 64, 128, 256, 512, 1024].map(picture));
    expect(file.equals(readFileSync(join(folder, 'icon.icns')))).toBe(true);
    expect(file.readUInt32BE(4)).toBe(file.length);
  });
});
