/**
 * The connection doctor: why a device cannot be reached. Tries what a person who knows networks would try, tells each
 * step, and derives the likely causes. Everything it tries comes in as an argument, so that every cause has a test.
 * What the findings mean is doctor-causes.ts.
 */

import { isIP, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { DoctorReport, DoctorStep, InterfaceKind } from '../../../shared/model/device.ts';
import type { Endpoint } from '../../../shared/model/peer.ts';
import { asHexdropError } from '../../../shared/errors/errors.ts';
import type { ErrorCode } from '../../../shared/errors/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { defaultPort } from '../../../shared/model/peer.ts';
import { interfaceKind } from '../../base/interface-kind.ts';
import { isLinkLocalIPv6, isOnLink, linksOf } from '../../base/links.ts';
import { isLoopback } from '../../base/origin.ts';
import type { Link } from '../../base/links.ts';
import { formatAddress } from '../../base/address.ts';
import { causesOf } from './doctor-causes.ts';
import type { Finding, TcpOutcome } from './doctor-causes.ts';
import { connectBriefly, lookupName, routeTo } from './doctor-means.ts';
import { dialFailure } from '../../base/failures.ts';

export interface DoctorSources {
  /** Opens a session and closes it; rejects with a HexdropError. The engine's `probe`. */
  readonly probe: (to: Endpoint) => Promise<unknown>;
  /** Addresses of a name; rejects or is empty when it is unknown. */
  readonly lookup?: (name: string) => Promise<readonly string[]>;
  /** Connects and hangs up at once. */
  readonly connect?: (to: Endpoint, timeoutMs: number) => Promise<TcpOutcome>;
  readonly links?: () => readonly Link[];
  readonly kindOf?: (interfaceName: string) => InterfaceKind;
  /** The own address from which the system would send there; undefined when it knows no way. */
  readonly route?: (host: string) => Promise<string | undefined>;
  /** How long a probe may take before it counts as silent. */
  readonly probeTimeoutMs?: number;
}

const probeTimeoutMs = 3_000;
const connectTimeoutMs = 1_500;
/** As long as a dial waits for it. */
const lookupTimeoutMs = limits.handshakeMs;
const mostAddresses = 6;
/** Hardly ever open: a device that is there refuses it, or its firewall is silent about that as well. */
const closedPort = 1;

/** Never rejects. `target` is an endpoint, or a device with all of its addresses. */
export const diagnose = async (
  target: Endpoint | { readonly addresses: readonly Endpoint[] },
  sources: DoctorSources,
): Promise<DoctorReport> => {
  const links = (sources.links ?? (() => linksOf(networkInterfaces())))();
  const steps: DoctorStep[] = [];
  const typed = 'addresses' in target ? target.addresses.slice(0, mostAddresses) : [target];
  if (!typed.every(({ host }) => isLoopback(host))) {
    steps.push({
      tried: 'interfaces',
      outcome: links.length > 0 ? 'good' : 'bad',
      subject: links.map(({ name }) => name).join(', '),
    });
    if (links.length === 0) return { steps, causes: ['no-network'] };
  }
  const resolved = await Promise.all(typed.map((endpoint) => resolve(endpoint, sources, steps)));
  const endpoints = resolved.flat().slice(0, mostAddresses);
  if (endpoints.length === 0) {
    if (typed.length === 0) return { steps, causes: ['unknown'] };
    const isSilent = steps.some(({ code }) => code === 'name-server-silent');
    return { steps, causes: [isSilent ? 'name-server-silent' : 'name-unknown'] };
  }
  const examined = await Promise.all(
    endpoints.map((endpoint) => new Examination(endpoint, links, sources).run()),
  );
  for (const { told } of examined) steps.push(...told);
  return { steps, causes: causesOf(examined.map(({ finding }) => finding)) };
};

const resolve = async (
  { host, port }: Endpoint,
  sources: DoctorSources,
  steps: DoctorStep[],
): Promise<readonly Endpoint[]> => {
  if (isIP(host) !== 0) return [{ host, port }];
  const startedMs = performance.now();
  const lookup = sources.lookup ?? ((name: string) => lookupName(name, lookupTimeoutMs));
  let code: ErrorCode = 'host-unknown';
  const addresses = await lookup(host).catch((thrown: unknown) => {
    ({ code } = dialFailure(thrown as NodeJS.ErrnoException, host, port));
    return [];
  });
  const tookMs = Math.round(performance.now() - startedMs);
  steps.push(
    addresses.length > 0
      ? { tried: 'resolve', outcome: 'good', subject: `${host}: ${addresses.join(', ')}`, tookMs }
      : { tried: 'resolve', outcome: 'bad', subject: host, tookMs, code },
  );
  return addresses.map((address) => ({ host: address, port }));
};

const otherPrograms: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'not-hexdrop',
  'handshake-timeout',
  'tls-failed',
  'certificate-required',
  'key-not-allowed',
  'bad-magic',
]);
const changedKeys: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['peer-key-changed', 'identity-mismatch']);
const codeOfOutcome: Readonly<Record<TcpOutcome, ErrorCode | undefined>> = {
  connected: undefined,
  refused: 'connection-refused',
  silent: 'unreachable',
  'no-way': 'unreachable',
};

/** One address. */
class Examination {
  readonly #endpoint: Endpoint;
  readonly #links: readonly Link[];
  readonly #sources: DoctorSources;
  readonly #told: DoctorStep[] = [];

  constructor(endpoint: Endpoint, links: readonly Link[], sources: DoctorSources) {
    this.#endpoint = endpoint;
    this.#links = links;
    this.#sources = sources;
  }

  async run(): Promise<{ readonly told: readonly DoctorStep[]; readonly finding: Finding }> {
    const isOwnSubnet = this.#isOwnSubnet();
    const isVpn = await this.#leavesByVpn();
    const outcome = await this.#probe();
    const isThere = await this.#triesOtherPort(outcome);
    return { told: this.#told, finding: { outcome, isOwnSubnet, isVpn, isThere } };
  }

  #isOwnSubnet(): boolean {
    const { host } = this.#endpoint;
    if (isLoopback(this.#endpoint.host)) return true;
    const [address = ''] = host.split('%');
    const family = isIPv4(address) ? 'IPv4' : 'IPv6';
    const link = this.#links.find((candidate) => isOnLink(candidate, address, family));
    const isOwn = link !== undefined || isLinkLocalIPv6(address);
    this.#told.push({
      tried: 'same-subnet',
      outcome: isOwn ? 'good' : 'unsure',
      subject: link === undefined ? host : `${host} (${link.name})`,
    });
    return isOwn;
  }

  /** Whether the system would send there through a VPN, although it is not that VPN's own network. */
  async #leavesByVpn(): Promise<boolean> {
    if (isLoopback(this.#endpoint.host)) return false;
    const { host } = this.#endpoint;
    const from = await (this.#sources.route ?? routeTo)(host).catch(() => undefined);
    const link = this.#links.find(({ addresses }) => addresses.some(({ address }) => address === from));
    if (from === undefined) {
      this.#told.push({ tried: 'route', outcome: 'bad', subject: host, code: 'unreachable' });
      return false;
    }
    const isVpn = link !== undefined && (this.#sources.kindOf ?? interfaceKind)(link.name) === 'vpn';
    this.#told.push({
      tried: 'route',
      outcome: isVpn ? 'unsure' : 'good',
      subject: link === undefined ? from : `${link.name} (${from})`,
    });
    return isVpn;
  }

  async #probe(): Promise<Finding['outcome']> {
    const subject = formatAddress(this.#endpoint);
    const startedMs = performance.now();
    const took = (): number => Math.round(performance.now() - startedMs);
    let error: { readonly code: ErrorCode; readonly seen: string | undefined } | undefined;
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<'silence'>((done) => {
      timer = setTimeout(() => done('silence'), this.#sources.probeTimeoutMs ?? probeTimeoutMs);
    });
    const probed = this.#sources.probe(this.#endpoint).then(
      () => 'open' as const,
      (thrown: unknown) => {
        error = asHexdropError(thrown);
        return 'failed' as const;
      },
    );
    const end = await Promise.race([probed, silence]);
    clearTimeout(timer);
    if (end === 'open') {
      this.#told.push({ tried: 'dial', outcome: 'good', subject, tookMs: took() });
      this.#told.push({ tried: 'handshake', outcome: 'good', subject });
      return 'fine';
    }
    const code = end === 'failed' ? (error?.code ?? 'internal') : undefined;
    if (code === 'connection-refused' || code === 'unreachable') {
      this.#told.push({ tried: 'dial', outcome: 'bad', subject, tookMs: took(), code });
      if (code === 'connection-refused') return 'refused';
      // A timeout is our own, or the system's; everything else is a system that knows no way.
      return error?.seen === undefined || error.seen === 'ETIMEDOUT' ? 'silent' : 'no-way';
    }
    if (code !== undefined) {
      this.#told.push({ tried: 'dial', outcome: 'good', subject, tookMs: took() });
      this.#told.push({ tried: 'handshake', outcome: 'bad', subject, code });
      if (changedKeys.has(code)) return 'key-changed';
      return otherPrograms.has(code) ? 'other-program' : 'failed';
    }
    // Nothing yet: is it the network that is silent, or the program behind the port?
    const tcp = await this.#connect(this.#endpoint);
    if (tcp === 'connected') {
      this.#told.push({ tried: 'dial', outcome: 'good', subject });
      this.#told.push({
        tried: 'handshake',
        outcome: 'bad',
        subject,
        tookMs: took(),
        code: 'handshake-timeout',
      });
      return 'other-program';
    }
    const failedWith = codeOfOutcome[tcp];
    this.#told.push({
      tried: 'dial',
      outcome: 'bad',
      subject,
      tookMs: took(),
      ...(failedWith === undefined ? {} : { code: failedWith }),
    });
    return tcp;
  }

  /** After silence: does the device itself say no to anything? After a refusal: is it the usual port that listens? */
  async #triesOtherPort(outcome: Finding['outcome']): Promise<boolean> {
    const { host, port } = this.#endpoint;
    const other = outcome === 'silent' ? closedPort : outcome === 'refused' ? defaultPort : port;
    if (other === port) return false;
    const endpoint = { host, port: other };
    const startedMs = performance.now();
    const tcp = await this.#connect(endpoint);
    const isThere = tcp === 'refused' || tcp === 'connected';
    const code = codeOfOutcome[tcp];
    const isGood = outcome === 'silent' ? isThere : tcp === 'connected';
    this.#told.push({
      tried: 'dial-other-port',
      outcome: isGood ? 'good' : 'bad',
      subject: formatAddress(endpoint),
      tookMs: Math.round(performance.now() - startedMs),
      ...(code === undefined ? {} : { code }),
    });
    return isThere;
  }

  #connect(to: Endpoint): Promise<TcpOutcome> {
    return (this.#sources.connect ?? connectBriefly)(to, connectTimeoutMs).catch(() => 'no-way' as const);
  }
}
