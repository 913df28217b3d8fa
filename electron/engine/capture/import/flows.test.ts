import { describe, expect, it } from 'vitest';

import { tcpAck, tcpFin, tcpSyn } from '../pcapng/tcp-packet.ts';
import { conversation, handshake, load, packet, pcapOf, pcapngOf, ping } from '../../testing/packets.ts';
import type { Sent } from '../../testing/packets.ts';

const on = (fromPort: number, sent: readonly Sent[]): Sent[] => sent.map((each) => ({ ...each, fromPort }));

describe('many connections', () => {
  it('that are open at a time are told apart, however many there are', async () => {
    const ports = Array.from({ length: 6_000 }, (_, index) => 20_000 + index);
    const opened = ports.flatMap((port) => on(port, conversation.slice(0, 3)));
    const answered = ports.flatMap((port) => on(port, conversation.slice(3)));
    const { loaded, seen } = await load(pcapngOf([...opened, ...answered]));
    expect(seen.length).toBe(12_000);
    const connections = loaded.connections();
    expect(connections.length).toBe(6_000);
    expect(connections.every(({ dialer, near, far }) => dialer === 'near' && near.port !== far.port)).toBe(
      true,
    );
    expect(connections.every((each) => each.in.frames === 1 && each.out.frames === 1)).toBe(true);
  });

  it('that never carry bytes do not push out one that does', async () => {
    const syns = Array.from({ length: 70_000 }, (_, index) => {
      const syn = packet({ at: index, flags: tcpSyn, acknowledged: 0 });
      syn.writeUInt32BE(0x0a00_0000 + index, 12);
      return syn;
    });
    const [first, second] = [conversation.slice(0, 3), conversation.slice(3)];
    const all = [...first.map((each) => packet(each)), ...syns, ...second.map((each) => packet(each))];
    const { seen, loaded, notes } = await load(pcapOf(all, { linkType: 101 }));
    expect([seen, notes]).toEqual([['PING', 'BYE'], []]);
    expect(loaded.connections()).toHaveLength(1);
  });
});

describe('connections that are not ours', () => {
  const http = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const says = (port: number, toPort: number, bytes: Uint8Array): Sent[] =>
    [...handshake, { at: 1, bytes }].map((each) => ({ ...each, fromPort: port, toPort }));

  it('are counted, and those on our port by what they speak', async () => {
    const { notes, loaded } = await load(
      pcapngOf([
        ...says(40_001, 18_520, http),
        ...says(40_002, 18_520, http),
        ...says(40_003, 18_520, Buffer.from('what is this')),
        ...says(40_004, 443, Buffer.from('160301020001', 'hex')),
        ...says(40_005, 80, http),
      ]),
    );
    expect(loaded.connections()).toEqual([]);
    expect(notes).toEqual([
      '1 connection is encrypted; its frames cannot be read from here.',
      '2 connections are not Hexdrop (HTTP to port 18520); they were left out.',
      '1 connection is not Hexdrop (another protocol to port 18520); it was left out.',
      '1 connection to another port is not Hexdrop; it was left out.',
    ]);
  });

  it('are known as TLS in their middle too', async () => {
    const record = Buffer.concat([Buffer.from('1703030020', 'hex'), Buffer.alloc(32, 7)]);
    const { notes } = await load(pcapngOf([{ at: 5_000, bytes: record }]));
    expect(notes).toEqual(['1 connection is encrypted; its frames cannot be read from here.']);
  });
});

describe('several queues of one card', () => {
  it('may bring the SYN behind what follows it', async () => {
    const [syn, answer, said, reply] = conversation as [Sent, Sent, Sent, Sent];
    const { seen, loaded } = await load(pcapngOf([said, syn, answer, reply]));
    expect(seen).toEqual(['PING', 'BYE']);
    expect(loaded.connections()).toHaveLength(1);
  });

  it('may bring the FIN before the bytes in front of it', async () => {
    const end = { at: 1 + 2 * ping.length, flags: tcpFin | tcpAck };
    const second = { at: 1 + ping.length, bytes: ping };
    const { seen, loaded } = await load(pcapngOf([...conversation, end, second]));
    expect(seen).toEqual(['PING', 'BYE', 'PING']);
    expect(loaded.connections()[0]?.events.map(({ kind }) => kind)).toEqual(['connect', 'fin']);
  });
});
