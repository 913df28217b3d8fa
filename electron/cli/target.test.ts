import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../shared/model/peer.ts';
import type { DiscoveredPeer } from '../engine/api.ts';
import type { KnownDevice } from '../engine/api.ts';
import { announcedAlias } from '../engine/mdns/service.ts';
import { deviceId, discoveredPeer, knownDevice } from './testing/fake-views.ts';
import { readTarget, resolveTarget } from './target.ts';
import type { Target } from './target.ts';

const studio = knownDevice();
const other = knownDevice({ deviceId: 'f'.repeat(64), targets: ['10.0.0.9:18520'] });

const resolved = (
  text: string,
  port: number | undefined,
  known: readonly KnownDevice[],
  announced: readonly DiscoveredPeer[] = [],
): Target => resolveTarget(readTarget(text, port, known), announced);

const endpointOf = (...args: Parameters<typeof resolved>): Endpoint => resolved(...args).endpoint;

describe('a target', () => {
  it.each([
    ['an address', '10.0.0.5', undefined, { host: '10.0.0.5', port: 18520 }],
    ['an address and --port', '10.0.0.5', 99, { host: '10.0.0.5', port: 99 }],
    ['an address with a port, whatever --port says', '10.0.0.5:7', 99, { host: '10.0.0.5', port: 7 }],
    ['an IPv6 address with a port', '[fd00::5]:7', undefined, { host: 'fd00::5', port: 7 }],
    ['a bare IPv6 address', 'fd00::5', undefined, { host: 'fd00::5', port: 18520 }],
    ['a link-local address', '[fe80::1%eth0]:7', undefined, { host: 'fe80::1%eth0', port: 7 }],
    ['a bare link-local address', 'fe80::1%eth0', undefined, { host: 'fe80::1%eth0', port: 18520 }],
    ['a name', 'nas.local', undefined, { host: 'nas.local', port: 18520 }],
    ['a name with a port', 'nas.local:7', undefined, { host: 'nas.local', port: 7 }],
    ['an unknown bare name', 'nas', undefined, { host: 'nas', port: 18520 }],
  ] as const)('may be %s', (_what, text, port, expected) => {
    expect(resolved(text, port, [studio])).toEqual({ endpoint: expected });
  });

  it.each([
    ['an alias', 'studio', undefined, { host: '192.168.1.23', port: 18600 }],
    ['an alias in other letters', 'STUDIO', undefined, { host: '192.168.1.23', port: 18600 }],
    ['an alias with a port', 'studio:7', undefined, { host: '192.168.1.23', port: 7 }],
    ['an alias and --port', 'studio', 99, { host: '192.168.1.23', port: 99 }],
  ] as const)('may be %s, and then the key of that device is expected', (_what, text, port, expected) => {
    expect(resolved(text, port, [studio])).toEqual({ endpoint: expected, expectDeviceId: studio.deviceId });
  });

  it('may be an alias that no address could be', () => {
    const device = knownDevice({ alias: "Ada's laptop 💻" });
    expect(endpointOf("ada's laptop 💻", undefined, [device])).toEqual({
      host: '192.168.1.23',
      port: 18600,
    });
  });

  it('that is an address is never taken for the alias of a device that calls itself so', () => {
    const liar = knownDevice({ alias: '10.0.0.5' });
    const named = knownDevice({ alias: 'nas.local' });
    const posing = knownDevice({ alias: 'nas' });
    const nas = knownDevice({ deviceId: 'f'.repeat(64), alias: 'x', targets: ['nas:18520'] });
    const announced = [discoveredPeer({ alias: '10.0.0.5' })];
    expect(endpointOf('10.0.0.5', undefined, [liar], announced).host).toBe('10.0.0.5');
    expect(endpointOf('nas.local', undefined, [named]).host).toBe('nas.local');
    expect(endpointOf('nas', undefined, [posing, nas]).host).toBe('nas');
  });

  it('that is known and not announced is tried where it was reached lately', () => {
    const targets = ['10.0.0.1:1', '10.0.0.2:2', '10.0.0.3:3', '10.0.0.4:4', '10.0.0.5:5'];
    const { endpoint, others } = resolved('studio', undefined, [knownDevice({ targets })]);
    expect([endpoint, ...(others ?? [])].map(({ port }) => port)).toEqual([1, 2, 3, 4]);
  });

  it('that several devices are called is refused with the list of them', () => {
    expect(() => resolved('studio', undefined, [studio, other])).toThrow(
      /192\.168\.1\.23:18600 \(3f2a-91bc-07de\), 10\.0\.0\.9:18520 \(ffff-ffff-ffff\)/,
    );
  });

  it('that is neither is refused with both', () => {
    expect(() => resolved('no such thing', undefined, [studio])).toThrow(
      /is not an address.*No device that is known or announced on the network is called "no such thing"/,
    );
    expect(() => resolved('10.0.0.5:0', undefined, [])).toThrow(/is not a port/);
    expect(() => resolved('999.0.0.1', undefined, [])).toThrow(/not an IPv4 address/);
    expect(() => resolved('nas', 0, [])).toThrow(/--port 0 is for listeners/);
  });

  it('ignores known devices that were never reached and are not announced', () => {
    const incoming = knownDevice({ targets: [] });
    expect(endpointOf('studio', undefined, [incoming])).toEqual({ host: 'studio', port: 18520 });
  });
});

describe('a target that is announced', () => {
  const announced = discoveredPeer({ addresses: [{ host: '10.0.0.7', port: 7 }] });
  const stranger = discoveredPeer({
    deviceId: 'e'.repeat(64),
    addresses: [{ host: '10.0.0.66', port: 6 }],
  });

  it('is dialed where it is announced, and must have the key that was announced', () => {
    expect(resolved('Studio', undefined, [], [announced])).toEqual({
      endpoint: { host: '10.0.0.7', port: 7 },
      expectDeviceId: deviceId,
    });
    expect(endpointOf('studio', 99, [], [announced])).toEqual({ host: '10.0.0.7', port: 99 });
  });

  it('has all the addresses that are announced, each with the port that was asked for', () => {
    const addresses = [
      { host: '10.0.0.7', port: 7 },
      { host: '10.0.0.7', port: 8 },
      { host: 'fe80::7%eth0', port: 7 },
    ];
    const several = discoveredPeer({ addresses });
    expect(resolved('studio', undefined, [], [several])).toEqual({
      endpoint: addresses[0],
      others: addresses.slice(1),
      expectDeviceId: deviceId,
    });
    expect(resolved('studio', 99, [], [several])).toMatchObject({
      endpoint: { host: '10.0.0.7', port: 99 },
      others: [{ host: 'fe80::7%eth0', port: 99 }],
    });
  });

  it('may be given in full though its name is announced shortened', () => {
    const alias = '👨‍👩‍👧‍👦'.repeat(5) + '客厅的电脑😀é'.repeat(4);
    for (const full of [alias, '😀'.repeat(64), 'ǆ'.repeat(64)]) {
      const peer = discoveredPeer({ alias: announcedAlias(full) });
      expect(resolved(full, undefined, [], [peer]).expectDeviceId).toBe(deviceId);
      expect(() => resolved(`${full.slice(0, 20)}!`, undefined, [], [peer])).toThrow(/is called/);
    }
  });

  it('is looked for at its new address when it is known', () => {
    expect(resolved('studio', undefined, [studio], [announced])).toEqual({
      endpoint: { host: '10.0.0.7', port: 7 },
      expectDeviceId: deviceId,
    });
  });

  it('is known by its id, whatever it calls itself now', () => {
    const renamed = discoveredPeer({ ...announced, alias: 'atelier' });
    expect(endpointOf('studio', undefined, [studio], [renamed]).host).toBe('10.0.0.7');
  });

  it('never takes the place of a known device of the same name: both are listed, and none is dialed', () => {
    expect(() => resolved('studio', undefined, [studio], [stranger])).toThrow(
      /Several devices are called "studio": 192\.168\.1\.23:18600 \(.*10\.0\.0\.66:6 \(/,
    );
    expect(() => resolved('studio', undefined, [studio], [stranger, announced])).toThrow(/10\.0\.0\.7:7 \(/);
  });

  it('is the one whose key a person compared, whoever else calls itself so', () => {
    const verified = knownDevice({ verified: true });
    expect(resolved('studio', undefined, [verified], [stranger])).toMatchObject({
      endpoint: { host: '192.168.1.23', port: 18600 },
      expectDeviceId: verified.deviceId,
    });
  });

  it('is not found by a name that a known device gave itself later', () => {
    const renamed = discoveredPeer({ ...announced, alias: 'Anna' });
    const anna = discoveredPeer({ ...stranger, alias: 'Anna' });
    expect(() => resolved('Anna', undefined, [studio], [renamed, anna])).toThrow(/Several devices/);
  });

  it('is refused with all addresses when several unknown ones have the name', () => {
    expect(() => resolved('studio', undefined, [], [announced, stranger])).toThrow(
      /Several devices are called "studio": 10\.0\.0\.7:7 \(3f2a-91bc-07de\), 10\.0\.0\.66:6 \(eeee-eeee-eeee\)/,
    );
  });
});
