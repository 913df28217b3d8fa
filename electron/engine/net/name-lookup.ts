/**
 * How names become addresses when a peer is dialed: the system's way, and for `.local` names our own question by
 * multicast beside it, since many systems do not ask that way. Whichever knows an answer first wins.
 */

import type { LookupAddress } from 'node:dns';
import { isIPv6 } from 'node:net';
import type { LookupFunction } from 'node:net';
import { systemAddresses } from '../../base/system-names.ts';

type Ask = (name: string, signal?: AbortSignal) => Promise<readonly LookupAddress[]>;

const withFamily = (address: string): LookupAddress => ({ address, family: isIPv6(address) ? 6 : 4 });

/** Loaded when first needed: few names are such. */
const askNetwork: Ask = async (name) => {
  const { resolveLocalName } = await import('../mdns/local-name.ts');
  return (await resolveLocalName(name)).map(withFamily);
};

const isLocalName = (name: string): boolean => /^[^.]+\.local\.?$/i.test(name);

const notFound = (name: string): Error =>
  Object.assign(new Error(`No device called "${name}" is known.`), { code: 'ENOTFOUND' });

const known = async (
  asked: Promise<readonly LookupAddress[]>,
  name: string,
  family: number,
): Promise<readonly LookupAddress[]> => {
  const addresses = (await asked).filter((found) => family === 0 || found.family === family);
  if (addresses.length === 0) throw notFound(name);
  return addresses;
};

export interface LookupSources {
  readonly system?: Ask;
  readonly network?: Ask;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

/** @param sources for tests, but for the signal */
export const nameLookup =
  ({ system = systemAddresses, network = askNetwork, signal }: LookupSources = {}): LookupFunction =>
  (name, options, answer) => {
    const wanted = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
    const ended = new AbortController();
    const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
    const bySystem = known(system(name, either), name, wanted);
    const asked = isLocalName(name)
      ? Promise.any([bySystem, known(network(name), name, wanted)]).catch(() => {
          // No name server has to know a name of this network.
          throw notFound(name);
        })
      : bySystem;
    asked
      .finally(() => ended.abort())
      .then(
        (addresses) => {
          const [first] = addresses;
          if (options.all === true) answer(null, [...addresses]);
          else answer(null, first?.address ?? '', first?.family);
        },
        (thrown: unknown) => answer(thrown as NodeJS.ErrnoException, ''),
      );
  };

/** Whether the system's resolver knows a name. Never rejects. */
export const knowsHost = (name: string, signal?: AbortSignal): Promise<boolean> =>
  systemAddresses(name, signal).then(
    () => true,
    () => false,
  );
