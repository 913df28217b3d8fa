/** Networks in memory: links that any number of transports speak on, and packets as a test writes them. */

import type { Link } from '../../base/links.ts';
import type { PacketListener, OpenTransport, MdnsPacket, Transport } from '../mdns/transport.ts';

/** What one member says on a link, all members of it hear, itself included, a moment later. */
export class MemoryNetwork {
  readonly said: MdnsPacket[] = [];
  readonly #members = new Map<PacketListener, readonly Link[]>();

  /** A transport of a member that has these links. */
  member(links: readonly Link[]): OpenTransport {
    return (listener) => {
      this.#members.set(listener, links);
      for (const link of links) setTimeout(() => this.#members.has(listener) && listener.opened(link), 0);
      const transport: Transport = {
        links,
        say: (link, packet) => {
          this.say(link.name, packet);
          return Promise.resolve(true);
        },
        refresh: () => {},
        close: () => {
          this.#members.delete(listener);
          return Promise.resolve();
        },
      };
      return transport;
    };
  }

  /** To everybody on the link of that name. */
  say(linkName: string, packet: MdnsPacket): void {
    this.said.push(packet);
    for (const [listener, links] of this.#members) {
      const link = links.find(({ name }) => name === linkName);
      if (link === undefined) continue;
      setTimeout(() => this.#members.has(listener) && listener.heard(packet, link), 1);
    }
  }
}

/** A member's own link to the same network, with other addresses. */
export const linkAt = (host: number, name = 'eth0'): Link => ({
  name,
  zone: name,
  addresses: [
    { address: `192.168.1.${host}`, family: 'IPv4', prefixLength: 24 },
    { address: `fe80::${host}`, family: 'IPv6', prefixLength: 64 },
  ],
});
