/**
 * Multicast DNS on every usable interface: one socket for each and each family, opened when an interface appears and
 * closed when it goes. Says what it hears as decoded packets of unknown content, and what does not work as typed
 * trouble; throws nothing. What the packets mean is not known here.
 */

import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import makeMdns from 'multicast-dns';
import type { MulticastDNS } from 'multicast-dns';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { isLinkLocalIPv6, isOnLink, keyOfLink, linksOf } from '../../base/links.ts';
import type { Link, SystemInterfaces } from '../../base/links.ts';
import { gated, PacketGate } from './packet-gate.ts';
import type { MdnsRecord } from './service.ts';

export interface MdnsPacket {
  readonly type: 'query' | 'response';
  readonly questions?: readonly {
    readonly name: string;
    readonly type: 'PTR' | 'SRV' | 'TXT' | 'A' | 'AAAA';
  }[];
  readonly answers?: readonly MdnsRecord[];
  readonly additionals?: readonly MdnsRecord[];
}

export interface PacketListener {
  /** `packet` is anything that could be decoded. */
  heard(packet: unknown, link: Link): void;
  opened(link: Link): void;
  closed(link: Link): void;
  trouble(error: HexdropError): void;
}

export interface Transport {
  /** Those that can be spoken on now. */
  readonly links: readonly Link[];
  /** To everybody on the link. True when it left on one of its sockets at least. */
  say(link: Link, packet: MdnsPacket): Promise<boolean>;
  /** Looks at the interfaces, now. */
  refresh(): void;
  close(): Promise<void>;
}

export type OpenTransport = (listener: PacketListener) => Transport;

const mdnsPort = 5353;
const groups = { IPv4: '224.0.0.251', IPv6: 'ff02::fb' } as const;
type Family = keyof typeof groups;

/** A new Wi-Fi or VPN must be noticed; asking the system takes well under a millisecond. */
const rescanMs = 2_000;
/** Answers of a room full of devices pass; a flood costs no more than this. For each second and socket. */
const mostPacketsASecond = 300;

export interface MdnsOptions {
  readonly interfaces?: () => SystemInterfaces;
  readonly platform?: NodeJS.Platform;
  readonly makeSocket?: (family: Family) => Socket;
}

/** Two programs on one machine, and the system's own responder, share the port. */
const systemSocket = (family: Family): Socket =>
  createSocket(
    family === 'IPv4' ? { type: 'udp4', reuseAddr: true } : { type: 'udp6', reuseAddr: true, ipv6Only: true },
  );

/** The library sets these when a socket is bound, in a place where nobody could catch what they throw. */
const tolerant = (socket: Socket): Socket => {
  for (const name of ['setMulticastTTL', 'setMulticastLoopback'] as const) {
    const set = socket[name].bind(socket) as (value: number | boolean) => unknown;
    Object.assign(socket, {
      [name]: (value: number | boolean) => {
        try {
          set(value);
        } catch {
          // Then the system's own setting holds.
        }
      },
    });
  }
  return socket;
};

/** One interface and family. */
interface Voice {
  readonly family: Family;
  readonly link: Link;
  readonly mdns: MulticastDNS;
  isReady: boolean;
  secondStartMs: number;
  inSecond: number;
}

interface OpenLink {
  readonly link: Link;
  voices: readonly Voice[];
  isOpened: boolean;
}

export const mdnsTransport =
  (options: MdnsOptions = {}): OpenTransport =>
  (listener) =>
    new MdnsTransport(listener, options);

class MdnsTransport implements Transport {
  readonly #listener: PacketListener;
  readonly #interfaces: () => SystemInterfaces;
  readonly #platform: NodeJS.Platform;
  readonly #makeSocket: (family: Family) => Socket;
  readonly #open = new Map<string, OpenLink>();
  /** What was told and is not over. */
  readonly #troubles = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(listener: PacketListener, options: MdnsOptions) {
    this.#listener = listener;
    this.#interfaces = options.interfaces ?? networkInterfaces;
    this.#platform = options.platform ?? process.platform;
    this.#makeSocket = options.makeSocket ?? systemSocket;
    this.#timer = setInterval(() => this.refresh(), rescanMs);
    this.#timer.unref();
    // Whoever opened it has it in hand before the first word comes.
    setImmediate(() => this.refresh());
  }

  get links(): readonly Link[] {
    return [...this.#open.values()].filter(({ isOpened }) => isOpened).map(({ link }) => link);
  }

  refresh(): void {
    if (this.#isClosed) return;
    const links = new Map(this.#readLinks().map((link) => [keyOfLink(link), link]));
    for (const [key, open] of this.#open) if (!links.has(key)) this.#closeLink(key, open);
    for (const [key, link] of links) {
      if (!this.#open.has(key)) this.#open.set(key, { link, voices: [], isOpened: false });
    }
    for (const open of this.#open.values()) this.#openVoices(open);
    this.#judge(
      'no network',
      links.size > 0,
      'This device is in no network: no address but its own loopback.',
    );
  }

  async say(link: Link, packet: MdnsPacket): Promise<boolean> {
    const open = this.#open.get(keyOfLink(link));
    const voices = open?.voices.filter(({ isReady }) => isReady) ?? [];
    const left = await Promise.all(voices.map((voice) => this.#sayWith(voice, packet)));
    return left.includes(true);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    const voices = [...this.#open.values()].flatMap((open) => open.voices);
    this.#open.clear();
    await Promise.all(voices.map(destroy));
  }

  #readLinks(): readonly Link[] {
    try {
      return linksOf(this.#interfaces(), this.#platform);
    } catch (thrown) {
      this.#judge('interfaces', false, 'The system does not tell its network interfaces.', thrown);
      return [];
    }
  }

  /** Also those that could not be opened before: what was in the way may be gone. */
  #openVoices(open: OpenLink): void {
    for (const family of ['IPv4', 'IPv6'] as const) {
      const isWanted = open.link.addresses.some((address) => address.family === family);
      if (isWanted && open.voices.every((voice) => voice.family !== family)) this.#openVoice(open, family);
    }
  }

  #closeLink(key: string, { link, voices, isOpened }: OpenLink): void {
    this.#open.delete(key);
    for (const voice of voices) void destroy(voice);
    for (const trouble of this.#troubles)
      if (trouble.endsWith(` ${link.name}`)) this.#troubles.delete(trouble);
    if (isOpened) this.#listener.closed(link);
  }

  #openVoice(open: OpenLink, family: Family): void {
    const { link } = open;
    const trouble = `${family} ${link.name}`;
    const failed = (thrown: unknown): void =>
      this.#judge(trouble, false, `Multicast over ${family} does not work on ${link.name}.`, thrown);
    try {
      const socket = gated(tolerant(this.#makeSocket(family)), new PacketGate());
      const mdns = makeMdns({
        socket,
        type: family === 'IPv4' ? 'udp4' : 'udp6',
        ip: groups[family],
        port: mdnsPort,
        interface: this.#outgoing(link, family),
        bind: this.#bindAddress(link, family),
      });
      const voice: Voice = { family, link, mdns, isReady: false, secondStartMs: 0, inSecond: 0 };
      open.voices = [...open.voices, voice];
      mdns.on('ready', () => {
        if (this.#open.get(keyOfLink(link)) !== open) return;
        voice.isReady = true;
        this.#judge(trouble, true);
        if (open.isOpened) return;
        open.isOpened = true;
        this.#listener.opened(link);
      });
      // "warning" is what the library calls a packet that it cannot read, and an error of a socket that lives on.
      mdns.on('warning', (thrown: unknown) => {
        if (thrown instanceof Error && 'syscall' in thrown) failed(thrown);
      });
      mdns.on('error', (thrown: unknown) => {
        failed(thrown);
        voice.isReady = false;
        open.voices = open.voices.filter((other) => other !== voice);
        void destroy(voice);
      });
      mdns.on('packet', (packet: unknown, from: { readonly address?: unknown }) =>
        this.#heard(voice, packet, from),
      );
    } catch (thrown) {
      failed(thrown);
    }
  }

  /** What the system wants to hear about which interface is meant. */
  #outgoing(link: Link, family: Family): string {
    if (family === 'IPv6') return `::%${link.zone}`;
    return link.addresses.find((address) => address.family === 'IPv4')?.address ?? '0.0.0.0';
  }

  /**
   * Bound to the group, a socket gets nothing that somebody sent to this machine alone, from wherever. Not every system
   * permits that.
   */
  #bindAddress(link: Link, family: Family): string {
    if (this.#platform === 'linux') return family === 'IPv4' ? groups.IPv4 : `${groups.IPv6}%${link.zone}`;
    return family === 'IPv4' ? '0.0.0.0' : '::';
  }

  #heard(voice: Voice, packet: unknown, { address }: { readonly address?: unknown }): void {
    const nowMs = performance.now();
    if (nowMs - voice.secondStartMs >= 1_000) {
      voice.secondStartMs = nowMs;
      voice.inSecond = 0;
    }
    voice.inSecond += 1;
    if (voice.inSecond > mostPacketsASecond || typeof address !== 'string') return;
    if (!this.#cameOver(voice.link, address)) return;
    try {
      this.#listener.heard(packet, voice.link);
    } catch (thrown) {
      this.#judge('hearing', false, 'A packet could not be understood.', thrown);
    }
  }

  /** A system may hand what came over one interface to the sockets of all: the sender's address tells which it was. */
  #cameOver(link: Link, source: string): boolean {
    if (isIPv4(source)) {
      if (isOnLink(link, source, 'IPv4')) return true;
      return !this.links.some((other) => isOnLink(other, source, 'IPv4'));
    }
    const [address = '', zone] = source.split('%');
    if (isLinkLocalIPv6(address)) return zone === undefined || zone === link.zone || zone === link.name;
    if (isOnLink(link, address, 'IPv6')) return true;
    return !this.links.some((other) => isOnLink(other, address, 'IPv6'));
  }

  #sayWith(voice: Voice, packet: MdnsPacket): Promise<boolean> {
    const trouble = `${voice.family} ${voice.link.name}`;
    return new Promise((resolve) => {
      const done = (thrown?: unknown): void => {
        const isSaid = thrown === undefined || thrown === null;
        if (!this.#isClosed)
          this.#judge(
            trouble,
            isSaid,
            `Multicast over ${voice.family} does not leave on ${voice.link.name}.`,
            thrown,
          );
        resolve(isSaid);
      };
      try {
        const { questions = [], answers = [], additionals = [] } = packet;
        const lists = { questions: [...questions], answers: [...answers], additionals: [...additionals] };
        if (packet.type === 'query') voice.mdns.query(lists, done);
        else voice.mdns.respond(lists, done);
      } catch (thrown) {
        done(thrown);
      }
    });
  }

  /** Tells a trouble when it begins, and never twice before it is over. */
  #judge(trouble: string, isGood: boolean, sentence = '', cause?: unknown): void {
    if (isGood) {
      this.#troubles.delete(trouble);
      return;
    }
    if (this.#troubles.has(trouble) || this.#isClosed) return;
    this.#troubles.add(trouble);
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    this.#listener.trouble(
      new HexdropError('discovery-failed', `${sentence.replace(/\.$/, '')}${code}.`, {
        seen: trouble,
        cause,
      }),
    );
  }
}

/** Resolves when the socket is closed, however it is. */
const destroy = ({ mdns }: Voice): Promise<void> =>
  new Promise((resolve) => {
    try {
      mdns.destroy(resolve);
    } catch {
      // It was closed before, or never open.
      resolve();
    }
  });
