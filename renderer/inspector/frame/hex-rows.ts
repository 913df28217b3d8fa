/** How sixteen bytes are written in a row of the dump: offset, 8+8 in hex, ASCII. All places are in characters. */

export const rowBytes = 16;
export const offsetDigits = 8;
const hexStart = offsetDigits + 2;
const textStart = hexStart + rowBytes * 3 + 2;

/** First character of a byte's two digits. */
export const hexColumn = (index: number): number => hexStart + index * 3 + (index >= 8 ? 1 : 0);
export const textColumn = (index: number): number => textStart + index;

/** The byte of a row that stands at a character, and in which of the two parts; undefined beside them. */
export function byteAtColumn(column: number): number | undefined {
  if (column >= textStart) return column < textStart + rowBytes ? Math.floor(column - textStart) : undefined;
  if (column < hexStart - 0.5) return undefined;
  // The space behind two digits belongs half to each neighbour.
  const inLeft = Math.floor((column - hexStart + 0.5) / 3);
  if (inLeft < 8) return Math.max(0, inLeft);
  const inRight = Math.floor((column - hexStart - 1 + 0.5) / 3);
  return inRight < rowBytes ? Math.max(8, inRight) : undefined;
}

type ByteClass = 'null' | 'printable' | 'space' | 'control' | 'high' | 'full' | 'missing';

/** Null: no packet of the capture has it. */
export type RowByte = number | null;

function classOfByte(byte: RowByte): ByteClass {
  if (byte === null) return 'missing';
  if (byte === 0) return 'null';
  if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return 'space';
  if (byte < 0x20 || byte === 0x7f) return 'control';
  if (byte < 0x7f) return 'printable';
  return byte === 0xff ? 'full' : 'high';
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const hexOfByte = (byte: RowByte): string => (byte === null ? '··' : (digits[byte] as string));
const asciiOfByte = (byte: RowByte): string =>
  byte === null ? ' ' : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';

export interface Run {
  readonly kind: ByteClass | 'plain';
  readonly text: string;
}

/** Neighbours of one class are one run: a row of zeros is a single text. */
export function runsOf(row: ArrayLike<RowByte>): {
  readonly hex: readonly Run[];
  readonly text: readonly Run[];
} {
  const hex: { kind: ByteClass; text: string }[] = [];
  const text: { kind: ByteClass; text: string }[] = [];
  Array.from(row, (byte, index) => {
    const kind = classOfByte(byte);
    const gap = index === row.length - 1 ? '' : index === 7 ? '  ' : ' ';
    const lastHex = hex.at(-1);
    const lastText = text.at(-1);
    if (lastHex?.kind === kind && lastText !== undefined) {
      lastHex.text += hexOfByte(byte) + gap;
      lastText.text += asciiOfByte(byte);
    } else {
      hex.push({ kind, text: hexOfByte(byte) + gap });
      text.push({ kind, text: asciiOfByte(byte) });
    }
  });
  return { hex, text };
}

/** A range of bytes as stretches of single rows. */
export interface Stretch {
  readonly row: number;
  /** Bytes of the row, the last one included. */
  readonly from: number;
  readonly to: number;
}

export function stretchesOf(from: number, to: number, firstRow: number, lastRow: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  const start = Math.max(Math.floor(from / rowBytes), firstRow);
  const end = Math.min(Math.floor((to - 1) / rowBytes), lastRow);
  for (let row = start; row <= end; row += 1) {
    const first = row === Math.floor(from / rowBytes) ? from % rowBytes : 0;
    const last = row === Math.floor((to - 1) / rowBytes) ? (to - 1) % rowBytes : rowBytes - 1;
    stretches.push({ row, from: first, to: last });
  }
  return stretches;
}
