/**
 * What a multicast socket may cost before anybody knows what a packet says: its size, the number of its records, and the
 * time that decoding took lately. A flood costs a tenth of the only thread and no more. One for each socket.
 */

import type { Socket } from 'node:dgram';

/** RFC 6762, section 17: no packet is longer. */
const mostPacketBytes = 9_000;
/** Answers of a room full of devices come in many packets. */
const mostRecords = 256;
/** Milliseconds of each second: a room full of devices needs a few. */
const budgetMs = 100;
const secondMs = 1_000;

const headerBytes = 12;

export class PacketGate {
  readonly #now: () => number;
  #secondStartMs = Number.NEGATIVE_INFINITY;
  #spentMs = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Runs `work` on a packet that may be looked at; its time counts. Returns whether it did. */
  pass(packet: Uint8Array, work: () => void): boolean {
    const startMs = this.#now();
    if (startMs - this.#secondStartMs >= secondMs) {
      this.#secondStartMs = startMs;
      this.#spentMs = 0;
    }
    if (this.#spentMs >= budgetMs || packet.length > mostPacketBytes || recordsIn(packet) > mostRecords)
      return false;
    try {
      work();
    } finally {
      this.#spentMs += this.#now() - startMs;
    }
    return true;
  }
}

/** As the header tells them (RFC 1035, section 4.1.1): questions, answers, authorities, additionals. */
function recordsIn(packet: Uint8Array): number {
  if (packet.length < headerBytes) return 0;
  const count = (at: number): number => ((packet[at] as number) << 8) | (packet[at + 1] as number);
  return count(4) + count(6) + count(8) + count(10);
}

/** Lets whoever listens to the socket have only packets that pass: the library decodes each that it gets. */
export function gated(socket: Socket, gate: PacketGate): Socket {
  const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean;
  socket.emit = ((event: string, ...args: unknown[]): boolean => {
    const [packet] = args;
    if (event !== 'message' || !(packet instanceof Uint8Array)) return emit(event, ...args);
    return gate.pass(packet, () => emit(event, ...args));
  }) as Socket['emit'];
  return socket;
}
