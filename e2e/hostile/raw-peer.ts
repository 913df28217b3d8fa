/**
 * The other side of a plain connection, written from docs/PROTOCOL.md alone: frames as bytes, a connection that reads
 * them, the handshake. It imports nothing of the program, so it may be wrong only where the document is; and it says
 * whatever a test wants it to say.
 */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export const types = {
  HELLO: 0x01,
  WELCOME: 0x02,
  PING: 0x03,
  PONG: 0x04,
  ERROR: 0x05,
  BYE: 0x06,
  LANE: 0x07,
  JOINED: 0x08,
  LIST: 0x10,
  LISTING: 0x11,
  STAT: 0x12,
  ENTRY: 0x13,
  UNLOCK: 0x14,
  UNLOCKED: 0x15,
  GET: 0x20,
  OFFER: 0x21,
  TOTALS: 0x22,
  ACCEPT: 0x23,
  DECLINE: 0x24,
  MANIFEST: 0x25,
  WANT: 0x26,
  DATA: 0x27,
  PACK: 0x28,
  END: 0x29,
  SAME: 0x2a,
  FAULT: 0x2b,
  ACK: 0x2c,
  FINISH: 0x2d,
  DONE: 0x2e,
  CANCEL: 0x2f,
} as const;

export type TypeName = keyof typeof types;

export const optional = 0x01;
export const last = 0x02;

const patienceMs = 10_000;
const headerBytes = 16;

interface Place {
  readonly flags?: number;
  readonly channel?: number;
  /** Announced instead of the real length. */
  readonly length?: number;
  readonly magic?: number;
}

/** A frame as bytes; the payload is an object for JSON, else bytes as they are. */
export function frame(type: TypeName | number, id: number, payload: object = {}, place: Place = {}): Buffer {
  const body = payload instanceof Uint8Array ? payload : Buffer.from(JSON.stringify(payload));
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(place.magic ?? 0x48584431, 0);
  header.writeUInt32BE(place.length ?? body.length, 4);
  header[8] = typeof type === 'number' ? type : types[type];
  header[9] = place.flags ?? 0;
  header.writeUInt16BE(place.channel ?? 0, 10);
  header.writeUInt32BE(id, 12);
  return Buffer.concat([header, body]);
}

export interface RawFrame {
  readonly type: number;
  readonly name: string;
  readonly flags: number;
  readonly channel: number;
  readonly id: number;
  readonly payload: Buffer;
}

/** JSON payloads; tests know what they look for. */
export type Json = Readonly<Record<string, unknown>>;

export const jsonOf = (received: RawFrame): Json => JSON.parse(received.payload.toString()) as Json;

const nameOf = (type: number): string =>
  Object.entries(types).find(([, number]) => number === type)?.[0] ?? `0x${type.toString(16)}`;

/** A connection that speaks frames. PING is answered by itself. */
export class RawPeer {
  readonly socket: Socket;
  /** Resolves when the connection is gone, however it went. */
  readonly gone: Promise<void>;
  readonly #frames: RawFrame[] = [];
  #bytes = Buffer.alloc(0);
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (delivery: Buffer) => this.#read(delivery));
    socket.on('end', () => this.#over());
    this.gone = new Promise((resolve) => {
      socket.on('close', () => {
        this.#over();
        resolve();
      });
    });
  }

  static async connect(port: number): Promise<RawPeer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  /** Connects and shakes hands; resolves with the session ready. */
  static async greet(port: number, words: object = {}): Promise<RawPeer> {
    const peer = await RawPeer.connect(port);
    peer.send('HELLO', 0, hello(words));
    await peer.expect('WELCOME');
    return peer;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(type: TypeName | number, id: number, payload: object = {}, place: Place = {}): void {
    this.write(frame(type, id, payload, place));
  }

  write(bytes: Uint8Array | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Says BYE and closes. */
  bye(): void {
    this.send('BYE', 0, { reason: 'done' });
    this.socket.end();
  }

  close(): void {
    this.socket.destroy();
  }

  /** The next frame, or undefined once the other side has closed. */
  async next(): Promise<RawFrame | undefined> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const received = this.#frames.shift();
      if (received !== undefined) return received;
      if (this.#isClosed) return undefined;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`nothing was said for ${patienceMs} ms`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, leftMs);
      });
      clearTimeout(timer);
    }
  }

  /** The next frame, which must be of this type; ACK and TOTALS may come before it. */
  async expect(name: TypeName): Promise<RawFrame> {
    for (;;) {
      const received = await this.next();
      if (received === undefined) throw new Error(`closed instead of ${name}`);
      if (received.name === name) return received;
      if (received.name === 'ACK' || received.name === 'TOTALS') continue;
      throw new Error(`${received.name} instead of ${name}: ${received.payload.toString().slice(0, 300)}`);
    }
  }

  /** The session ends with an ERROR; returns its code. Other frames may come before. */
  async sessionError(): Promise<string> {
    let code = 'closed without a word';
    for (let received = await this.next(); received !== undefined; received = await this.next()) {
      if (received.name === 'ERROR' && received.id === 0) code = jsonOf(received)['code'] as string;
    }
    return code;
  }

  /** Everything up to the close. */
  async rest(): Promise<readonly RawFrame[]> {
    const frames: RawFrame[] = [];
    for (let received = await this.next(); received !== undefined; received = await this.next())
      frames.push(received);
    return frames;
  }

  #read(delivery: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, delivery]);
    while (this.#bytes.length >= headerBytes) {
      const length = this.#bytes.readUInt32BE(4);
      if (this.#bytes.length < headerBytes + length) break;
      const type = this.#bytes[8] as number;
      const received: RawFrame = {
        type,
        name: nameOf(type),
        flags: this.#bytes[9] as number,
        channel: this.#bytes.readUInt16BE(10),
        id: this.#bytes.readUInt32BE(12),
        payload: Buffer.from(this.#bytes.subarray(headerBytes, headerBytes + length)),
      };
      this.#bytes = this.#bytes.subarray(headerBytes + length);
      if (received.name === 'PING') this.send('PONG', 0, {}, { channel: received.channel });
      else this.#frames.push(received);
    }
    this.#wake();
  }

  #over(): void {
    this.#isClosed = true;
    this.#wake();
  }
}

export const rawDeviceId = 'c0ffee'.repeat(10) + '0123';

const who = { app: 'stranger 1', alias: 'stranger', deviceId: rawDeviceId, platform: 'raw' };

export const hello = (words: object = {}): object => ({
  versions: [1],
  ...who,
  capabilities: [],
  digests: ['sha256'],
  ...words,
});

export const welcome = (words: object = {}): object => ({
  version: 1,
  ...who,
  capabilities: [],
  digest: 'sha256',
  ...words,
});

/** Listens, and hands out those who come. */
export class RawListener {
  readonly port: number;
  readonly #server: Server;
  readonly #peers: RawPeer[] = [];
  #wake: () => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => {
      this.#peers.push(new RawPeer(socket));
      this.#wake();
    });
  }

  static async open(): Promise<RawListener> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RawListener(server);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The next one who connects. */
  async accept(): Promise<RawPeer> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const peer = this.#peers.shift();
      if (peer !== undefined) return peer;
      if (performance.now() > deadline) throw new Error('nobody came');
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, deadline - performance.now());
      });
      clearTimeout(timer);
    }
  }

  /** The next one who connects, with its HELLO answered. */
  async greeted(words: object = {}): Promise<RawPeer> {
    const peer = await this.accept();
    await peer.expect('HELLO');
    peer.send('WELCOME', 0, welcome(words));
    return peer;
  }

  close(): void {
    this.#server.close();
    for (const peer of this.#peers) peer.close();
  }
}
