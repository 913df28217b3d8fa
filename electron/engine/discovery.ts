/** Devices on the network without an engine: they are announced and browsed for, and names of hosts are asked for. */

export { startDiscovery } from './discovery/discovery.ts';
export type { DiscoveryOptions } from './discovery/discovery.ts';
export { knowsHost, nameLookup } from './net/name-lookup.ts';
