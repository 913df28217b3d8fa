/**
 * Frames over one connection: parses what arrives, encodes what leaves (docs/PROTOCOL.md, "Frames").
 *
 * Owns the parser and the one buffer in which a bulk frame comes to lie in one piece. On a connection that reads
 * directly, the socket fills that buffer itself and nothing is copied; on one with `data` events a bulk frame that
 * is spread over deliveries is copied once. What frames mean is for the receiver.
 */

import { decodePayload, encodeFrame } from '../../../shared/protocol/codec.ts';
import { isBulk, typeByNumber, typeLabel } from '../../../shared/protocol/catalog.ts';
import type { BulkType, ControlType, Payload, TypeName } from '../../../shared/protocol/catalog.ts';
import { asHexdropError, HexdropError } from '../../../shared/errors/errors.ts';
import { FrameParser } from '../../../shared/protocol/framing.ts';
import type { FrameHandler } from '../../../shared/protocol/framing.ts';
import { checkPlace } from '../../../shared/protocol/header.ts';
import type { FrameHeader } from '../../../shared/protocol/header.ts';
import { headerBytes, limits } from '../../../shared/protocol/limits.ts';
import { errorPayload } from '../../../shared/protocol/wire-errors.ts';
import { readManifestPage } from '../../../shared/protocol/manifest.ts';
import type { Connection, ConnectionReader } from '../net/connection.ts';

/** A decoded control frame; `type` tells which payload it has. */
export type ControlFrame = {
  [Type in ControlType]: {
    readonly type: Type;
    readonly header: FrameHeader;
    readonly payload: Payload<Type>;
  };
}[ControlType];

export interface FrameReceiver {
  /** Asked at the header, before any payload is taken. Throws what the frame violates. */
  admit(type: TypeName, header: FrameHeader): void;
  control(frame: ControlFrame): void;
  /** The payload is valid only during the call. */
  bulk(type: BulkType, header: FrameHeader, payload: Uint8Array): void;
  /** Called once, last. Without an error the peer closed cleanly between frames. */
  closed(error?: HexdropError): void;
}

/** Time for a last ERROR to reach a stranger before the socket is destroyed. */
const strangerLingerMs = 500;
/**
 * The same for the peer of a session: behind a slow line, CANCEL and BYE wait for all the bulk before them. Where nothing
 * moves for a while, the connection itself does not wait that long.
 */
const lingerMs = limits.silentAfterMs;

/**
 * Answers and other control frames that wait for the socket: beyond the first number nothing more is read from the peer,
 * until no more than the second wait. Whoever sends without reading so costs this much and not what it asks for. Bulk and
 * the manifest do not count: they wait for the socket themselves.
 */
const mostOwedBytes = 1_048_576;
const fewOwedBytes = 262_144;
/** A peer that has taken nothing of it for so long is gone. */
const owedWithinMs = limits.silentAfterMs;

export class FrameStream implements ConnectionReader, FrameHandler {
  readonly connection: Connection;
  /** Undefined until the first frame of an accepted connection tells whether it is a lane. */
  #channel: number | undefined;
  #receiver: FrameReceiver;
  readonly #parser = new FrameParser(this);
  #bulkBuffer: Uint8Array | undefined;
  #bulkFilled = 0;
  /** The payload when a single delivery held all of it. */
  #bulkWhole: Uint8Array | undefined;
  readonly #small = new Uint8Array(16_384);
  /** True once this side has closed it; what still arrives is dropped. */
  #isOver = false;
  /** Bytes that may still come before the handshake is complete; undefined once it is. */
  #handshakeBytes: number | undefined = limits.preHandshakeBytes;
  #heard = false;
  /** Bytes of control frames that the system has not taken yet. */
  #owedBytes = 0;
  /** Runs while the peer is not read from. */
  #owing: NodeJS.Timeout | undefined;
  /** Runs from `close` on. */
  #cut: NodeJS.Timeout | undefined;
  #resolveClosed: () => void = () => {};
  /** Resolves when the socket is gone. */
  readonly whenClosed = new Promise<void>((resolve) => {
    this.#resolveClosed = resolve;
  });

  /** @param channel 0 for a control connection, the lane's number for a lane; absent: the first frame tells */
  constructor(connection: Connection, receiver: FrameReceiver, channel?: number) {
    this.connection = connection;
    this.#channel = channel;
    this.#receiver = receiver;
  }

  get channel(): number {
    return this.#channel ?? 0;
  }

  /** Starts reading. */
  start(): void {
    this.connection.read(this);
  }

  /** Hands the frames that follow to another receiver. */
  handTo(receiver: FrameReceiver): void {
    this.#receiver = receiver;
  }

  /** The handshake is complete: from here on what may come is bounded by the state machine. */
  established(): void {
    this.#handshakeBytes = undefined;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether anything arrived since this was last asked. */
  takeHeard(): boolean {
    // While nothing is read from it, `#owing` judges the peer.
    const heard = this.#heard || this.#owing !== undefined;
    this.#heard = false;
    return heard;
  }

  send<Type extends ControlType>(type: Type, id: number, payload: Payload<Type>, flags = 0): void {
    if (this.#isOver) return;
    const frame = encodeFrame(type, { id, channel: this.channel, flags }, payload);
    this.#owedBytes += frame.length;
    this.write(frame, () => this.#taken(frame.length));
    if (this.#owedBytes > mostOwedBytes && this.#owing === undefined) this.#stopReading();
  }

  #stopReading(): void {
    this.connection.pauseReading();
    let before = this.connection.bytesOut;
    this.#owing = setInterval(() => {
      const now = this.connection.bytesOut;
      if (now === before) {
        const seconds = owedWithinMs / 1_000;
        this.destroy(
          new HexdropError(
            'peer-silent',
            `The other side has not read what it asked for, for ${seconds} seconds.`,
          ),
        );
      }
      before = now;
    }, owedWithinMs);
    this.#owing.unref();
  }

  #taken(bytes: number): void {
    this.#owedBytes -= bytes;
    if (this.#owing === undefined || this.#owedBytes > fewOwedBytes) return;
    clearInterval(this.#owing);
    this.#owing = undefined;
    // It was not silent: nobody listened.
    this.#heard = true;
    this.connection.resumeReading();
  }

  /** Writes a whole encoded frame. The bytes may be reused once `written` is called, which happens exactly once. */
  write(frame: Uint8Array, written?: () => void): void {
    this.connection.write(frame, written);
    this.connection.tap?.frameSent(frame);
  }

  /** Tells the peer why, closes, and reports the error to the receiver. */
  fail(error: HexdropError): void {
    if (this.#isOver) return;
    this.send('ERROR', 0, errorPayload(error));
    this.close();
    this.#receiver.closed(error);
  }

  /**
   * Flushes what was sent, sends FIN, and destroys the socket when the peer does not follow. Until then what still comes is
   * read and dropped. It must not be destroyed early: that drops what waits here, and resets a connection that is still
   * being written to, so that what was sent last is lost.
   */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#owing);
    this.connection.end();
    this.connection.resumeReading();
    const isStranger = this.#handshakeBytes !== undefined;
    this.#cut = setTimeout(() => this.connection.destroy(), isStranger ? strangerLingerMs : lingerMs);
    this.#cut.unref();
  }

  /** Ends at once, without a word. */
  destroy(error?: HexdropError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.connection.destroy();
    this.#receiver.closed(error);
  }

  // ConnectionReader

  target(): Uint8Array {
    const wanted = this.#parser.bytesToBoundary;
    if (this.#isOver || !this.#parser.inBulk)
      return this.#small.subarray(0, Math.min(wanted, this.#small.length));
    // The rest of the payload and the next header: so a frame in the stream costs one read, and lies in one piece.
    return this.#bulkSpace().subarray(this.#bulkFilled, this.#bulkFilled + wanted + headerBytes);
  }

  received(delivery: Uint8Array): void {
    this.#heard = true;
    if (this.#isOver) return;
    try {
      this.#parser.push(delivery);
      this.#spendHandshake(delivery.length);
    } catch (thrown) {
      const error = asHexdropError(thrown);
      this.connection.tap?.refused(delivery, error);
      this.fail(error);
    }
  }

  closed(error?: HexdropError): void {
    clearTimeout(this.#cut);
    clearInterval(this.#owing);
    this.#resolveClosed();
    if (this.#isOver) return;
    this.#isOver = true;
    let reason = error;
    if (reason === undefined) {
      try {
        this.#parser.end();
      } catch (thrown) {
        reason = asHexdropError(thrown);
      }
    }
    // What was sent last may still be on its way out.
    if (error === undefined) this.connection.end();
    else this.connection.destroy();
    this.#receiver.closed(reason);
  }

  #spendHandshake(bytes: number): void {
    if (this.#handshakeBytes === undefined) return;
    this.#handshakeBytes -= bytes;
    if (this.#handshakeBytes >= 0) return;
    throw new HexdropError('frame-too-large', 'More came than a handshake takes.', {
      seen: `${limits.preHandshakeBytes - this.#handshakeBytes} bytes`,
      allowed: `${limits.preHandshakeBytes} bytes`,
    });
  }

  // FrameHandler

  header(header: FrameHeader): void {
    this.#channel ??= header.channel;
    checkPlace(header, this.#channel);
    const type = typeByNumber(header.type);
    if (type !== undefined) this.#receiver.admit(type, header);
    this.#bulkFilled = 0;
    this.#bulkWhole = undefined;
  }

  payload(slice: Uint8Array, header: FrameHeader): void {
    if (slice.length === header.length) {
      this.#bulkWhole = slice;
      return;
    }
    const space = this.#bulkSpace();
    const isInPlace =
      slice.buffer === space.buffer && slice.byteOffset === space.byteOffset + this.#bulkFilled;
    if (!isInPlace) space.set(slice, this.#bulkFilled);
    this.#bulkFilled += slice.length;
  }

  frame(header: FrameHeader, payload: Uint8Array | undefined): void {
    const type = typeByNumber(header.type);
    if (type === undefined) return;
    const bytes = isBulk(type)
      ? (this.#bulkWhole ?? this.#bulkSpace().subarray(0, this.#bulkFilled))
      : (payload ?? new Uint8Array(0));
    this.connection.tap?.frameReceived(header, bytes);
    if (this.#isOver) return;
    if (isBulk(type)) return this.#receiver.bulk(type, header, bytes);
    const decoded = type === 'MANIFEST' ? readManifestPage(bytes) : decodePayload(header, bytes);
    this.#receiver.control({ type, header, payload: decoded } as ControlFrame);
  }

  /** What a stranger may send is HELLO or LANE: before the handshake is complete nothing is skipped. */
  skipping(header: FrameHeader): void {
    if (this.#handshakeBytes === undefined || this.#isOver) return;
    const seen = typeLabel(header.type);
    throw new HexdropError('unexpected-frame', `${seen} came before the handshake was complete.`, {
      seen,
      allowed: 'frames of the handshake',
    });
  }

  skipped(header: FrameHeader): void {
    this.connection.tap?.frameReceived(header, undefined);
  }

  #bulkSpace(): Uint8Array {
    this.#bulkBuffer ??= new Uint8Array(limits.bulkBytes + headerBytes);
    return this.#bulkBuffer;
  }
}
