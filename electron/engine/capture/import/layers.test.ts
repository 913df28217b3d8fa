import { describe, expect, it } from 'vitest';

import { tcpAck, tcpFin, tcpRst } from '../pcapng/tcp-packet.ts';
import { v6Text } from './layers.ts';
import { bye, conversation, load, packet, pcapOf, ping } from './packets.fixture.ts';
import type { Sent } from './packets.fixture.ts';

describe('link layers', () => {
  const ether = (type: number): Buffer =>
    Buffer.from(`020000000001020000000002${type.toString(16).padStart(4, '0')}`, 'hex');
  const vlan = Buffer.from('020000000001020000000002810000058100000708', 'hex');
  it.each([
    ['Ethernet', 1, ether(0x0800)],
    [
      'Ethernet with two VLAN tags',
      1,
      Buffer.concat([ether(0x88a8), Buffer.from('0005810000070800', 'hex')]),
    ],
    ['BSD loopback, little-endian', 0, Buffer.from('02000000', 'hex')],
    ['BSD loopback, big-endian', 0, Buffer.from('00000002', 'hex')],
    ['OpenBSD loopback', 108, Buffer.from('00000002', 'hex')],
    ['raw IP', 101, Buffer.alloc(0)],
    ['raw IP of old', 12, Buffer.alloc(0)],
    ['raw IPv4', 228, Buffer.alloc(0)],
    ['Linux cooked', 113, Buffer.from('00000304000600000000000000000800', 'hex')],
    ['Linux cooked, version 2', 276, Buffer.from('0800000000000001030404060000000000000000', 'hex')],
  ])('reads %s', async (_name, linkType, head) => {
    expect(vlan.length).toBeGreaterThan(0);
    const { seen } = await load(
      pcapOf(
        conversation.map((sent) => Buffer.concat([head, packet(sent)])),
        { linkType },
      ),
    );
    expect(seen).toEqual(['PING', 'BYE']);
  });

  it('reads IPv6, also with extension headers', async () => {
    const plain = conversation.map((sent) => packet(sent, true));
    expect((await load(pcapOf(plain, { linkType: 101 }))).seen).toEqual(['PING', 'BYE']);
    const extended = plain.map((bytes) => {
      const with8 = Buffer.concat([
        bytes.subarray(0, 40),
        Buffer.from('0600000000000000', 'hex'),
        bytes.subarray(40),
      ]);
      with8[6] = 60;
      with8.writeUInt16BE(bytes.length - 40 + 8, 4);
      return with8;
    });
    expect((await load(pcapOf(extended, { linkType: 101 }))).seen).toEqual(['PING', 'BYE']);
  });

  it('says which link types it cannot read', async () => {
    const { notes, seen } = await load(pcapOf([packet({ at: 1, bytes: ping })], { linkType: 105 }));
    expect(seen).toEqual([]);
    expect(notes).toContain('Packets of link type 105 cannot be read.');
  });
});

describe('pcap', () => {
  it.each([
    ['in this order of bytes', {}],
    ['in the other one', { isBig: true }],
    ['with nanoseconds', { magic: 0xa1b23c4d }],
  ])('is read %s', async (_name, options) => {
    const { seen, loaded } = await load(
      pcapOf(
        conversation.map((sent) => packet(sent)),
        { linkType: 101, ...options },
      ),
    );
    expect(seen).toEqual(['PING', 'BYE']);
    expect(loaded.status().originMs).toBe(1_700_000_000_000);
  });
});

describe('connections', () => {
  const raw = (sent: readonly Sent[]) =>
    load(
      pcapOf(
        sent.map((each) => packet(each)),
        { linkType: 101 },
      ),
    );

  it('tells fragments, and what is no TCP', async () => {
    const fragment = packet({ at: 1, bytes: ping });
    fragment.writeUInt16BE(0x2000, 6);
    const udp = packet({ at: 1, bytes: ping });
    udp[9] = 17;
    const { notes } = await load(pcapOf([fragment, udp], { linkType: 101 }));
    expect(notes).toEqual([
      '1 packets are fragments of IP packets; they were left out.',
      '1 packets are not TCP; they were left out.',
    ]);
  });

  it('puts segments in order and drops what comes twice', async () => {
    const half = 40;
    const { seen, notes } = await raw([
      ...conversation.slice(0, 2),
      { at: 1 + half, bytes: bye.subarray(half) },
      { at: 1, bytes: bye.subarray(0, half + 5) },
      { at: 1, bytes: bye.subarray(0, half) },
    ]);
    expect(seen).toEqual(['BYE']);
    expect(notes).toEqual(['1 segments were repeated; each byte counts once.']);
  });

  it('tells a gap and finds the next frame', async () => {
    const { rows, seen } = await raw([
      ...conversation.slice(0, 2),
      { at: 1, bytes: ping },
      { at: 1 + ping.length + 10, bytes: bye.subarray(10) },
      { at: 1 + ping.length + bye.length, bytes: ping },
    ]);
    expect(seen).toEqual(['PING', 'gap', 'loose', 'PING']);
    expect(rows[1]).toMatchObject({ length: 10, offset: ping.length });
  });

  it('begins in the middle of a stream', async () => {
    const { seen, loaded } = await raw([
      { at: 5_000, bytes: bye.subarray(50) },
      { at: 5_000 + bye.length - 50, bytes: ping },
    ]);
    expect(seen.at(-1)).toBe('PING');
    expect(loaded.connections()[0]?.events[0]?.kind).toBe('midway');
  });

  it('leaves out what is not ours, and says how much of it is encrypted', async () => {
    const { seen, notes, loaded } = await raw([
      ...conversation.slice(0, 2),
      { at: 1, bytes: Buffer.from('160301020001', 'hex') },
    ]);
    expect(seen).toEqual([]);
    expect(loaded.connections()).toEqual([]);
    expect(notes).toEqual(['1 connections are encrypted; their frames cannot be read from here.']);
  });

  it('knows a new connection on the same ports by its SYN', async () => {
    const again = conversation.map((sent) => ({ ...sent, at: sent.at + 70_000 }));
    const { loaded, seen } = await raw([...conversation, { at: 1 + ping.length, flags: tcpRst }, ...again]);
    expect(seen).toEqual(['PING', 'BYE', 'PING', 'BYE']);
    expect(loaded.connections()).toHaveLength(2);
  });

  it('has ended when both FINs have passed', async () => {
    const { loaded } = await raw([
      ...conversation,
      { at: 1 + ping.length, flags: tcpFin | tcpAck },
      { at: 1 + bye.length, flags: tcpFin | tcpAck, isAnswer: true },
    ]);
    const [connection] = loaded.connections();
    expect(connection).toMatchObject({ isOpen: false, dialer: 'near', near: { port: 40_000 } });
    expect(connection?.events.map(({ kind }) => kind)).toEqual(['connect', 'fin', 'fin', 'close']);
  });
});

describe('IPv6 in text', () => {
  it.each([
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000ffffc0000201', '192.0.2.1'],
    ['00010000000200030004000500060007', '1:0:2:3:4:5:6:7'],
    ['fe800000000000000000000000000000', 'fe80::'],
  ])('%s is %s', (hex, text) => {
    expect(v6Text(Buffer.from(hex, 'hex'), 0)).toBe(text);
  });
});
