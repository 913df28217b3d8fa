import { describe, expect, it } from 'vitest';
import { resolveLocalName } from './local-name.ts';
import { MemoryNetwork } from '../testing/network.ts';
import { lan } from '../../base/testing/links.ts';
import type { AddressRecord } from './service.ts';
import type { PacketListener, OpenTransport } from './transport.ts';

const address = (name: string, data: string, ttl = 60): AddressRecord => ({
  type: data.includes(':') ? 'AAAA' : 'A',
  name,
  ttl,
  data,
});

/** A network on which each question is answered so. */
const answering = (
  ...answers: readonly AddressRecord[]
): { open: OpenTransport; isClosed: () => boolean } => {
  const network = new MemoryNetwork();
  let closed = false;
  const open = (listener: PacketListener) => {
    const transport = network.member([lan])(listener);
    return {
      ...transport,
      say: (...args: Parameters<typeof transport.say>) => {
        network.say('eth0', { type: 'response', answers });
        return transport.say(...args);
      },
      close: () => {
        closed = true;
        return transport.close();
      },
    };
  };
  return { open, isClosed: () => closed };
};

describe('a .local name', () => {
  it('leads to what answers, the best address first, link-local ones with their zone', async () => {
    const { open, isClosed } = answering(
      address('NAS.local', 'fe80::9'),
      address('nas.local', '10.9.9.9'),
      address('nas.local', '192.168.1.9'),
      address('other.local', '192.168.1.10'),
      address('nas.local', '192.168.1.11', 0),
    );
    expect(await resolveLocalName('nas.local', { transport: open })).toEqual([
      '192.168.1.9',
      '10.9.9.9',
      'fe80::9%eth0',
    ]);
    expect(isClosed()).toBe(true);
  });

  it('leads nowhere when nobody answers in time', async () => {
    const { open, isClosed } = answering();
    expect(await resolveLocalName('nas.local', { transport: open, timeoutMs: 30 })).toEqual([]);
    expect(isClosed()).toBe(true);
  });

  it('leads to 16 addresses at most', async () => {
    const many = Array.from({ length: 60 }, (_, index) => address('nas.local', `192.168.1.${index}`));
    expect(await resolveLocalName('nas.local', { transport: answering(...many).open })).toHaveLength(16);
  });
});
