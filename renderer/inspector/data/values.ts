/** What the bytes at a place mean as numbers and text, in both byte orders. */

export interface ValueRow {
  readonly name: string;
  readonly big: string;
  readonly little: string;
}

type Reader = (view: DataView, little: boolean) => number | bigint;

const readers: readonly (readonly [name: string, width: number, read: Reader])[] = [
  ['u8', 1, (view) => view.getUint8(0)],
  ['i8', 1, (view) => view.getInt8(0)],
  ['u16', 2, (view, little) => view.getUint16(0, little)],
  ['i16', 2, (view, little) => view.getInt16(0, little)],
  ['u32', 4, (view, little) => view.getUint32(0, little)],
  ['i32', 4, (view, little) => view.getInt32(0, little)],
  ['u64', 8, (view, little) => view.getBigUint64(0, little)],
  ['i64', 8, (view, little) => view.getBigInt64(0, little)],
  ['f32', 4, (view, little) => view.getFloat32(0, little)],
  ['f64', 8, (view, little) => view.getFloat64(0, little)],
];

const shown = (value: number | bigint): string => {
  if (typeof value === 'bigint' || (Number.isInteger(value) && Math.abs(value) < 1e15)) return String(value);
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e15 || size < 1e-6 ? value.toExponential(8) : String(Number(value.toPrecision(9)));
};

/** @param bytes from the cursor on; eight are enough. Rows that need more bytes than there are stay empty. */
export function valuesOf(bytes: Uint8Array): readonly ValueRow[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readers.map(([name, width, read]) =>
    bytes.length < width
      ? { name, big: '', little: '' }
      : { name, big: shown(read(view, false)), little: shown(read(view, true)) },
  );
}

/** The character that begins at the first byte, with its code point; undefined where none begins. */
export function characterOf(bytes: Uint8Array): string | undefined {
  const [first] = bytes;
  if (first === undefined) return undefined;
  const width = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (width === 0 || bytes.length < width) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, width));
    const point = text.codePointAt(0) as number;
    const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
    return /^[\p{C}\p{Z}]$/u.test(text) ? code : `${text}  ${code}`;
  } catch {
    return undefined;
  }
}
