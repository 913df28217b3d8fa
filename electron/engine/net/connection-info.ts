/** What is known of a connection from its first moment to its last. Plain data. */

/** Who opened the connection. */
export type Side = 'dialer' | 'listener';

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

export interface ConnectionInfo {
  /** Counts the connections of this process, from 1. */
  readonly number: number;
  readonly side: Side;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** Absent on a plain connection. */
  readonly secure?: { readonly protocol: 'TLSv1.3'; readonly cipher: string };
  /** The device id that the peer proved by its certificate; absent on a plain connection. */
  readonly peerDeviceId?: string;
}

/** Whether both ends are on this machine, or on this side of a tunnel: whoever dials an address of its own comes from it. */
export const isOneMachine = ({ local, remote }: ConnectionInfo): boolean => local.address === remote.address;
