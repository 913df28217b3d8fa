/**
 * One session with one peer over a control connection: handshake, keep-alive, and the road of each
 * request's frames (docs/PROTOCOL.md, "Sessions").
 *
 * Drives the state machine; touches neither disk nor files. Questions and answers are in questions.ts; what a request
 * of the peer means is for `SessionServer`, what the frames of a transfer mean is for its `TransferPort`.
 */

import type { PeerView, Trust } from '../../../shared/model/peer.ts';
import { isBulk, messageOf } from '../../../shared/protocol/catalog.ts';
import type {
  AnswerTo,
  BulkType,
  ControlType,
  Payload,
  Question,
  TypeName,
} from '../../../shared/protocol/catalog.ts';
import { asHexdropError, codeFromWire, HexdropError } from '../../../shared/errors/errors.ts';
import type { FrameHeader } from '../../../shared/protocol/header.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { errorFromWire, errorPayload, refusalPayload } from '../../../shared/protocol/wire-errors.ts';
import type { Connection } from '../net/connection.ts';
import type { ConnectionInfo, Side } from '../net/connection-info.ts';
import type { Digest } from '../digest/digest.ts';
import type { ControlFrame, FrameReceiver, FrameStream } from './frame-stream.ts';
import { acceptWelcome, answerHello, helloOf } from './handshake.ts';
import type { NegotiatedSession, SelfDescription } from './handshake.ts';
import type { LaneOwner } from './lanes.ts';
import { KeepAlive } from './keep-alive.ts';
import { SessionMachine } from './machine.ts';
import type { RequestState } from '../../../shared/protocol/catalog/behaviour.ts';
import { isAnswer, isQuestion, Questions } from './questions.ts';
import type { QuestionServer } from './questions.ts';
import { TransferWire } from './transfer-wire.ts';
import type { SessionFacts, TransferPort, FrameSender } from './transfer-wire.ts';

export interface SessionTimings {
  readonly handshakeMs: number;
  readonly pingAfterMs: number;
  readonly silentAfterMs: number;
  /** How long a source may take to say BYE after DONE; one that goes on with its session says none. */
  readonly completionGraceMs: number;
}

export const protocolTimings: SessionTimings = {
  handshakeMs: limits.handshakeMs,
  pingAfterMs: limits.pingAfterMs,
  silentAfterMs: limits.silentAfterMs,
  completionGraceMs: limits.completionGraceMs,
};

/** What answers the requests of a peer. What they throw is told to the peer as ERROR for that request. */
export interface SessionServer extends QuestionServer<Session> {
  /** A push or an upload is offered; returns the sink. */
  offered(wire: TransferWire, offer: Payload<'OFFER'>): TransferPort;
  /** Files are asked for; returns the source, which will answer with OFFER. */
  asked(wire: TransferWire, request: Payload<'GET'>): TransferPort;
}

export interface SessionOptions {
  readonly self: SelfDescription;
  readonly server: SessionServer;
  readonly timings: SessionTimings;
  /** What is known of the peer's key. */
  trustOf(deviceId: string, connection: Connection): Trust;
  opened(session: Session): void;
  /** Called once. Without an error the session ended with BYE or a clean close between frames. */
  closed(session: Session, error?: HexdropError): void;
}

/** A peer that lives and never answers would be waited for without end; a slow disk and a slow line need less. */
const answerWithinMs = 120_000;

/** Between the end of a lane and the frame on the control connection that explains it. */
const laneGraceMs = 1_000;

export class Session implements FrameReceiver, SessionFacts {
  readonly stream: FrameStream;
  readonly #options: SessionOptions;
  readonly #machine: SessionMachine;
  readonly #questions: Questions<Session>;
  readonly #ports = new Map<number, { wire: TransferWire; port: TransferPort }>();
  readonly #keepAlive: KeepAlive;
  readonly #timer: NodeJS.Timeout;
  readonly #sender: FrameSender = {
    send: (type, id, payload, flags) => this.#send(type, id, payload, flags),
    // On a lane that is gone nothing is sent, and no buffer comes back: the transfer stands still until it is told why.
    sendOn: (stream, type, id, payload, flags) => {
      if (this.#isOver || stream.isOver) return;
      this.#machine.sent(type, id, stream.channel);
      stream.send(type, id, payload, flags);
    },
    writeOn: (stream, type, id, bytes, written) => {
      if (this.#isOver || stream.isOver) return;
      this.#machine.sent(type, id, stream.channel);
      stream.write(bytes, written);
    },
    laneOf: (wire, lane) => this.#adoptLane(wire, lane),
    forget: (wire) => this.#ports.delete(wire.id),
  };
  #negotiated: NegotiatedSession | undefined;
  #peer: PeerView | undefined;
  #handshakeMs = 0;
  #isOver = false;

  /** @param stream of a control connection; its frames come here from now on */
  constructor(stream: FrameStream, options: SessionOptions) {
    this.stream = stream;
    this.#options = options;
    this.#machine = new SessionMachine(stream.connection.info.side);
    stream.handTo(this);
    this.#questions = new Questions<Session>(this, options.server, {
      nextId: () => this.#machine.nextId(),
      send: (type, id, payload) => this.#send(type, id, payload),
      write: (type, id, frame, written) => {
        if (this.#isOver) return;
        this.#machine.sent(type, id);
        stream.write(frame, written);
      },
    });
    const { timings } = options;
    this.#keepAlive = new KeepAlive(timings, {
      ping: (watched) => (watched === stream ? this.#send('PING', 0, {}) : watched.send('PING', 0, {})),
      silent: (watched) => this.#silent(watched),
    });
    this.#keepAlive.watch(stream);
    const tickMs = Math.max(5, Math.min(timings.pingAfterMs, timings.handshakeMs) / 4);
    this.#timer = setInterval(() => this.#tick(tickMs), tickMs);
    this.#timer.unref();
  }

  /** The dialer opens the conversation. */
  greet(): void {
    this.#send('HELLO', 0, helloOf(this.#options.self));
  }

  get connection(): ConnectionInfo {
    return this.stream.connection.info;
  }

  get completionGraceMs(): number {
    return this.#options.timings.completionGraceMs;
  }

  get side(): Side {
    return this.connection.side;
  }

  get peer(): PeerView {
    if (this.#peer === undefined) throw new Error('The session is not open yet.');
    return this.#peer;
  }

  /** Whose lanes belong to this session. */
  get laneOwner(): LaneOwner {
    return { provenId: this.connection.peerDeviceId, saidId: this.peer.deviceId };
  }

  get digest(): Digest {
    if (this.#negotiated === undefined) throw new Error('The session is not open yet.');
    return this.#negotiated.digest;
  }

  can(capability: string): boolean {
    return this.#negotiated?.capabilities.includes(capability) ?? false;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  stateOf(id: number): RequestState | 'over' | 'unused' {
    return this.#machine.stateOf(id);
  }

  /** Asks and waits for the answer. Rejects with what the peer said, or with what ended the session. */
  async ask<Type extends Question>(type: Type, payload: Payload<Type>): Promise<Payload<AnswerTo<Type>>> {
    if (this.#isOver) throw sessionGone();
    const timer = setTimeout(() => {
      const message = `${type} has not been answered for ${answerWithinMs / 1_000} seconds.`;
      this.fail(new HexdropError('peer-silent', message));
    }, answerWithinMs);
    timer.unref();
    try {
      return await this.#questions.ask(type, payload);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Opens a transfer; `make` gets its wire and returns what its frames are handed to. */
  openTransfer<Type extends 'OFFER' | 'GET'>(
    type: Type,
    payload: Payload<Type>,
    make: (wire: TransferWire) => TransferPort,
  ): void {
    if (this.#isOver) throw sessionGone();
    const wire = new TransferWire(this.#machine.nextId(), this, this.stream, this.#sender);
    this.#ports.set(wire.id, { wire, port: make(wire) });
    this.#send(type, wire.id, payload);
  }

  /** Says BYE and closes. What is still open is lost to its port. */
  close(reason: string): void {
    if (this.#isOver) return;
    if (this.#machine.isReady) this.#send('BYE', 0, { reason });
    this.stream.close();
    this.#end(undefined);
  }

  /** Tells the peer why and closes. */
  fail(error: HexdropError): void {
    this.stream.fail(error);
  }

  // FrameReceiver

  admit(type: TypeName, header: FrameHeader): void {
    // Bulk is judged before its payload is taken; control frames are judged whole.
    if (isBulk(type)) this.#machine.received(type, header.id, header.channel);
  }

  control(frame: ControlFrame): void {
    const { type, header } = frame;
    const verdict = this.#machine.received(type, header.id, header.channel);
    if (verdict === 'drop') return;
    if (header.id === 0) return this.#sessionFrame(frame);
    if (verdict === 'answer-cancel') this.#send('CANCEL', header.id, { code: 'cancelled', message: '' });
    if (verdict === 'answer-cancel' || verdict === 'cancelled' || type === 'DECLINE')
      return this.#cancelled(frame);
    if (isQuestion(frame)) return this.#questions.asked(frame);
    if (isAnswer(frame)) return this.#questions.answered(frame);
    switch (type) {
      case 'GET':
        return this.#serve(header.id, (wire) => this.#options.server.asked(wire, frame.payload));
      case 'OFFER':
        if (this.#ports.has(header.id)) break;
        return this.#serve(header.id, (wire) => this.#options.server.offered(wire, frame.payload));
      case 'ERROR':
        return this.#refused(header.id, errorFromWire(frame.payload));
      default:
    }
    this.#ports.get(header.id)?.port.frame(frame);
  }

  bulk(type: BulkType, header: FrameHeader, payload: Uint8Array): void {
    this.#ports.get(header.id)?.port.bulk(type, payload);
  }

  closed(error?: HexdropError): void {
    this.#end(error);
  }

  // The session's own frames

  #sessionFrame(frame: ControlFrame): void {
    const { connection } = this.stream;
    switch (frame.type) {
      case 'HELLO': {
        const { welcome, negotiated } = answerHello(
          frame.payload,
          this.#options.self,
          connection.info.peerDeviceId,
        );
        this.#send('WELCOME', 0, welcome);
        return this.#open(negotiated, frame.payload);
      }
      case 'WELCOME':
        return this.#open(acceptWelcome(frame.payload, connection.info.peerDeviceId), frame.payload);
      case 'PING':
        return this.#send('PONG', 0, {});
      case 'ERROR': {
        this.stream.close();
        const { message, seen, allowed, retryAfterMs } = frame.payload;
        return this.#end(
          new HexdropError(codeFromWire(frame.payload.code), message, { seen, allowed, retryAfterMs }),
        );
      }
      case 'BYE':
        this.stream.close();
        return this.#end(undefined, true);
      default:
    }
  }

  #open(negotiated: NegotiatedSession, said: { readonly alias: string; readonly deviceId: string }): void {
    const { connection } = this.stream;
    this.#negotiated = negotiated;
    this.stream.established();
    this.#peer = {
      deviceId: said.deviceId,
      alias: said.alias,
      address: connection.info.remote.address,
      port: connection.info.remote.port,
      secure: connection.info.secure !== undefined,
      trust: this.#options.trustOf(said.deviceId, connection),
    };
    this.#options.opened(this);
  }

  /** @param saidBye the peer said BYE; a bare FIN may come from a program that was killed */
  #end(error: HexdropError | undefined, saidBye = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    const reason = error ?? new HexdropError('connection-lost', 'The other side closed the connection.');
    this.#questions.lost(reason);
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    for (const { wire, port } of ports) {
      wire.release();
      port.lost(reason, saidBye);
    }
    this.#options.closed(this, error);
  }

  #tick(passedMs: number): void {
    const { timings } = this.#options;
    if (!this.#machine.isReady) {
      this.#handshakeMs += passedMs;
      if (this.#handshakeMs < timings.handshakeMs) return;
      const message = `No complete handshake within ${timings.handshakeMs / 1_000} seconds.`;
      return this.fail(new HexdropError('handshake-timeout', message));
    }
    this.#keepAlive.tick(passedMs);
  }

  #silent(stream: FrameStream): void {
    const where = stream === this.stream ? 'from the other side' : 'on the lane';
    const seconds = this.#options.timings.silentAfterMs / 1_000;
    this.fail(new HexdropError('peer-silent', `Nothing has been heard ${where} for ${seconds} seconds.`));
  }

  // Requests

  #send<Type extends ControlType>(type: Type, id: number, payload: Payload<Type>, flags = 0): void {
    if (this.#isOver) return;
    this.#machine.sent(type, id);
    this.stream.send(type, id, payload, flags);
  }

  #serve(id: number, make: (wire: TransferWire) => TransferPort): void {
    const wire = new TransferWire(id, this, this.stream, this.#sender);
    try {
      const port = make(wire);
      // The port may have answered and ended it already.
      if (this.#machine.stateOf(id) !== 'over') this.#ports.set(id, { wire, port });
    } catch (thrown) {
      const error = asHexdropError(thrown);
      if (this.#machine.stateOf(id) === 'asked') return this.#send('ERROR', id, errorPayload(error));
      this.#send('DECLINE', id, refusalPayload(error));
    }
  }

  /** The peer answered a question, or GET, with ERROR. */
  #refused(id: number, error: HexdropError): void {
    if (this.#questions.refused(id, error)) return;
    const port = this.#ports.get(id);
    this.#ports.delete(id);
    port?.port.lost(error, false);
  }

  #cancelled(frame: ControlFrame): void {
    const { id } = frame.header;
    const open = this.#ports.get(id);
    this.#ports.delete(id);
    if (frame.type === 'DECLINE') this.#send('CANCEL', id, { code: 'cancelled', message: '' });
    if (open === undefined || (frame.type !== 'CANCEL' && frame.type !== 'DECLINE')) return;
    open.wire.release();
    open.port.cancelled(codeFromWire(frame.payload.code), frame.payload.message);
  }

  #adoptLane(wire: TransferWire, lane: FrameStream): void {
    this.#machine.bulkOn(wire.id, lane.channel);
    this.#keepAlive.watch(lane);
    const admit = (type: TypeName, header: FrameHeader): void => {
      if (header.id !== wire.id && !(header.id === 0 && messageOf(type).carrier === 'any')) {
        throw strangerOnLane(type, header.id, wire.id);
      }
      if (this.#ports.has(wire.id)) this.admit(type, header);
    };
    lane.handTo({
      admit,
      control: (frame) => {
        if (frame.type === 'ERROR') this.fail(errorFromWire(frame.payload));
        else if (frame.type === 'PING') lane.send('PONG', 0, {});
        else if (this.#ports.has(wire.id)) this.control(frame);
      },
      bulk: (type, header, payload) => this.bulk(type, header, payload),
      closed: (error) => {
        // Once all bulk has passed the lane may go; before that the transfer cannot go on, nor can a peer that broke the rules.
        if (error !== undefined) return this.#laneLost(wire, error);
        this.#laneEnded(wire);
      },
    });
    if (lane.isOver) this.#laneEnded(wire);
  }

  /** A clean end may have overtaken the CANCEL that explains it. */
  #laneEnded(wire: TransferWire): void {
    const lost = new HexdropError('connection-lost', 'The lane closed before the transfer was over.');
    setTimeout(() => this.#laneLost(wire, lost), laneGraceMs).unref();
  }

  #laneLost(wire: TransferWire, error: HexdropError): void {
    if (this.#machine.stateOf(wire.id) === 'flowing') this.fail(error);
  }
}

const sessionGone = (): HexdropError => new HexdropError('connection-lost', 'The session has ended.');

const strangerOnLane = (type: TypeName, id: number, laneId: number): HexdropError =>
  new HexdropError('bad-id', `${type} of request ${id} came on a lane of request ${laneId}.`, {
    seen: String(id),
    allowed: String(laneId),
  });
