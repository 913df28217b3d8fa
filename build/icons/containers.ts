/** The icon formats of Windows and macOS: a directory, and PNG pictures as they are. */

export interface Picture {
  /** Width and height. */
  readonly pixels: number;
  readonly png: Uint8Array;
}

/** An .ico: header, one entry of 16 bytes a picture, the pictures. Windows Vista and later read PNG in all sizes. */
export function ico(pictures: readonly Picture[]): Buffer {
  const header = Buffer.alloc(6 + 16 * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [index, { pixels, png }] of pictures.entries()) {
    const at = 6 + 16 * index;
    // A byte has no room for 256, which is written as 0.
    header.writeUInt8(pixels % 256, at);
    header.writeUInt8(pixels % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/** Types of entries with PNG content: those of a plain display, and those of 32 to 1,024 pixels for two pixels a point. */
const icnsTypes: Readonly<Record<number, readonly string[]>> = {
  32: ['ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

/** An .icns: the word "icns", the length of all, then type, length and picture of each. */
export function icns(pictures: readonly Picture[]): Buffer {
  const entries = pictures.flatMap(({ pixels, png }) =>
    (icnsTypes[pixels] ?? []).map((type) => {
      const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
      head.writeUInt32BE(8 + png.length, 4);
      return Buffer.concat([head, png]);
    }),
  );
  const head = Buffer.from('icns\0\0\0\0', 'latin1');
  head.writeUInt32BE(8 + entries.reduce((sum, entry) => sum + entry.length, 0), 4);
  return Buffer.concat([head, ...entries]);
}
