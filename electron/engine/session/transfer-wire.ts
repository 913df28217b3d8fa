/**
 * Where the frames of one transfer travel: control frames on the session's connection, bulk frames there too or on a lane
 * (docs/PROTOCOL.md, "Lanes"). Owns the lane once it has one; knows nothing of files.
 */

import type { PeerView } from '../../../shared/model/peer.ts';
import type { BulkType, ControlType, Payload, TypeName } from '../../../shared/protocol/catalog.ts';
import type { ErrorCode, HexdropError } from '../../../shared/errors/errors.ts';
import type { ConnectionInfo } from '../net/connection-info.ts';
import type { Digest } from '../digest/digest.ts';
import type { ControlFrame, FrameStream } from './frame-stream.ts';
import type { LaneOwner } from './lanes.ts';

/** What a transfer is to its session: the source or the sink. */
export interface TransferPort {
  frame(frame: ControlFrame): void;
  /** The payload is valid only during the call. */
  bulk(type: BulkType, payload: Uint8Array): void;
  /** The peer cancelled or declined; nothing more may be sent. */
  cancelled(code: ErrorCode, message: string): void;
  /** The session or the lane is gone, or the request failed. `saidBye`: the peer said BYE. Called once, last. */
  lost(error: HexdropError, saidBye: boolean): void;
}

/** What a transfer may know of its session. */
export interface SessionFacts {
  readonly connection: ConnectionInfo;
  readonly peer: PeerView;
  readonly digest: Digest;
  /** Whose lanes belong to it. */
  readonly laneOwner: LaneOwner;
  /** How long a source may take to say BYE after DONE. */
  readonly completionGraceMs: number;
  /** Whether both sides have this capability. */
  can(capability: string): boolean;
}

/** Sends the frames of transfers; the session is it, which asks its machine whether each may be sent now. */
export interface FrameSender {
  send<Type extends ControlType>(type: Type, id: number, payload: Payload<Type>, flags: number): void;
  sendOn<Type extends ControlType>(
    stream: FrameStream,
    type: Type,
    id: number,
    payload: Payload<Type>,
    flags: number,
  ): void;
  writeOn(stream: FrameStream, type: TypeName, id: number, bytes: Uint8Array, written: () => void): void;
  laneOf(wire: TransferWire, stream: FrameStream): void;
  forget(wire: TransferWire): void;
}

export class TransferWire {
  readonly id: number;
  readonly session: SessionFacts;
  readonly #sender: FrameSender;
  readonly #control: FrameStream;
  #lane: FrameStream | undefined;

  constructor(id: number, session: SessionFacts, control: FrameStream, sender: FrameSender) {
    this.id = id;
    this.session = session;
    this.#control = control;
    this.#sender = sender;
  }

  /** The number that bulk frames carry as their channel. */
  get bulkChannel(): number {
    return this.#lane?.channel ?? 0;
  }

  /** Sends on the control connection. */
  send<Type extends ControlType>(type: Type, payload: Payload<Type>, flags = 0): void {
    this.#sender.send(type, this.id, payload, flags);
  }

  /** Sends in order with the bulk frames. */
  sendInOrder<Type extends ControlType>(type: Type, payload: Payload<Type>, flags = 0): void {
    this.#sender.sendOn(this.#lane ?? this.#control, type, this.id, payload, flags);
  }

  /** Writes an encoded frame on the control connection; calls `written` once the system has taken it. */
  writeControl(type: TypeName, frame: Uint8Array, written: () => void): void {
    this.#sender.writeOn(this.#control, type, this.id, frame, written);
  }

  /** Writes an encoded DATA or PACK. The bytes are free again once `written` is called; never, if the connection is gone. */
  writeBulk(type: BulkType, bytes: Uint8Array, written: () => void): void {
    this.#sender.writeOn(this.#lane ?? this.#control, type, this.id, bytes, written);
  }

  /** From here on bulk travels on this lane. Before ACCEPT passes. */
  useLane(stream: FrameStream): void {
    this.#lane = stream;
    this.#sender.laneOf(this, stream);
  }

  /** Tells the peer that the transfer is over. */
  cancel(code: ErrorCode, message: string): void {
    this.send('CANCEL', { code, message });
  }

  /** The transfer is over on this side, well or not: its lane goes too. */
  release(): void {
    this.#sender.forget(this);
    this.#lane?.close();
    this.#lane = undefined;
  }
}
