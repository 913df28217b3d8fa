/**
 * Where a connection is looked at: an observer that hears every delivery, every write and how it ends. It changes
 * nothing and must not throw. A connection without one pays nothing. What it is for is the capture's business
 * (engine/capture).
 */

import type { HexdropError } from '../../../shared/errors/errors.ts';
import type { FrameHeader } from '../../../shared/protocol/header.ts';
import type { ConnectionInfo } from './connection-info.ts';

export interface ConnectionTap {
  /** As the socket delivered it, decrypted; valid during the call only. */
  received(delivery: Uint8Array): void;
  /** As it was handed to the socket, before it is encrypted; valid during the call only. */
  written(bytes: Uint8Array): void;
  /** A frame among what was received is complete. Its payload is valid during the call only; absent: it was skipped. */
  frameReceived(header: FrameHeader, payload: Uint8Array | undefined): void;
  /** What was just written is this frame. */
  frameSent(frame: Uint8Array): void;
  /** What this delivery holds from the first unfinished frame on is refused. */
  refused(delivery: Uint8Array, error: HexdropError): void;
  /** FIN: everything of this direction has passed. */
  ended(direction: 'in' | 'out'): void;
  /** The socket is gone. `by` is absent when both sides had ended. */
  closed(by: 'near' | 'far' | undefined, error: HexdropError | undefined): void;
}

/** Asked once for each connection. `connectedAtMs` is the time of TCP's handshake, on the clock of `performance`. */
export type TapMaker = (info: ConnectionInfo, connectedAtMs: number) => ConnectionTap | undefined;
