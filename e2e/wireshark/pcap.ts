// Captures written by hand, so that the dissector is judged on files that our own exporter has not touched: classic
// pcap, raw IPv4, one TCP connection. It begins in the middle and has no end, unless segments say so.

const loopback = [127, 0, 0, 1] as const;

export interface Segment {
  readonly bytes: Uint8Array;
  /** From the side that listens. */
  readonly isAnswer?: boolean;
  /** Beside PSH and ACK; SYN and FIN take a place in the sequence, as in TCP. */
  readonly flag?: keyof typeof flagBits;
}

const flagBits = { SYN: 0x02, FIN: 0x01, RST: 0x04 } as const;

const noBytes = new Uint8Array();

/** The handshake of a connection that is captured from its start. */
export const handshake: readonly Segment[] = [
  { bytes: noBytes, flag: 'SYN' },
  { bytes: noBytes, flag: 'SYN', isAnswer: true },
];

export const end = (flag: 'FIN' | 'RST', isAnswer = false): Segment => ({ bytes: noBytes, flag, isAnswer });

export interface PcapOptions {
  readonly port?: number;
  /** Bytes of each packet that the file keeps. */
  readonly snapBytes?: number;
}

/** Each segment is one packet, a millisecond after the one before. */
export function pcapOf(
  segments: readonly Segment[],
  { port = 18_520, snapBytes = 262_144 }: PcapOptions = {},
): Buffer {
  const sent = { near: 1, far: 1 };
  const records = segments.map(({ bytes, isAnswer = false, flag }, index) => {
    const [own, other] = isAnswer ? (['far', 'near'] as const) : (['near', 'far'] as const);
    const ports = isAnswer ? { from: port, to: 40_000 } : { from: 40_000, to: port };
    const opens = flag === 'SYN' && !isAnswer;
    const place = { ...ports, sequence: sent[own], acknowledged: sent[other], flag, opens };
    const packet = packetOf(bytes, place);
    sent[own] += bytes.length + (flag === 'SYN' || flag === 'FIN' ? 1 : 0);
    const kept = packet.subarray(0, snapBytes);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000, 0);
    record.writeUInt32LE(index * 1_000, 4);
    record.writeUInt32LE(kept.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return Buffer.concat([record, kept]);
  });
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(101, 20);
  return Buffer.concat([header, ...records]);
}

interface Place {
  readonly from: number;
  readonly to: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flag: Segment['flag'];
  /** The first packet of a connection has nothing to acknowledge. */
  readonly opens: boolean;
}

/** IPv4 and TCP without options; checksums are left 0, which tshark does not look at unless asked. */
function packetOf(bytes: Uint8Array, { from, to, sequence, acknowledged, flag, opens }: Place): Buffer {
  const head = Buffer.alloc(40);
  head[0] = 0x45;
  head.writeUInt16BE(40 + bytes.length, 2);
  head[8] = 64;
  head[9] = 6;
  head.set(loopback, 12);
  head.set(loopback, 16);
  head.writeUInt16BE(from, 20);
  head.writeUInt16BE(to, 22);
  head.writeUInt32BE(sequence, 24);
  head.writeUInt32BE(acknowledged, 28);
  head[32] = 0x50;
  head[33] = (opens ? 0 : 0x10) | (bytes.length > 0 ? 0x08 : 0) | (flag === undefined ? 0 : flagBits[flag]);
  head.writeUInt16BE(65_535, 34);
  return Buffer.concat([head, bytes]);
}

/** Bytes in front of the TCP payload in such a packet. */
export const packetHeadBytes = 40;
