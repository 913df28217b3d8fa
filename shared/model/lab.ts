/** The lab: small exchanges between sockets of this machine, which a window asks for and looks at. */

export const labLimits = {
  /** Bytes of one stream: more than a receive window would make the plan of a run impossible. */
  streamBytes: 16_384,
  writes: 4_096,
  delayMs: 500,
  /** A run that takes longer is broken off. */
  runMs: 20_000,
  /** At the same time, of all windows. */
  runs: 4,
} as const;

/** A stream of bytes that goes over one TCP connection of the loopback interface. */
export interface LoopbackRequest {
  /** Bytes of each write, in order; together the length of the stream. */
  readonly writes: readonly number[];
  /**
   * Bytes of each read, together the length of the stream: the sender goes on when the receiver has read so much, so that
   * each read finds what is planned. Without it both run freely.
   */
  readonly reads?: readonly number[];
  /** Whether the system may gather small writes (Nagle's algorithm). Planned runs never do. */
  readonly nagle: boolean;
  /** After each write. */
  readonly pauseMs: number;
  /** Before the receiver reads for the first time. */
  readonly readDelayMs: number;
}

export interface LoopbackRun {
  /** What each read brought: bytes, and milliseconds since the first write. */
  readonly reads: readonly { readonly bytes: number; readonly atMs: number }[];
  readonly senderPort: number;
  readonly receiverPort: number;
}

/** States of a connection in the order of their numbers in Linux's table, from 1 on; by the names of RFC 9293. */
export const tcpStates = [
  'ESTABLISHED',
  'SYN-SENT',
  'SYN-RECEIVED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'CLOSED',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
] as const;
export type TcpState = (typeof tcpStates)[number];

export const lifeSteps = ['listen', 'connect', 'client-end', 'server-end'] as const;

/** A real connection of the loopback interface through its life, in the states that the system tells. */
export interface ConnectionLife {
  readonly clientPort: number;
  readonly serverPort: number;
  /** Whether this system lets its table be read. Without it, no step has a state. */
  readonly isTold: boolean;
  /** After each step; a side that the table does not have any more has no state. */
  readonly steps: readonly {
    readonly step: (typeof lifeSteps)[number];
    readonly client?: TcpState;
    readonly server?: TcpState;
  }[];
}
