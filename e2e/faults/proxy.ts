/**
 * A TCP proxy on loopback that does to bytes what networks do: cuts the connection after so many bytes, forwards in
 * small pieces, late, with a flipped bit, or stops forwarding without a word. It knows nothing of what it carries.
 */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** What happens to one direction of a connection. Offsets count from its first byte. */
export interface Flow {
  /** Forwards this many bytes, then ends the connection both ways. */
  readonly cutAfter?: number;
  readonly whenCut?: () => void;
  /** Forwards this many bytes, then nothing more until `release`; the connection stays open. */
  readonly stallAfter?: number;
  /** Flips one bit of the byte at this offset. */
  readonly corruptAt?: number;
  /** Forwards at most so many bytes at a time, each in a turn of its own, up to the offset `piecesUntil`. */
  readonly pieceBytes?: number;
  readonly piecesUntil?: number;
  /** Forwards each delivery this much later. */
  readonly delayMs?: number;
}

export interface Shape {
  /** From the one who dialed to the one who listens. */
  readonly up?: Flow;
  readonly down?: Flow;
}

export class Proxy {
  readonly port: number;
  /** Connections so far. */
  connections = 0;
  /** Bytes forwarded so far, over all connections. */
  upBytes = 0;
  downBytes = 0;
  /** Resolves when a flow stalls for the first time. */
  readonly stalled: Promise<void>;
  #targetPort: number;
  #tellStalled: () => void = () => {};
  readonly #server: Server;
  readonly #shapeOf: (connection: number) => Shape;
  readonly #sockets = new Set<Socket>();
  readonly #pipes = new Set<Pipe>();

  private constructor(server: Server, targetPort: number, shapeOf: (connection: number) => Shape) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.#targetPort = targetPort;
    this.#shapeOf = shapeOf;
    this.stalled = new Promise((resolve) => {
      this.#tellStalled = resolve;
    });
    server.on('connection', (socket) => this.#connected(socket));
  }

  /** `shapeOf` says what happens to each connection, counted from 1. */
  static async open(targetPort: number, shapeOf: (connection: number) => Shape = () => ({})): Promise<Proxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Proxy(server, targetPort, shapeOf);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Connections from now on go there. */
  aimAt(port: number): void {
    this.#targetPort = port;
  }

  /** From now on nothing passes on the connections that there are, until `release`. */
  freeze(): void {
    for (const pipe of this.#pipes) pipe.freeze();
  }

  /** Lets what has stalled go on. */
  release(): void {
    for (const pipe of this.#pipes) pipe.release();
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #connected(client: Socket): void {
    this.connections += 1;
    const { up = {}, down = {} } = this.#shapeOf(this.connections);
    const server = connect({ port: this.#targetPort, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    }
    const forwarded = {
      up: (bytes: number) => (this.upBytes += bytes),
      down: (bytes: number) => (this.downBytes += bytes),
    };
    this.#pipe(client, server, up, forwarded.up);
    this.#pipe(server, client, down, forwarded.down);
  }

  #pipe(from: Socket, to: Socket, flow: Flow, forwarded: (bytes: number) => void): void {
    const pipe = new Pipe(from, to, flow, forwarded, this.#tellStalled);
    this.#pipes.add(pipe);
    from.on('close', () => this.#pipes.delete(pipe));
  }
}

/** One direction of one connection. */
class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #flow: Flow;
  readonly #forwarded: (bytes: number) => void;
  readonly #stalled: () => void;
  /** Deliveries that wait for the one before them. */
  #work: Promise<void> = Promise.resolve();
  #offset = 0;
  #isReleased = false;
  #isFrozen = false;
  #release: () => void = () => {};

  constructor(from: Socket, to: Socket, flow: Flow, forwarded: (bytes: number) => void, stalled: () => void) {
    this.#from = from;
    this.#to = to;
    this.#flow = flow;
    this.#forwarded = forwarded;
    this.#stalled = stalled;
    from.on('data', (delivery: Buffer) => {
      from.pause();
      this.#then(async () => {
        await this.#deliver(Buffer.from(delivery));
        from.resume();
      });
    });
    from.on('end', () => this.#then(async () => void to.end()));
    // A loss is told as one, at once.
    from.on('error', () => to.resetAndDestroy());
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  release(): void {
    this.#isReleased = true;
    this.#isFrozen = false;
    this.#release();
  }

  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch(() => {});
  }

  async #deliver(delivery: Buffer): Promise<void> {
    const {
      cutAfter = Infinity,
      stallAfter = Infinity,
      corruptAt = -1,
      pieceBytes = Infinity,
      piecesUntil = Infinity,
      delayMs,
    } = this.#flow;
    if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const flipped = corruptAt - this.#offset;
    if (flipped >= 0 && flipped < delivery.length) delivery[flipped] = (delivery[flipped] as number) ^ 0x10;
    let rest = delivery;
    while (rest.length > 0 && !this.#to.destroyed) {
      const untilStall = this.#isFrozen ? 0 : this.#isReleased ? Infinity : stallAfter - this.#offset;
      const untilCut = cutAfter - this.#offset;
      const pieceLength = this.#offset < piecesUntil ? pieceBytes : Infinity;
      const piece = rest.subarray(0, Math.min(pieceLength, untilStall, untilCut));
      rest = rest.subarray(piece.length);
      this.#offset += piece.length;
      if (piece.length > 0) await this.#write(piece);
      if (untilCut <= piece.length) return this.#cut();
      if (untilStall <= piece.length && rest.length > 0) await this.#stall();
    }
  }

  async #write(piece: Buffer): Promise<void> {
    this.#forwarded(piece.length);
    // Written and taken by the system; small pieces are to travel apart.
    await new Promise<void>((resolve) => this.#to.write(piece, () => resolve()));
    if (this.#flow.pieceBytes !== undefined && piece.length <= this.#flow.pieceBytes)
      await new Promise((resolve) => setImmediate(resolve));
  }

  /** Until the release; what was held back when its sender goes is lost. */
  #stall(): Promise<void> {
    this.#stalled();
    return new Promise((resolve) => {
      this.#release = resolve;
      this.#from.once('close', () => {
        this.#to.resetAndDestroy();
        resolve();
      });
    });
  }

  /**
   * The reader gets every byte before the cut and then an end; the writer sees a loss. What the reader still says is
   * read and dropped: closing on unread bytes would reset the connection and take with it what was forwarded.
   */
  #cut(): void {
    this.#flow.whenCut?.();
    this.#to.removeAllListeners('data');
    this.#to.on('data', () => {}).resume();
    this.#to.end();
    this.#from.resetAndDestroy();
  }
}
