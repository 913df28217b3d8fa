/**
 * How names become addresses when a peer is dialed: the system's way, and for `.local` names our own question by
 * multicast beside it, since many systems do not ask that way. Whichever knows an answer first wins.
 */

import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIPv6 } from 'node:net';
import type { LookupFunction } from 'node:net';

type Ask = (name: string) => Promise<readonly LookupAddress[]>;

const withFamily = (address: string): LookupAddress => ({ address, family: isIPv6(address) ? 6 : 4 });

/** Loaded when first needed: few names are such. */
const askNetwork: Ask = async (name) => {
  const { resolveLocalName } = await import('../discovery/local-name.ts');
  return (await resolveLocalName(name)).map(withFamily);
};

const askSystem =
  (options: LookupOptions): Ask =>
  (name) =>
    new Promise((resolve, reject) => {
      systemLookup(name, { ...options, all: true }, (error, addresses) =>
        error === null ? resolve(addresses) : reject(error),
      );
    });

const isLocalName = (name: string): boolean => /^[^.]+\.local\.?$/i.test(name);

const notFound = (name: string): Error =>
  Object.assign(new Error(`No device called "${name}" is known.`), { code: 'ENOTFOUND' });

const known = async (name: string, ask: Ask, family: number): Promise<readonly LookupAddress[]> => {
  const addresses = (await ask(name)).filter((found) => family === 0 || found.family === family);
  if (addresses.length === 0) throw notFound(name);
  return addresses;
};

export interface LookupSources {
  readonly system?: Ask;
  readonly network?: Ask;
}

/** @param sources for tests */
export const nameLookup =
  (sources: LookupSources = {}): LookupFunction =>
  (name, options, answer) => {
    const wanted = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
    const system = sources.system ?? askSystem(options);
    const network = sources.network ?? askNetwork;
    const asked = isLocalName(name)
      ? Promise.any([known(name, system, wanted), known(name, network, wanted)]).catch(() => {
          throw notFound(name);
        })
      : known(name, system, wanted);
    asked.then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true) answer(null, [...addresses]);
        else answer(null, first?.address ?? '', first?.family);
      },
      (thrown: unknown) => answer(thrown as NodeJS.ErrnoException, ''),
    );
  };
