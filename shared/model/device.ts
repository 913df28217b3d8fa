/** Devices as people see them: those announced on the network, recently used, favourite. Plain data; no behaviour. */

import type { Endpoint, Trust } from './peer.ts';

/** What kind of machine an announcement says it is; a hint for an icon. */
export type DeviceKind = 'desktop' | 'laptop' | 'server' | 'phone' | 'unknown';

/**
 * `online`: announced now, or in a session now. `unreachable`: announced, but the last dial failed. `offline`: not
 * announced; may still answer at its last address.
 */
export type Presence = 'online' | 'unreachable' | 'offline';

export interface DeviceCard {
  /** The device id where it is known (64 hex digits), else `host:port`. Stable as long as the card stays. */
  readonly id: string;
  readonly deviceId?: string;
  readonly alias: string;
  readonly kind: DeviceKind;
  /** Operating system, as it calls itself. */
  readonly platform?: string;
  /** Hue of its avatar, 0 to 359. */
  readonly hue: number;
  /** Where it can be dialed, the best first. */
  readonly addresses: readonly Endpoint[];
  readonly presence: Presence;
  /** Whether it is announced on the network now. */
  readonly isAnnounced: boolean;
  readonly trust: Trust;
  readonly isFavourite: boolean;
  /** Offers are taken without asking. Only for a verified device. */
  readonly autoAccept: boolean;
  readonly lastSeenMs?: number;
  /** Why the last dial failed: a code of shared/errors/errors.ts. */
  readonly lastError?: string;
}

export type InterfaceKind = 'ethernet' | 'wifi' | 'vpn' | 'virtual' | 'loopback' | 'other';

export interface InterfaceAddress {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly interfaceName: string;
  readonly kind: InterfaceKind;
  /** As one types it elsewhere: `192.168.1.5:47200`, `[fe80::1%eth0]:47200`. */
  readonly dialable: string;
}

/** The device this program runs on. */
export interface ThisDevice {
  readonly deviceId: string;
  /** The device id as words to read aloud, in groups. */
  readonly words: readonly string[];
  readonly alias: string;
  readonly hue: number;
  readonly kind: DeviceKind;
  readonly platform: string;
  readonly version: string;
  /** Absent while nothing listens; then `listenError` says why. */
  readonly listening?: Endpoint;
  /** The port that was wished for, where another one had to be taken. */
  readonly wishedPort?: number;
  readonly listenError?: string;
  readonly isAnnounced: boolean;
  readonly addresses: readonly InterfaceAddress[];
}

/** One step of the connection doctor: what was tried, and what came of it. */
export interface DoctorStep {
  readonly tried:
    | 'resolve'
    | 'route'
    | 'dial'
    | 'dial-other-port'
    | 'handshake'
    | 'same-subnet'
    | 'interfaces';
  readonly outcome: 'good' | 'bad' | 'unsure';
  /** What it was tried on: an address, an interface. */
  readonly subject: string;
  /** Milliseconds that it took, where that says something. */
  readonly tookMs?: number;
  /** A code of shared/errors/errors.ts, where it failed. */
  readonly code?: string;
}

export type DoctorCause =
  | 'fine'
  | 'firewall-there'
  | 'not-running-there'
  | 'other-subnet'
  | 'vpn'
  | 'no-network'
  | 'name-unknown'
  | 'name-server-silent'
  | 'other-program'
  | 'key-changed'
  | 'unknown';

export interface DoctorReport {
  readonly steps: readonly DoctorStep[];
  /** The likeliest first. */
  readonly causes: readonly DoctorCause[];
}
