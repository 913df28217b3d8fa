/**
 * Which devices this home has met and which one a name means, for programs that have no engine yet. Loads no socket: the
 * command line reads it at every start.
 */

export { findPeers } from './discovery/find-peer.ts';
export { announcedAlias } from './mdns/service.ts';
export { KnownDevices } from './peers/known-devices.ts';
