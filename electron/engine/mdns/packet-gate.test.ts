import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';

import { gated, PacketGate } from './packet-gate.ts';

const packetOf = (bytes: number, counts: readonly number[] = [0, 1, 0, 0]): Uint8Array => {
  const packet = new Uint8Array(bytes);
  const view = new DataView(packet.buffer);
  counts.forEach((count, index) => view.setUint16(4 + index * 2, count));
  return packet;
};

describe('a packet', () => {
  it('is not decoded when it is longer than any may be', () => {
    const gate = new PacketGate();
    expect([gate.pass(packetOf(9_000), () => {}), gate.pass(packetOf(9_001), () => {})]).toEqual([
      true,
      false,
    ]);
  });

  it('is not decoded when its header tells of more records than anybody sends', () => {
    const gate = new PacketGate();
    expect(gate.pass(packetOf(500, [64, 64, 64, 64]), () => {})).toBe(true);
    expect(gate.pass(packetOf(500, [64, 64, 64, 65]), () => {})).toBe(false);
    expect(gate.pass(packetOf(500, [65_535, 65_535, 65_535, 65_535]), () => {})).toBe(false);
  });

  it('is not decoded once the packets of a second have taken a tenth of it', () => {
    let nowMs = 0;
    const gate = new PacketGate(() => nowMs);
    const costly = (): void => {
      nowMs += 7;
    };
    let passed = 0;
    for (let count = 0; count < 300; count += 1) if (gate.pass(packetOf(100), costly)) passed += 1;
    expect(passed).toBe(15);
    nowMs = 1_000;
    expect(gate.pass(packetOf(100), costly)).toBe(true);
  });

  it('that is too short for a header is for the decoder to refuse', () => {
    expect(new PacketGate().pass(new Uint8Array(3), () => {})).toBe(true);
  });
});

describe('a socket with a gate', () => {
  it('hands on what passes, and everything that is no packet', () => {
    const socket = gated(createSocket('udp4'), new PacketGate());
    const heard: unknown[] = [];
    socket.on('message', (packet) => heard.push(packet.length));
    socket.on('error', (error) => heard.push(error.message));
    socket.emit('message', Buffer.from(packetOf(100)), {});
    socket.emit('message', Buffer.from(packetOf(60_000)), {});
    socket.emit('error', new Error('gone'));
    expect(heard).toEqual([100, 'gone']);
    socket.close();
  });
});
