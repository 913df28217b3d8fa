/**
 * A client of the small file protocol that students write a server for (docs/learn/file-server.md): frames of a length of
 * four bytes, big-endian, and a body. Every read and the connection itself have bounds; what a server does cannot hurt.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { dialFailure } from '../../../base/failures.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import type { Endpoint } from '../../../../shared/model/peer.ts';

/** The longest body of a frame, in bytes; both sides refuse more. */
const mostBody = 16_777_216;
/** For the answer to one request. */
const answerMs = 5_000;

/** What the server did that it should not have. The message is a sentence for the student. */
export class ServerFault extends Error {}

export const frameOf = (body: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return Buffer.concat([head, bytes]);
};

export class CourseClient {
  readonly socket: Socket;
  #received: Buffer[] = [];
  #held = 0;
  #isEnded = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.#received.push(bytes);
      this.#held += bytes.length;
      // Nobody asked for more than one answer's worth at a time.
      if (this.#held > mostBody + 4) socket.pause();
      this.#wake();
    });
    const end = (): void => {
      this.#isEnded = true;
      this.#wake();
    };
    socket.on('end', end);
    socket.on('close', end);
    // A reset is an end too; the checks say what it means.
    socket.on('error', end);
  }

  /** @throws HexdropError when nothing answers there */
  static async connect({ host, port }: Endpoint, signal: AbortSignal): Promise<CourseClient> {
    const socket = connect({ host, port });
    try {
      await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) });
    } catch (thrown) {
      socket.destroy();
      signal.throwIfAborted();
      const isSlow = thrown instanceof Error && thrown.name === 'AbortError';
      const cause = isSlow ? Object.assign(new Error('slow'), { code: 'ETIMEDOUT' }) : (thrown as Error);
      // It is no Hexdrop that should listen there, as dialFailure says.
      if ('code' in cause && cause.code === 'ECONNREFUSED')
        throw new HexdropError(
          'unreachable',
          `Nothing listens on port ${port} of ${host}. Does the file server run, and is the port right?`,
          { seen: 'ECONNREFUSED', cause },
        );
      throw dialFailure(cause, host, port);
    }
    return new CourseClient(socket);
  }

  write(bytes: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** One after the other, each byte in a write of its own. */
  async writeByteByByte(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += 1) {
      await new Promise<void>((resolve) => {
        this.socket.write(bytes.subarray(at, at + 1), () => resolve());
      });
    }
  }

  /** The body of the next frame. @throws ServerFault when it does not come whole and in time */
  async readBody(of: string): Promise<Buffer> {
    const head = await this.#take(4, of);
    const length = head.readUInt32BE(0);
    if (length > mostBody)
      throw new ServerFault(
        `${of} claims ${length} bytes; at most ${mostBody} are allowed. Is the length written in network byte order (big-endian)?`,
      );
    return length === 0 ? Buffer.alloc(0) : this.#take(length, of);
  }

  /** @throws ServerFault unless it is OK */
  async readOk(of: string): Promise<void> {
    const body = await this.readBody(of);
    if (body.toString('latin1') !== 'OK') throw new ServerFault(`${of} is "${shown(body)}" and not "OK".`);
  }

  /** @throws ServerFault unless it is ERR and a sentence */
  async readErr(of: string): Promise<void> {
    const body = await this.readBody(of);
    if (!body.toString('latin1').startsWith('ERR '))
      throw new ServerFault(`${of} is "${shown(body)}" and does not begin with "ERR ".`);
  }

  /** Whether the server ended the connection, in time. */
  async ends(): Promise<boolean> {
    await this.#until(() => this.#isEnded);
    return this.#isEnded;
  }

  /** Settles when there is a byte to read, the end, or no time left. */
  async speaks(): Promise<'bytes' | 'end' | 'silent'> {
    await this.#until(() => this.#held > 0 || this.#isEnded);
    return this.#held > 0 ? 'bytes' : this.#isEnded ? 'end' : 'silent';
  }

  close(): void {
    this.socket.destroy();
  }

  async #take(length: number, of: string): Promise<Buffer> {
    await this.#until(() => this.#held >= length || this.#isEnded);
    if (this.#held < length) {
      const came = `${this.#held} of ${length} bytes came`;
      throw new ServerFault(
        this.#isEnded
          ? `The server ended the connection where ${of} should be; ${came}.`
          : `${of} did not come within ${answerMs / 1_000} seconds; ${came}.`,
      );
    }
    const all = Buffer.concat(this.#received);
    this.#received = [all.subarray(length)];
    this.#held = all.length - length;
    this.socket.resume();
    return all.subarray(0, length);
  }

  async #until(isDone: () => boolean): Promise<void> {
    const endMs = performance.now() + answerMs;
    while (!isDone()) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** What a server said, safe for a terminal. */
const shown = (body: Buffer): string =>
  body
    .subarray(0, 60)
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]/gu, '.');
