import { describe, expect, it } from 'vitest';
import { knownDevice } from './fake-views.ts';
import { resolveRemotePath, resolveTarget } from './target.ts';

const studio = knownDevice();
const other = knownDevice({ deviceId: 'f'.repeat(64), targets: ['10.0.0.9:18520'] });

describe('a target', () => {
  it.each([
    ['an address', '10.0.0.5', undefined, { host: '10.0.0.5', port: 18520 }],
    ['an address and --port', '10.0.0.5', 99, { host: '10.0.0.5', port: 99 }],
    ['an address with a port, whatever --port says', '10.0.0.5:7', 99, { host: '10.0.0.5', port: 7 }],
    ['an IPv6 address with a port', '[fd00::5]:7', undefined, { host: 'fd00::5', port: 7 }],
    ['a bare IPv6 address', 'fd00::5', undefined, { host: 'fd00::5', port: 18520 }],
    ['a name', 'nas.local', undefined, { host: 'nas.local', port: 18520 }],
    ['an unknown bare name', 'nas', undefined, { host: 'nas', port: 18520 }],
    ['an alias', 'studio', undefined, { host: '192.168.1.23', port: 18600 }],
    ['an alias in other letters', 'STUDIO', undefined, { host: '192.168.1.23', port: 18600 }],
    ['an alias with a port', 'studio:7', undefined, { host: '192.168.1.23', port: 7 }],
    ['an alias and --port', 'studio', 99, { host: '192.168.1.23', port: 99 }],
  ] as const)('may be %s', (_what, text, port, expected) => {
    expect(resolveTarget(text, port, [studio])).toEqual(expected);
  });

  it('may be an alias that no address could be', () => {
    const device = knownDevice({ alias: "Ada's laptop 💻" });
    expect(resolveTarget("ada's laptop 💻", undefined, [device])).toEqual({
      host: '192.168.1.23',
      port: 18600,
    });
  });

  it('that is an address is never taken for the alias of a device that calls itself so', () => {
    const liar = knownDevice({ alias: '10.0.0.5' });
    const named = knownDevice({ alias: 'nas.local' });
    const posing = knownDevice({ alias: 'nas' });
    const nas = knownDevice({ deviceId: 'f'.repeat(64), alias: 'x', targets: ['nas:18520'] });
    expect(resolveTarget('10.0.0.5', undefined, [liar]).host).toBe('10.0.0.5');
    expect(resolveTarget('nas.local', undefined, [named]).host).toBe('nas.local');
    expect(resolveTarget('nas', undefined, [posing, nas]).host).toBe('nas');
  });

  it('that several devices are called is refused with the list of them', () => {
    expect(() => resolveTarget('studio', undefined, [studio, other])).toThrow(
      /192\.168\.1\.23:18600 \(3f2a-91bc-07de\), 10\.0\.0\.9:18520 \(ffff-ffff-ffff\)/,
    );
  });

  it('that is neither is refused with both', () => {
    expect(() => resolveTarget('no such thing', undefined, [studio])).toThrow(
      /is not an address.*No known device is called "no such thing"/,
    );
    expect(() => resolveTarget('10.0.0.5:0', undefined, [])).toThrow(/is not a port/);
    expect(() => resolveTarget('999.0.0.1', undefined, [])).toThrow(/not an IPv4 address/);
  });

  it('ignores devices that were never reached', () => {
    const incoming = knownDevice({ targets: [] });
    expect(resolveTarget('studio', undefined, [incoming])).toEqual({ host: 'studio', port: 18520 });
  });
});

describe('a remote path', () => {
  it('is a host and what follows its first slash', () => {
    expect(resolveRemotePath('10.0.0.5:7/photos/2024/', undefined, [])).toEqual({
      endpoint: { host: '10.0.0.5', port: 7 },
      path: 'photos/2024',
    });
    expect(resolveRemotePath('studio/photos', undefined, [studio]).endpoint.port).toBe(18600);
    expect(resolveRemotePath('studio', undefined, [studio]).path).toBe('');
  });

  it('that leads out is refused', () => {
    expect(() => resolveRemotePath('host/a/../b', undefined, [])).toThrow(/"\.\." is not a name/);
    expect(() => resolveRemotePath('host//a', undefined, [])).toThrow(/missing/);
  });
});
