/**
 * The segments of one TCP connection that is opened, carries some bytes and is closed (RFC 9293, sections 3.5 and 3.6), with
 * their numbers and the states of both sides. Made up: no segment of these ever left a machine.
 */

import { integerBetween, randomOf } from '../random.ts';

type Flag = 'SYN' | 'ACK' | 'PSH' | 'FIN';
type Phase = 'open' | 'data' | 'close';
/** The names of RFC 9293, figure 5. */
type TcpStateName =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'LAST-ACK'
  | 'TIME-WAIT';

export interface Segment {
  readonly from: 'client' | 'server';
  readonly phase: Phase;
  readonly flags: readonly Flag[];
  /** The number of the first byte, or of the SYN or FIN itself, which counts as one. */
  readonly seq: number;
  /** The next number that is expected; absent without ACK. */
  readonly ack?: number;
  /** Bytes of content. */
  readonly length: number;
  /** When it has arrived. */
  readonly client: TcpStateName;
  readonly server: TcpStateName;
}

export interface LadderOptions {
  readonly seed: number;
  /** Bytes that the client sends in between; 0 leaves the data out. */
  readonly bytes: number;
  /** The server has nothing more to send, so that its ACK and its FIN share a segment. */
  readonly merges: boolean;
}

const plus = (number: number, more: number): number => (number + more) % 4_294_967_296;

export function ladderOf({ seed, bytes, merges }: LadderOptions): readonly Segment[] {
  const random = randomOf(seed);
  const client = integerBetween(random, 0, 4_294_967_295);
  const server = integerBetween(random, 0, 4_294_967_295);
  const both = { client: 'ESTABLISHED', server: 'ESTABLISHED' } as const;
  const sent = plus(client, 1 + bytes);
  const answered = plus(server, 1);
  const open: Segment[] = [
    {
      from: 'client',
      phase: 'open',
      flags: ['SYN'],
      seq: client,
      length: 0,
      client: 'SYN-SENT',
      server: 'SYN-RECEIVED',
    },
    {
      from: 'server',
      phase: 'open',
      flags: ['SYN', 'ACK'],
      seq: server,
      ack: plus(client, 1),
      length: 0,
      client: 'ESTABLISHED',
      server: 'SYN-RECEIVED',
    },
    {
      from: 'client',
      phase: 'open',
      flags: ['ACK'],
      seq: plus(client, 1),
      ack: answered,
      length: 0,
      ...both,
    },
  ];
  const data: Segment[] =
    bytes === 0
      ? []
      : [
          {
            from: 'client',
            phase: 'data',
            flags: ['PSH', 'ACK'],
            seq: plus(client, 1),
            ack: answered,
            length: bytes,
            ...both,
          },
          { from: 'server', phase: 'data', flags: ['ACK'], seq: answered, ack: sent, length: 0, ...both },
        ];
  const end = plus(sent, 1);
  const fin: Segment = {
    from: 'client',
    phase: 'close',
    flags: ['FIN', 'ACK'],
    seq: sent,
    ack: answered,
    length: 0,
    client: 'FIN-WAIT-1',
    server: 'CLOSE-WAIT',
  };
  const answer: Segment = {
    from: 'server',
    phase: 'close',
    flags: ['FIN', 'ACK'],
    seq: answered,
    ack: end,
    length: 0,
    client: 'TIME-WAIT',
    server: 'LAST-ACK',
  };
  const last: Segment = {
    from: 'client',
    phase: 'close',
    flags: ['ACK'],
    seq: end,
    ack: plus(answered, 1),
    length: 0,
    client: 'TIME-WAIT',
    server: 'CLOSED',
  };
  const acknowledged: Segment = {
    ...answer,
    flags: ['ACK'],
    client: 'FIN-WAIT-2',
    server: 'CLOSE-WAIT',
  };
  return [...open, ...data, fin, ...(merges ? [answer] : [acknowledged, answer]), last];
}
