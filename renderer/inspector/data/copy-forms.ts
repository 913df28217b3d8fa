/** Bytes and field trees as texts to paste elsewhere. */

import type { DissectNode } from '../../../shared/protocol/dissect.ts';

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

const asHex = (bytes: Uint8Array): string => Array.from(bytes, hex).join('');

/** As `hexdump -C` prints it. */
export function asHexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const cells = Array.from({ length: 16 }, (_, index) =>
      index < row.length ? hex(row[index] as number) : '  ',
    );
    const left = cells.slice(0, 8).join(' ');
    const right = cells.slice(8).join(' ');
    const text = Array.from(row, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${left}  ${right}  |${text}|`);
  }
  return lines.join('\n');
}

const inRows = (bytes: Uint8Array, each: (byte: number) => string): string => {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 12)
    rows.push(Array.from(bytes.subarray(at, at + 12), each).join(', '));
  return rows.map((row) => `  ${row},`).join('\n');
};

export const asC = (bytes: Uint8Array): string =>
  `static const unsigned char frame[${bytes.length}] = {\n${inRows(bytes, (byte) => `0x${hex(byte)}`)}\n};`;

const asJavaScript = (bytes: Uint8Array): string =>
  `const frame = new Uint8Array([\n${inRows(bytes, (byte) => `0x${hex(byte)}`)}\n]);`;

export function asBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export const asJson = (tree: DissectNode): string => JSON.stringify(tree, undefined, 2);

export const copyForms = {
  hex: asHex,
  dump: asHexDump,
  c: asC,
  js: asJavaScript,
  base64: asBase64,
} as const;
