/**
 * One stream of bytes over one real TCP connection of the loopback interface. A planned run writes what one read shall
 * find and lets the receiver read only then, so that it goes the same way each time; a free one leaves all of it to the
 * system. Both sockets are closed when the promise settles.
 */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { HexdropError } from '../../../shared/errors/errors.ts';
import type { LoopbackRequest, LoopbackRun } from '../../../shared/model/lab.ts';
import { inPlace } from './places.ts';

const host = '127.0.0.1';

/**
 * @param bytes the stream; what the request's writes and reads add up to
 * @throws HexdropError bad-arguments, too-many-calls, cancelled (the signal, or too slow), connection-lost
 */
export async function runOverLoopback(
  bytes: Uint8Array,
  request: LoopbackRequest,
  signal: AbortSignal,
): Promise<LoopbackRun> {
  requireSums(bytes, request);
  return inPlace(signal, (ending) => exchange(bytes, request, ending));
}

function requireSums(bytes: Uint8Array, { writes, reads }: LoopbackRequest): void {
  for (const lengths of [writes, reads ?? writes]) {
    const sum = lengths.reduce((before, length) => before + length, 0);
    if (sum !== bytes.length || bytes.length === 0)
      throw new HexdropError('bad-arguments', 'Writes and reads have to cover the stream.', {
        seen: `${sum}`,
        allowed: `${bytes.length}`,
      });
  }
}

async function exchange(
  bytes: Uint8Array,
  request: LoopbackRequest,
  signal: AbortSignal,
): Promise<LoopbackRun> {
  const server = createServer({ noDelay: request.reads !== undefined || !request.nagle });
  const sockets: Socket[] = [];
  // What waits for a socket fails when it is gone.
  const breakOff = (): void => sockets.forEach((socket) => socket.destroy());
  signal.addEventListener('abort', breakOff, { once: true });
  try {
    server.listen(0, host);
    await once(server, 'listening', { signal });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new HexdropError('internal');
    const accepted = once(server, 'connection', { signal });
    const receiver = new Receiver(address.port, bytes);
    sockets.push(receiver.socket);
    await once(receiver.socket, 'connect', { signal });
    const [sender] = (await accepted) as [Socket];
    sockets.push(sender);
    // Nothing else is to hear of a socket that breaks: the writes and reads that wait for it do.
    for (const socket of sockets) socket.on('error', () => {});
    await (request.reads === undefined
      ? freely(bytes, request, sender, receiver, signal)
      : asPlanned(bytes, request.writes, request.reads, sender, receiver));
    return {
      reads: receiver.reads,
      senderPort: address.port,
      receiverPort: receiver.socket.localPort ?? 0,
    };
  } finally {
    signal.removeEventListener('abort', breakOff);
    breakOff();
    server.close();
  }
}

/** Reads only when it is let, straight from the system: `onread` hands on one read as one call and keeps nothing. */
class Receiver {
  readonly socket: Socket;
  readonly reads: { bytes: number; atMs: number }[] = [];
  readonly #expected: Uint8Array;
  #received = 0;
  #startedMs = performance.now();
  #waiting: { readonly until: number; resolve(): void; reject(fault: HexdropError): void } | undefined;

  constructor(port: number, expected: Uint8Array) {
    this.#expected = expected;
    this.socket = connect({
      host,
      port,
      onread: {
        buffer: Buffer.alloc(65_536),
        callback: (length, buffer) => this.#take(buffer.subarray(0, length)),
      },
    });
    this.socket.pause();
    this.socket.on('close', () => this.#waiting?.reject(new HexdropError('connection-lost')));
  }

  started(): void {
    this.#startedMs = performance.now();
  }

  /** Settles when so many bytes of the stream have been read. */
  async until(offset: number): Promise<void> {
    if (this.#received >= offset) return;
    if (this.socket.destroyed) throw new HexdropError('connection-lost');
    await new Promise<void>((resolve, reject) => {
      this.#waiting = { until: offset, resolve, reject };
      this.socket.resume();
    });
  }

  #take(bytes: Uint8Array): boolean {
    const expected = this.#expected.subarray(this.#received, this.#received + bytes.length);
    if (Buffer.compare(bytes, expected) !== 0) {
      this.#waiting?.reject(new HexdropError('internal', 'Other bytes arrived than were written.'));
      return false;
    }
    this.#received += bytes.length;
    this.reads.push({ bytes: bytes.length, atMs: performance.now() - this.#startedMs });
    const waiting = this.#waiting;
    if (waiting === undefined || this.#received < waiting.until) return true;
    this.#waiting = undefined;
    waiting.resolve();
    // No further read before the next `until`.
    return false;
  }
}

const written = (socket: Socket, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(bytes, (fault) => (fault ? reject(fault) : resolve()));
  });

async function freely(
  bytes: Uint8Array,
  { writes, pauseMs, readDelayMs }: LoopbackRequest,
  sender: Socket,
  receiver: Receiver,
  signal: AbortSignal,
): Promise<void> {
  receiver.started();
  const send = async (): Promise<void> => {
    let at = 0;
    for (const length of writes) {
      await written(sender, bytes.subarray(at, at + length));
      at += length;
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal });
    }
  };
  const receive = async (): Promise<void> => {
    if (readDelayMs > 0) await sleep(readDelayMs, undefined, { signal });
    await receiver.until(bytes.length);
  };
  await Promise.all([send(), receive()]);
}

/** The pieces that lie in one read are written one by one, then read at once. */
async function asPlanned(
  bytes: Uint8Array,
  writes: readonly number[],
  reads: readonly number[],
  sender: Socket,
  receiver: Receiver,
): Promise<void> {
  receiver.started();
  const ends = (lengths: readonly number[]): number[] => {
    let at = 0;
    return lengths.map((length) => (at += length));
  };
  const cuts = [...new Set([...ends(writes), ...ends(reads)])].sort((one, other) => one - other);
  let at = 0;
  let next = 0;
  for (const end of ends(reads)) {
    while (at < end) {
      const cut = cuts[next] as number;
      await written(sender, bytes.subarray(at, cut));
      at = cut;
      next += 1;
    }
    await receiver.until(end);
  }
}
