/**
 * A capture file while it is written: connections, what passed on them, how they ended. Two forms: TCP in IP with
 * headers made up around the real bytes, so that every tool for TCP works; or one frame a packet (exported PDUs).
 */

import type { CaptureFormat } from '../../../../shared/model/capture.ts';
import {
  interfaceDescription,
  interfaceStatistics,
  linkTypeExportedPdu,
  linkTypeRawIp,
  mostPacketBytes,
  packetBlock,
  packetRoom,
  sectionHeader,
} from './blocks.ts';
import { addressPair } from './addresses.ts';
import { exportedPduHead } from './exported-pdu.ts';
import { mostSegmentBytes, segmentHead, tcpAck, tcpFin, tcpPsh, tcpRst, tcpSyn } from './tcp-packet.ts';

export type Direction = 'in' | 'out';

export interface FlowAbout {
  readonly near: { readonly address: string; readonly port: number };
  readonly far: { readonly address: string; readonly port: number };
  readonly dialer: 'near' | 'far' | 'unknown';
  /** "TLSv1.3, TLS_AES_128_GCM_SHA256" when it was decrypted. */
  readonly tls?: string | undefined;
}

export interface FileAbout {
  readonly format: CaptureFormat;
  /** Time 0, in whole milliseconds since the epoch. */
  readonly originMs: number;
  /** Nanoseconds behind them. */
  readonly originNs: number;
  readonly version: string;
  readonly hardware: string;
  readonly os: string;
}

/** Bytes after which the other side says that it has them; real receivers do so far more often. */
const acknowledgeEvery = 4 * 1024 * 1024;

/** How a reader of ours recognises what was decrypted. */
export const tlsComment = 'Decrypted from TLS: ';
export const applicationName = 'Hexdrop';

const descriptions: Readonly<Record<CaptureFormat, string>> = {
  'raw-ip':
    'Bytes of Hexdrop connections. Payload and times are real; IP and TCP headers are synthesised around them. What was encrypted on the wire is shown decrypted.',
  'exported-pdu':
    'Frames of Hexdrop connections, one a packet. What was encrypted on the wire is shown decrypted.',
};

interface Flow {
  readonly about: FlowAbout;
  readonly near: Uint8Array;
  readonly far: Uint8Array;
  /** Bytes of each stream that are written or known to be missing; with SYN and FIN they make the sequence numbers. */
  readonly seen: Record<Direction, number>;
  readonly finished: Record<Direction, boolean>;
  readonly acknowledged: Record<Direction, number>;
  /** Written with the first packet. */
  comment: string | undefined;
}

const noBytes = new Uint8Array(0);
const opposite = (direction: Direction): Direction => (direction === 'in' ? 'out' : 'in');

export class CaptureWriter {
  readonly #about: FileAbout;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #flows = new Map<number, Flow>();
  readonly #originNs: bigint;
  #startNs: bigint | undefined;
  #endNs = 0n;
  packets = 0;
  bytes = 0;

  /** @param write takes whole blocks, in order; they are its own from then on */
  constructor(about: FileAbout, write: (bytes: Uint8Array) => void) {
    this.#about = about;
    this.#write = write;
    this.#originNs = BigInt(about.originMs) * 1_000_000n + BigInt(about.originNs);
    const { hardware, os, version, format } = about;
    const application = `${applicationName} ${version}`;
    this.#put(sectionHeader({ hardware, os, application, comment: 'Secrets such as PINs are blanked.' }));
    const linkType = format === 'raw-ip' ? linkTypeRawIp : linkTypeExportedPdu;
    this.#put(interfaceDescription(linkType, 'hexdrop', descriptions[format]));
  }

  /** Before anything else of this connection. */
  flow(number: number, about: FlowAbout): void {
    const [near, far] = addressPair(about.near.address, about.far.address);
    this.#flows.set(number, {
      about,
      near,
      far,
      seen: { in: 0, out: 0 },
      finished: { in: false, out: false },
      acknowledged: { in: 0, out: 0 },
      comment: about.tls === undefined ? undefined : `${tlsComment}${about.tls}`,
    });
  }

  hasFlow(number: number): boolean {
    return this.#flows.has(number);
  }

  /** SYN, SYN and ACK, ACK: the capture has this connection from its first byte on. */
  handshake(number: number, timeMs: number): void {
    const flow = this.#flows.get(number);
    if (flow === undefined || this.#about.format !== 'raw-ip') return;
    const first = flow.about.dialer === 'far' ? 'in' : 'out';
    this.#segment(flow, first, timeMs, { flags: tcpSyn, sequence: 0, acknowledged: 0 });
    this.#segment(flow, opposite(first), timeMs, { flags: tcpSyn | tcpAck, sequence: 0, acknowledged: 1 });
    this.#segment(flow, first, timeMs, { flags: tcpAck, sequence: 1, acknowledged: 1 });
  }

  /** Bytes of a stream, as one chunk brought them. What lies before them and was not told is missing. */
  chunk(number: number, direction: Direction, offset: number, bytes: Uint8Array, timeMs: number): void {
    const flow = this.#flows.get(number);
    if (flow === undefined || this.#about.format !== 'raw-ip') return;
    for (let at = 0; at < bytes.length; at += mostSegmentBytes) {
      const payload = bytes.subarray(at, at + mostSegmentBytes);
      const isLast = at + payload.length === bytes.length;
      flow.seen[direction] = Math.max(flow.seen[direction], offset + at + payload.length);
      this.#segment(flow, direction, timeMs, {
        // PSH ends a chunk, so that a reader of ours finds the chunks again.
        flags: isLast ? tcpPsh | tcpAck : tcpAck,
        sequence: 1 + offset + at,
        payload,
      });
    }
    this.#acknowledge(flow, direction, timeMs);
  }

  /** The beginning of a stretch of a stream whose rest was not kept: as one segment that is cut. */
  cut(
    number: number,
    direction: Direction,
    offset: number,
    bytes: Uint8Array,
    wholeBytes: number,
    timeMs: number,
  ): void {
    const flow = this.#flows.get(number);
    if (flow === undefined || this.#about.format !== 'raw-ip') return;
    flow.seen[direction] = Math.max(flow.seen[direction], offset + wholeBytes);
    this.#segment(flow, direction, timeMs, {
      flags: tcpPsh | tcpAck,
      sequence: 1 + offset,
      payload: bytes,
      wholeBytes,
    });
    this.#acknowledge(flow, direction, timeMs);
  }

  /** One frame, or what is kept of it. */
  frame(number: number, direction: Direction, bytes: Uint8Array, wholeBytes: number, timeMs: number): void {
    const flow = this.#flows.get(number);
    if (flow === undefined || this.#about.format !== 'exported-pdu') return;
    const head = exportedPduHead(flow, flow.about, direction);
    const body = bytes.subarray(0, packetRoom - head.length - commentRoom(flow.comment));
    this.#packet(flow, direction, timeMs, head, body, head.length + wholeBytes);
  }

  /** FIN: the stream ends at this offset. */
  ended(number: number, direction: Direction, offset: number, timeMs: number): void {
    const flow = this.#flows.get(number);
    if (flow === undefined || flow.finished[direction] || this.#about.format !== 'raw-ip') return;
    flow.seen[direction] = Math.max(flow.seen[direction], offset);
    this.#segment(flow, direction, timeMs, {
      flags: tcpFin | tcpAck,
      sequence: 1 + flow.seen[direction],
    });
    flow.finished[direction] = true;
    if (flow.finished[opposite(direction)]) {
      this.#segment(flow, opposite(direction), timeMs, {
        flags: tcpAck,
        sequence: this.#nextSequence(flow, opposite(direction)),
      });
    }
  }

  /** RST, unless both directions have ended. Nothing of this connection may follow. */
  closed(number: number, by: 'near' | 'far' | undefined, timeMs: number): void {
    const flow = this.#flows.get(number);
    this.#flows.delete(number);
    if (flow === undefined || this.#about.format !== 'raw-ip') return;
    if (by === undefined || (flow.finished.in && flow.finished.out)) return;
    const direction = by === 'near' ? 'out' : 'in';
    this.#segment(flow, direction, timeMs, {
      flags: tcpRst | tcpAck,
      sequence: this.#nextSequence(flow, direction),
    });
  }

  /** The last block. */
  finish(dropped: number): void {
    this.#put(
      interfaceStatistics({
        startNs: this.#startNs ?? this.#originNs,
        endNs: this.#endNs === 0n ? this.#originNs : this.#endNs,
        received: this.packets,
        dropped,
      }),
    );
  }

  #acknowledge(flow: Flow, direction: Direction, timeMs: number): void {
    if (flow.seen[direction] - flow.acknowledged[direction] < acknowledgeEvery) return;
    const back = opposite(direction);
    this.#segment(flow, back, timeMs, { flags: tcpAck, sequence: this.#nextSequence(flow, back) });
  }

  #nextSequence(flow: Flow, direction: Direction): number {
    return 1 + flow.seen[direction] + (flow.finished[direction] ? 1 : 0);
  }

  #segment(
    flow: Flow,
    direction: Direction,
    timeMs: number,
    about: {
      readonly flags: number;
      readonly sequence: number;
      readonly acknowledged?: number;
      readonly payload?: Uint8Array;
      readonly wholeBytes?: number;
    },
  ): void {
    const { near, far } = flow;
    const isOut = direction === 'out';
    const back = opposite(direction);
    flow.acknowledged[back] = flow.seen[back];
    const payload = about.payload ?? noBytes;
    const head = segmentHead({
      from: isOut ? near : far,
      to: isOut ? far : near,
      fromPort: isOut ? flow.about.near.port : flow.about.far.port,
      toPort: isOut ? flow.about.far.port : flow.about.near.port,
      sequence: about.sequence % 2 ** 32,
      acknowledged: (about.acknowledged ?? this.#nextSequence(flow, back)) % 2 ** 32,
      flags: about.flags,
      payload,
      wholeBytes: about.wholeBytes,
    });
    const originalBytes = head.length + (about.wholeBytes ?? payload.length);
    const body = payload.subarray(0, packetRoom - head.length - commentRoom(flow.comment));
    this.#packet(flow, direction, timeMs, head, body, originalBytes);
  }

  #packet(
    flow: Flow,
    direction: Direction,
    timeMs: number,
    head: Uint8Array,
    body: Uint8Array,
    originalBytes: number,
  ): void {
    const timeNs = this.#originNs + BigInt(Math.round(timeMs * 1e6));
    this.#startNs ??= timeNs;
    if (timeNs > this.#endNs) this.#endNs = timeNs;
    const { comment } = flow;
    flow.comment = undefined;
    this.packets += 1;
    this.#put(packetBlock({ timeNs, direction, originalBytes, comment }, head, body));
  }

  #put(block: Uint8Array): void {
    if (block.length > mostPacketBytes) throw new Error(`a block of ${block.length} bytes`);
    this.bytes += block.length;
    this.#write(block);
  }
}

const commentRoom = (comment: string | undefined): number =>
  comment === undefined ? 0 : comment.length * 3 + 8;
