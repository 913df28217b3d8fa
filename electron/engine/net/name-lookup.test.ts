import type { LookupAddress, LookupOptions } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { nameLookup } from './name-lookup.ts';
import type { LookupSources } from './name-lookup.ts';

const nas: readonly LookupAddress[] = [
  { address: '192.168.1.9', family: 4 },
  { address: 'fe80::9%eth0', family: 6 },
];

const unknown = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
const never = (): Promise<never> => new Promise(() => {});
const nobody = (): Promise<readonly LookupAddress[]> => Promise.resolve([]);

const looked = (
  name: string,
  sources: LookupSources,
  options: LookupOptions = { all: true },
): Promise<unknown> =>
  new Promise((resolve) => {
    const lookup = nameLookup(sources);
    lookup(name, options, (error, address, family) => {
      resolve(error === null ? (options.all === true ? address : [address, family]) : error.code);
    });
  });

describe('the name of a host', () => {
  it('is the system’s to know', async () => {
    expect(await looked('nas', { system: () => Promise.resolve(nas), network: never })).toEqual(nas);
    expect(await looked('nas', { system: unknown, network: () => Promise.resolve(nas) })).toBe('ENOTFOUND');
  });

  it('that ends in .local is asked for on the network as well, and the first answer counts', async () => {
    const network = (): Promise<readonly LookupAddress[]> => Promise.resolve(nas);
    expect(await looked('nas.local', { system: unknown, network })).toEqual(nas);
    expect(await looked('nas.local', { system: never, network })).toEqual(nas);
    expect(await looked('nas.local', { system: network, network: never })).toEqual(nas);
    expect(await looked('NAS.LOCAL.', { system: unknown, network })).toEqual(nas);
  });

  it('that nobody knows is unknown', async () => {
    expect(await looked('nas.local', { system: unknown, network: nobody })).toBe('ENOTFOUND');
    expect(await looked('nas.local', { system: nobody, network: unknown })).toBe('ENOTFOUND');
  });

  it('has addresses of the family that was asked for, one or all', async () => {
    const system = (): Promise<readonly LookupAddress[]> => Promise.resolve(nas);
    expect(await looked('nas', { system }, {})).toEqual(['192.168.1.9', 4]);
    expect(await looked('nas', { system }, { family: 6 })).toEqual(['fe80::9%eth0', 6]);
    expect(await looked('nas', { system }, { family: 'IPv4', all: true })).toEqual([nas[0]]);
  });

  it('is really looked up', async () => {
    expect(await looked('localhost', {}, { family: 4 })).toEqual(['127.0.0.1', 4]);
  });
});
