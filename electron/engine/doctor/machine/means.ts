/** How this machine is looked at, unless an examination is told another way. */

import { networkInterfaces } from 'node:os';

import type { Discovery } from '../../api.ts';
import { interfaceKind } from '../../../base/interface-kind.ts';
import { linksOf } from '../../../base/links.ts';
import { lookupName } from '../doctor-means.ts';
import type { HexdropError } from '../../../../shared/errors/errors.ts';
import type { MachineSources } from './examination.ts';
import { firewallState } from './firewall.ts';
import { folderState } from './folder.ts';
import { portState } from './port.ts';

/** A device that is there is heard within one second, two when a packet is lost. */
const listenMs = 2_000;
const lookupMs = 5_000;

/** Nobody has to know it, and every resolver has an answer: it stands for networks at home (RFC 8375). */
const nameToAsk = 'home.arpa';

export interface MeansOptions {
  readonly port: number;
  /** Browses; announces nothing. */
  readonly startDiscovery: () => Promise<Discovery>;
  readonly signal: AbortSignal;
}

export const machineMeans = ({ port, startDiscovery, signal }: MeansOptions): MachineSources => ({
  links: () => linksOf(networkInterfaces()),
  kindOf: (name) => interfaceKind(name),
  port: () => portState(port),
  firewall: () => firewallState(),
  devices: () => countDevices(startDiscovery, signal),
  resolver: () =>
    lookupName(nameToAsk, lookupMs, signal).then(
      () => true,
      // Any answer will do, also that there is no such name.
      ({ code }: NodeJS.ErrnoException) => code === 'ENOTFOUND' || code === 'ENODATA',
    ),
  folder: (path, secret) => folderState(path, secret),
});

const countDevices = async (
  startDiscovery: MeansOptions['startDiscovery'],
  signal: AbortSignal,
): Promise<number> => {
  const discovery = await startDiscovery();
  let trouble: HexdropError | undefined;
  discovery.onTrouble((error) => {
    trouble ??= error;
  });
  try {
    await new Promise<void>((done) => {
      const timer = setTimeout(done, listenMs);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        done();
      });
    });
    // What announces itself on this machine is no other device.
    const own = new Set(
      linksOf(networkInterfaces()).flatMap(({ addresses }) => addresses.map(({ address }) => address)),
    );
    const others = discovery.peers.filter(({ addresses }) =>
      addresses.every(({ host }) => !own.has(host.split('%')[0] ?? '')),
    );
    if (others.length === 0 && trouble !== undefined) throw trouble;
    return others.length;
  } finally {
    await discovery.close();
  }
};
