import { describe, expect, it } from 'vitest';
import type { DoctorReport } from '../../../shared/model/device.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { ErrorCode } from '../../../shared/errors/errors.ts';
import type { Link } from '../../base/links.ts';
import { diagnose } from './doctor.ts';
import type { DoctorSources } from './doctor.ts';
import type { TcpOutcome } from './doctor-causes.ts';

const lan: Link = {
  name: 'eth0',
  zone: 'eth0',
  addresses: [{ address: '192.168.1.5', family: 'IPv4', prefixLength: 24 }],
};
const vpn: Link = {
  name: 'wg0',
  zone: 'wg0',
  addresses: [{ address: '10.8.0.2', family: 'IPv4', prefixLength: 24 }],
};

const near = { host: '192.168.1.9', port: 18_520 };
const far = { host: '192.168.2.9', port: 18_520 };

const failing = (code: ErrorCode, seen?: string) => (): Promise<never> =>
  Promise.reject(new HexdropError(code, undefined, { seen }));

const sources = (over: Partial<DoctorSources> = {}): DoctorSources => ({
  probe: () => Promise.resolve(),
  lookup: () => Promise.resolve([]),
  connect: () => Promise.resolve('silent'),
  links: () => [lan],
  kindOf: (name) => (name === 'wg0' ? 'vpn' : 'ethernet'),
  route: () => Promise.resolve('192.168.1.5'),
  ...over,
});

const stepsOf = ({ steps }: DoctorReport): readonly string[] =>
  steps.map(({ tried, outcome }) => `${tried} ${outcome}`);

describe('the connection doctor', () => {
  it('finds nothing where a session opens', async () => {
    const report = await diagnose(near, sources());
    expect(report.causes).toEqual(['fine']);
    expect(stepsOf(report)).toEqual([
      'interfaces good',
      'same-subnet good',
      'route good',
      'dial good',
      'handshake good',
    ]);
  });

  it('tries nothing where this machine has no network', async () => {
    const report = await diagnose(near, sources({ links: () => [], probe: failing('internal') }));
    expect(report.causes).toEqual(['no-network']);
    expect(stepsOf(report)).toEqual(['interfaces bad']);
  });

  it('needs no network for this machine itself', async () => {
    const report = await diagnose({ host: '127.0.0.1', port: 1 }, sources({ links: () => [] }));
    expect(report.causes).toEqual(['fine']);
  });

  it('says that a name is unknown', async () => {
    const report = await diagnose({ host: 'nas.local', port: 1 }, sources());
    expect(report.causes).toEqual(['name-unknown']);
    expect(report.steps.at(-1)).toMatchObject({ tried: 'resolve', outcome: 'bad', code: 'host-unknown' });
  });

  it('tells a name that is unknown from a name server that does not answer', async () => {
    const lookup = () => Promise.reject(Object.assign(new Error('again'), { code: 'EAI_AGAIN' }));
    const report = await diagnose({ host: 'nas', port: 1 }, sources({ lookup }));
    expect(report.causes).toEqual(['name-server-silent']);
    expect(report.steps.at(-1)).toMatchObject({
      tried: 'resolve',
      outcome: 'bad',
      code: 'name-server-silent',
    });
  });

  it('goes on with the addresses of a name', async () => {
    const dialed: string[] = [];
    const report = await diagnose(
      { host: 'nas.local', port: 7 },
      sources({
        lookup: () => Promise.resolve(['192.168.1.9', 'fe80::1%eth0']),
        probe: ({ host, port }) => Promise.resolve(dialed.push(`${host} ${port}`)),
      }),
    );
    expect(report.causes).toEqual(['fine']);
    expect(dialed).toEqual(['192.168.1.9 7', 'fe80::1%eth0 7']);
  });

  it('a refusal means that nothing runs there, and the usual port is tried', async () => {
    const tried: string[] = [];
    const report = await diagnose(
      { ...near, port: 99 },
      sources({
        probe: failing('connection-refused', 'ECONNREFUSED'),
        connect: ({ host, port }) => {
          tried.push(`${host} ${port}`);
          return Promise.resolve('connected');
        },
      }),
    );
    expect(report.causes).toEqual(['not-running-there']);
    expect(tried).toEqual(['192.168.1.9 18520']);
    expect(report.steps.at(-1)).toMatchObject({ tried: 'dial-other-port', outcome: 'good' });
  });

  it.each<[string, TcpOutcome, readonly string[]]>([
    [
      'silence in the own subnet is a firewall, or a machine that is off',
      'silent',
      ['firewall-there', 'not-running-there'],
    ],
    ['silence of a machine that answers elsewhere is a firewall', 'refused', ['firewall-there']],
  ])('%s', async (_rule, otherPort, causes) => {
    const report = await diagnose(
      near,
      sources({ probe: failing('unreachable'), connect: () => Promise.resolve(otherPort) }),
    );
    expect(report.causes).toEqual(causes);
    expect(report.steps).toContainEqual(expect.objectContaining({ tried: 'dial', code: 'unreachable' }));
  });

  it('silence beyond the own subnet is the other subnet first', async () => {
    const report = await diagnose(far, sources({ probe: failing('unreachable', 'ETIMEDOUT') }));
    expect(report.causes).toEqual(['other-subnet', 'firewall-there']);
    expect(stepsOf(report)).toContain('same-subnet unsure');
  });

  it('no way in the own subnet is a machine that is not there', async () => {
    const report = await diagnose(near, sources({ probe: failing('unreachable', 'EHOSTUNREACH') }));
    expect(report.causes).toEqual(['not-running-there', 'firewall-there']);
  });

  it('no way beyond it is the other subnet', async () => {
    const report = await diagnose(
      far,
      sources({ probe: failing('unreachable', 'ENETUNREACH'), route: () => Promise.resolve(undefined) }),
    );
    expect(report.causes).toEqual(['other-subnet']);
    expect(report.steps).toContainEqual(expect.objectContaining({ tried: 'route', outcome: 'bad' }));
  });

  it('a VPN that takes the route comes first', async () => {
    const report = await diagnose(
      far,
      sources({
        links: () => [lan, vpn],
        route: () => Promise.resolve('10.8.0.2'),
        probe: failing('unreachable'),
      }),
    );
    expect(report.causes).toEqual(['vpn', 'other-subnet', 'firewall-there']);
  });

  it.each<[ErrorCode, string]>([
    ['not-hexdrop', 'other-program'],
    ['tls-failed', 'other-program'],
    ['handshake-timeout', 'other-program'],
    ['peer-key-changed', 'key-changed'],
    ['identity-mismatch', 'key-changed'],
    ['too-many-sessions', 'unknown'],
  ])('%s behind a good dial is %s', async (code, cause) => {
    const report = await diagnose(near, sources({ probe: failing(code) }));
    expect(report.causes).toEqual([cause]);
    expect(report.steps.slice(-2)).toMatchObject([
      { tried: 'dial', outcome: 'good' },
      { tried: 'handshake', outcome: 'bad', code },
    ]);
  });

  it('a port that takes connections and says nothing belongs to another program', async () => {
    const report = await diagnose(
      near,
      sources({
        probe: () => new Promise(() => {}),
        connect: () => Promise.resolve('connected'),
        probeTimeoutMs: 5,
      }),
    );
    expect(report.causes).toEqual(['other-program']);
  });

  it('a probe that comes to nothing ends in time, and what a bare dial says counts', async () => {
    const report = await diagnose(
      near,
      sources({
        probe: () => new Promise(() => {}),
        connect: () => Promise.resolve('refused'),
        probeTimeoutMs: 5,
      }),
    );
    expect(report.causes).toEqual(['not-running-there']);
  });

  it('one good address of several is enough; otherwise what is certain comes first', async () => {
    const addresses = [far, near];
    const good = await diagnose(
      { addresses },
      sources({ probe: ({ host }) => (host === near.host ? Promise.resolve() : failing('unreachable')()) }),
    );
    expect(good.causes).toEqual(['fine']);
    const bad = await diagnose(
      { addresses },
      sources({
        probe: ({ host }) => failing(host === near.host ? 'connection-refused' : 'unreachable')(),
      }),
    );
    expect(bad.causes).toEqual(['not-running-there', 'other-subnet', 'firewall-there']);
  });

  it('never rejects, whatever its means do', async () => {
    const report = await diagnose(
      { host: 'nas', port: 1 },
      sources({
        lookup: () => Promise.resolve(['192.168.1.9']),
        probe: () => Promise.reject(new Error('odd')),
        connect: () => Promise.reject(new Error('odd')),
        route: () => Promise.reject(new Error('odd')),
      }),
    );
    expect(report.causes).toEqual(['unknown']);
  });

  it('looks at the real network of this machine', async () => {
    const report = await diagnose(
      { host: '127.0.0.1', port: 1 },
      { probe: failing('connection-refused', 'ECONNREFUSED') },
    );
    expect(report.causes).toEqual(['not-running-there']);
  });
});
