/** Who is on the other side. Plain data; no behaviour. */

/**
 * How far the identity of a peer is known: never seen before, seen with this key before, its key compared by a person,
 * or not proven (plain).
 */
export type Trust = 'new' | 'known' | 'verified' | 'unauthenticated';

export interface PeerView {
  /** 64 hex digits: SHA-256 of the public key. On a plain connection only claimed. */
  readonly deviceId: string;
  readonly alias: string;
  readonly address: string;
  readonly port: number;
  readonly secure: boolean;
  readonly trust: Trust;
}

/** 0x4858, "HX". Registered by nobody; the next free port is used when it is taken. */
export const defaultPort = 18520;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}
