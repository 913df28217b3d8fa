// Captures written by hand, so that the dissector is judged on files that our own exporter has not touched: classic
// pcap, raw IPv4, one TCP connection that begins in the middle (no handshake).

const loopback = [127, 0, 0, 1] as const;

export interface Segment {
  readonly bytes: Uint8Array;
  /** From the side that listens. */
  readonly isAnswer?: boolean;
}

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
  const records = segments.map(({ bytes, isAnswer = false }, index) => {
    const [own, other] = isAnswer ? (['far', 'near'] as const) : (['near', 'far'] as const);
    const ports = isAnswer ? { from: port, to: 40_000 } : { from: 40_000, to: port };
    const packet = packetOf(bytes, { ...ports, sequence: sent[own], acknowledged: sent[other] });
    sent[own] += bytes.length;
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
}

/** IPv4 and TCP without options; checksums are left 0, which tshark does not look at unless asked. */
function packetOf(bytes: Uint8Array, { from, to, sequence, acknowledged }: Place): Buffer {
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
  head[33] = 0x18;
  head.writeUInt16BE(65_535, 34);
  return Buffer.concat([head, bytes]);
}

/** Bytes in front of the TCP payload in such a packet. */
export const packetHeadBytes = 40;
