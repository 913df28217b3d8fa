/** How much of this program a browser, or something that is none, may take up; each with its reason. */

import { maxMessageBytes } from '../../shared/ipc/binary-codec.ts';

export interface UiLimits {
  /** Connections at once; a browser keeps six, and one for each window. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Windows at once, each of which is told everything. */
  readonly windows: number;
  /** A request's line and fields: ours have less than 2 KiB, cookies of other programs on this machine come along. */
  readonly headerBytes: number;
  /** The form of the password, the one-time key. */
  readonly bodyBytes: number;
  /** From the connection to the last field of the request. */
  readonly headersMs: number;
  /** From there to the end of its body. */
  readonly requestMs: number;
  /** For the TLS handshake, where the window may be elsewhere. */
  readonly tlsHandshakeMs: number;
  /** A connection with nothing to do. */
  readonly idleMs: number;
  /** How often those times are looked at. */
  readonly checkMs: number;
  /** A message of a window. */
  readonly messageBytes: number;
  /** Bytes that a window has not taken: a page that stands still is let go, and gets a snapshot when it is back. */
  readonly queuedBytes: number;
  /** A window that does not answer two of these is gone. */
  readonly pingMs: number;
}

export const uiLimits: UiLimits = {
  connections: 128,
  connectionsPerAddress: 48,
  windows: 16,
  headerBytes: 16 * 1024,
  bodyBytes: 4 * 1024,
  headersMs: 5_000,
  requestMs: 10_000,
  tlsHandshakeMs: 10_000,
  idleMs: 5_000,
  checkMs: 1_000,
  messageBytes: maxMessageBytes,
  queuedBytes: 64 * 1024 * 1024,
  pingMs: 15_000,
};
