/** What reaching and serving peers needs of one engine. Made by engine.ts; no behaviour of its own. */

import type { Endpoint } from '../../../shared/model/peer.ts';
import type { EngineEvent, Whereabouts } from '../api.ts';
import type { HomeFaults } from '../../base/home-faults.ts';
import type { Identity } from '../net/identity.ts';
import type { KnownDevices } from './known-devices.ts';
import type { KeyLog } from '../net/key-log.ts';
import type { TapMaker } from '../net/tap.ts';
import type { SelfDescription } from '../session/handshake.ts';
import type { LaneRegistry } from '../session/lanes.ts';
import type { SessionRegistry } from './registry.ts';
import type { SessionServer, SessionTimings } from '../session/session.ts';

export interface PeerContext {
  readonly home: string;
  readonly identity: Identity;
  readonly self: SelfDescription;
  readonly knownDevices: KnownDevices;
  readonly homeFaults: HomeFaults;
  readonly whereabouts: Whereabouts | undefined;
  readonly laneRegistry: LaneRegistry;
  readonly timings: SessionTimings;
  /** Answers the requests of peers, whoever dialed. */
  readonly server: SessionServer;
  /** Open sessions, both ways. */
  readonly sessions: SessionRegistry;
  /** Where this engine listens, if it does, and whether it takes plain connections there. */
  listening(): (Endpoint & { readonly allowPlain: boolean }) | undefined;
  /** Lets the capture look at every connection. */
  readonly tap: TapMaker;
  /** Takes the secrets of every TLS session; absent unless somebody asked for it. */
  readonly keyLog: KeyLog | undefined;
  emit(event: EngineEvent): void;
}
