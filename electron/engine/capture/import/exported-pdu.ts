/** The head of an exported PDU, read: who sent the frame behind it to whom. The counterpart of pcapng/exported-pdu.ts. */

import { decodeUtf8 } from '../../../../shared/base/text.ts';
import type { Packet } from './container.ts';
import { v4Text, v6Text } from './layers.ts';

export interface ExportedFrame {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly direction?: 'in' | 'out';
  readonly bytes: Uint8Array;
  readonly wholeBytes: number;
}

/** Undefined for what is not ours. */
export function exportedFrameOf({ bytes, originalBytes }: Packet): ExportedFrame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let name = '';
  let from = '';
  let to = '';
  let fromPort = 0;
  let toPort = 0;
  let direction: 'in' | 'out' | undefined;
  for (let at = 0; at + 4 <= bytes.length;) {
    const tag = view.getUint16(at);
    const length = view.getUint16(at + 2);
    at += 4;
    if (at + length > bytes.length) return undefined;
    if (tag === 0) {
      if (name !== 'hexdrop') return undefined;
      const frame = { from, to, fromPort, toPort, bytes: bytes.subarray(at), wholeBytes: originalBytes - at };
      return direction === undefined ? frame : { ...frame, direction };
    }
    if (tag === 12) name = (decodeUtf8(bytes.subarray(at, at + length)) ?? '').replace(/\0+$/u, '');
    if (tag === 20 && length === 4) from = v4Text(bytes, at);
    if (tag === 21 && length === 4) to = v4Text(bytes, at);
    if (tag === 22 && length === 16) from = v6Text(bytes, at);
    if (tag === 23 && length === 16) to = v6Text(bytes, at);
    if (tag === 25 && length === 4) fromPort = view.getUint32(at);
    if (tag === 26 && length === 4) toPort = view.getUint32(at);
    if (tag === 35 && length === 4) direction = view.getUint32(at) === 0 ? 'out' : 'in';
    at += length;
  }
  return undefined;
}
