import { describe, expect, it } from 'vitest';

import { tcpAck, tcpFin, tcpRst } from '../pcapng/tcp-packet.ts';
import { v6Text } from './layers.ts';
import { bye, conversation, load, packet, pcapOf, ping } from '../../testing/packets.ts';
import type { Sent } from '../../testing/packets.ts';

describe('link layers', () => {
  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const macs = '020000000001 020000000002';
  const cooked = '0000 0304 0006 0000 0000 0000 0000';
  const cooked2 = '0000 00000001 0304 04 06 0000000000000000';
  const snap = 'aaaa03 000000 0800';
  it.each([
    ['Ethernet', 1, `${macs} 0800`],
    ['Ethernet with two VLAN tags', 1, `${macs} 88a8 0005 8100 0007 0800`],
    ['Ethernet with five VLAN tags', 1, `${macs} 88a8 0005 9100 0007 9200 0001 8100 0002 8100 0003 0800`],
    ['802.3 with LLC and SNAP', 1, `${macs} 0060 ${snap}`],
    ['802.3 with IP right behind LLC', 1, `${macs} 0060 060603`],
    ['LLC and SNAP behind a VLAN tag', 1, `${macs} 8100 0005 0060 ${snap}`],
    ['MPLS with one label', 1, `${macs} 8847 000641ff`],
    ['MPLS with three labels', 1, `${macs} 8847 000640ff 000650ff 000661ff`],
    ['Ethernet within MPLS', 1, `${macs} 8847 000641ff 00000000 ${macs} 8100 0005 0800`],
    ['PPPoE', 1, `${macs} 8864 1100 0001 0100 0021`],
    ['PPPoE behind a VLAN tag, its protocol compressed', 1, `${macs} 8100 0007 8864 1100 0001 0100 21`],
    ['MPLS behind PPPoE', 1, `${macs} 8864 1100 0001 0100 0281 000641ff`],
    ['PPP', 9, '0021'],
    ['PPP in HDLC', 50, 'ff03 0021'],
    ["Cisco's HDLC", 104, '0f00 0800'],
    ['PPPoE without Ethernet', 51, '1100 0001 0100 0021'],
    ['BSD loopback, little-endian', 0, '02000000'],
    ['BSD loopback, big-endian', 0, '00000002'],
    ['OpenBSD loopback', 108, '00000002'],
    ['raw IP', 101, ''],
    ['raw IP of old', 12, ''],
    ['raw IPv4', 228, ''],
    ['Linux cooked', 113, `${cooked} 0800`],
    ['Linux cooked with a VLAN tag', 113, `${cooked} 8100 0005 0800`],
    ['Linux cooked with two VLAN tags', 113, `${cooked} 88a8 0005 8100 0006 0800`],
    ['Linux cooked with PPPoE', 113, `${cooked} 8864 1100 0001 0100 0021`],
    ['Linux cooked with LLC', 113, `${cooked} 0004 ${snap}`],
    ['Linux cooked, version 2', 276, `0800 ${cooked2}`],
    ['Linux cooked, version 2, with a VLAN tag', 276, `8100 ${cooked2} 0005 0800`],
    ['Linux cooked, version 2, with MPLS', 276, `8847 ${cooked2} 000641ff`],
  ])('reads %s', async (_name, linkType, head) => {
    const packets = conversation.map((sent) => Buffer.concat([hex(head), packet(sent)]));
    const { seen, notes } = await load(pcapOf(packets, { linkType }));
    expect(seen).toEqual(['PING', 'BYE']);
    expect(notes).toEqual([]);
  });

  it.each([
    ['labels without an end', 1, `${macs} 8847 ${'000640ff'.repeat(60)}`],
    ['tags without an end', 1, `${macs} ${'8100 0005'.repeat(60)} 0800`],
    ['PPPoE that looks for its server', 1, `${macs} 8863 1109 0000 0000`],
    ['PPPoE that leaves it', 1, `${macs} 8864 11a7 0001 0000`],
    ['another protocol in SNAP', 1, `${macs} 0060 aaaa03 00000c 2000`],
    ['nothing', 1, ''],
  ])('survives %s', async (_name, linkType, head) => {
    const packets = conversation.map(() => hex(head));
    expect((await load(pcapOf(packets, { linkType }))).seen).toEqual([]);
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

  it('tells what is no TCP', async () => {
    const udp = packet({ at: 1, bytes: ping });
    udp[9] = 17;
    const { notes } = await load(pcapOf([udp, udp], { linkType: 101 }));
    expect(notes).toEqual(['2 packets are not TCP; they were left out.']);
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
    expect(notes).toEqual(['1 segment was repeated; each byte counts once.']);
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
    expect(notes).toEqual(['1 connection is encrypted; its frames cannot be read from here.']);
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
