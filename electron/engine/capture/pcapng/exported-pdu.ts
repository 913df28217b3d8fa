/**
 * The head of an exported PDU (link type 252): tags, big-endian, that tell a reader which dissector shall take the frame
 * and between whom it travelled.
 */

import { encodeUtf8 } from '../../../../shared/base/text.ts';

const tagDissector = 12;
const tagV4From = 20;
const tagV4To = 21;
const tagV6From = 22;
const tagV6To = 23;
const tagPortType = 24;
const tagFromPort = 25;
const tagToPort = 26;
const tagDirection = 35;
const portTypeTcp = 2;

const dissectorName = 'hexdrop';

interface Ends {
  readonly near: Uint8Array;
  readonly far: Uint8Array;
}
interface Ports {
  readonly near: { readonly port: number };
  readonly far: { readonly port: number };
}

export function exportedPduHead(ends: Ends, ports: Ports, direction: 'in' | 'out'): Uint8Array {
  const isOut = direction === 'out';
  const [from, to] = isOut ? [ends.near, ends.far] : [ends.far, ends.near];
  const [fromPort, toPort] = isOut ? [ports.near.port, ports.far.port] : [ports.far.port, ports.near.port];
  const isV6 = from.length === 16;
  // The length of a name is told with its padding.
  const name = encodeUtf8(dissectorName.padEnd(Math.ceil(dissectorName.length / 4) * 4, '\0'));
  const parts = [
    tag(tagDissector, name),
    tag(isV6 ? tagV6From : tagV4From, from),
    tag(isV6 ? tagV6To : tagV4To, to),
    tag(tagPortType, u32(portTypeTcp)),
    tag(tagFromPort, u32(fromPort)),
    tag(tagToPort, u32(toPort)),
    tag(tagDirection, u32(isOut ? 0 : 1)),
    tag(0, new Uint8Array(0)),
  ];
  const head = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    head.set(part, at);
    at += part.length;
  }
  return head;
}

function tag(number: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, number);
  view.setUint16(2, value.length);
  bytes.set(value, 4);
  return bytes;
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
