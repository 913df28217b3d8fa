/** Real pictures, made here: PNG of true colour, so that previews and screenshots show something worth looking at. */

import { crc32, deflateSync } from 'node:zlib';

/** Red, green and blue from 0 to 255 at a place from 0 to 1, measured from the left top. */
export type Painter = (x: number, y: number) => readonly [number, number, number];

export function pngOf(width: number, height: number, painter: Painter): Buffer {
  const rows = Buffer.alloc(height * (width * 3 + 1));
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    // Filter 0: bytes as they are.
    rows[at++] = 0;
    for (let x = 0; x < width; x += 1) {
      for (const value of painter(x / width, y / height)) rows[at++] = Math.max(0, Math.min(255, value));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a sample, true colour.
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([around.subarray(0, 4), typed, around.subarray(4)]);
}

/** A sky over hills, another one for each seed. */
export const landscape = (seed: number): Painter => {
  const hue = (seed * 0.23) % 1;
  return (x, y) => {
    const far = 0.52 + 0.06 * Math.sin(x * 7 + seed) + 0.03 * Math.sin(x * 19 + seed * 2);
    const near = 0.72 + 0.09 * Math.sin(x * 4 + seed * 3) + 0.02 * Math.sin(x * 31);
    const sun = Math.hypot(x - (0.2 + (seed % 5) * 0.14), (y - 0.34) * 0.7);
    if (y > near) return [26 + 40 * hue, 44 + 26 * (1 - y), 46 + 20 * hue];
    if (y > far) return [72 + 50 * hue, 92 + 60 * (near - y), 104 + 30 * (1 - hue)];
    const glow = Math.max(0, 1 - sun * 2.4);
    return sun < 0.05
      ? [255, 236, 196]
      : [120 + 110 * y + 70 * glow, 136 + 80 * y + 40 * glow, 190 - 40 * y * hue + 10 * glow];
  };
};
