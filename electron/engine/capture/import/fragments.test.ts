import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Fragments } from './fragments.ts';
import { bye, conversation, handshake, load, packet, pcapOf } from '../../testing/packets.ts';
import type { Sent } from '../../testing/packets.ts';

/** An IPv4 packet cut into fragments that start at these multiples of 8. */
const v4Fragments = (whole: Buffer, starts: readonly number[], id = 7): Buffer[] =>
  starts.map((start, index) => {
    const end = starts[index + 1] ?? whole.length - 20;
    const head = Buffer.from(whole.subarray(0, 20));
    head.writeUInt16BE(20 + end - start, 2);
    head.writeUInt16BE(id, 4);
    head.writeUInt16BE((index + 1 < starts.length ? 0x2000 : 0) | (start / 8), 6);
    return Buffer.concat([head, whole.subarray(20 + start, 20 + end)]);
  });

const v6Fragments = (whole: Buffer, starts: readonly number[]): Buffer[] =>
  starts.map((start, index) => {
    const end = starts[index + 1] ?? whole.length - 40;
    const head = Buffer.from(whole.subarray(0, 40));
    head.writeUInt16BE(8 + end - start, 4);
    head[6] = 44;
    const extension = Buffer.from('0600000000000009', 'hex');
    extension.writeUInt16BE(start | (index + 1 < starts.length ? 1 : 0), 2);
    return Buffer.concat([head, extension, whole.subarray(40 + start, 40 + end)]);
  });

const answer: Sent = { at: 1, bytes: bye, isAnswer: true };
const before = conversation.slice(0, 3).map((sent) => packet(sent));

describe('fragments of IP packets', () => {
  it.each([
    ['in order', [0, 1, 2]],
    ['in another order', [2, 0, 1]],
    ['some twice', [0, 0, 2, 2, 1]],
  ])('are put together: %s', async (_name, order) => {
    const parts = v4Fragments(packet(answer), [0, 48, 96]);
    const { seen, notes } = await load(
      pcapOf([...before, ...order.map((index) => parts[index] as Buffer)], { linkType: 101 }),
    );
    expect([seen, notes]).toEqual([['PING', 'BYE'], []]);
  });

  it('of IPv6 too', async () => {
    const v6 = conversation.map((sent) => packet(sent, true));
    const parts = v6Fragments(packet(answer, true), [0, 8, 64]);
    const { seen } = await load(pcapOf([...v6.slice(0, 3), ...parts.toReversed()], { linkType: 101 }));
    expect(seen).toEqual(['PING', 'BYE']);
  });

  it('of different packets are kept apart', async () => {
    const ping = v4Fragments(packet(conversation[2] as Sent), [0, 24], 1);
    const parts = v4Fragments(packet(answer), [0, 64], 1);
    const mixed = [ping[0], parts[0], parts[1], ping[1]] as Buffer[];
    const { seen } = await load(
      pcapOf([...handshake.map((sent) => packet(sent)), ...mixed], { linkType: 101 }),
    );
    expect(seen).toEqual(['BYE', 'PING']);
  });

  it('that never become whole are told', async () => {
    const parts = v4Fragments(packet(answer), [0, 48, 96]);
    const { seen, notes } = await load(pcapOf([...before, ...parts.slice(0, 2)], { linkType: 101 }));
    expect(seen).toEqual(['PING']);
    expect(notes).toEqual(['2 fragments of IP packets never became whole; they were left out.']);
  });

  it('give the payload whatever their order, and what a cut one lacks is missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        fc.option(fc.nat(11)),
        (units, dice, cut) => {
          let at = 0;
          const parts = units.map((unit, index) => {
            const bytes = Uint8Array.from({ length: unit * 8 }, (_, byte) => (at + byte) % 251);
            const kept = index === cut ? bytes.subarray(0, 3) : bytes;
            const part = {
              key: 'k',
              at,
              isLast: index === units.length - 1,
              payload: { bytes: kept, wholeBytes: bytes.length },
            };
            at += bytes.length;
            return part;
          });
          const fragments = new Fragments();
          const shuffled = parts
            .map((part) => ({ part, key: dice.next().value }))
            .sort((a, b) => a.key - b.key);
          const results = shuffled.map(({ part }) => fragments.add(part));
          expect(results.slice(0, -1).every((result) => result === undefined)).toBe(true);
          const whole = results.at(-1);
          expect(whole?.wholeBytes).toBe(at);
          const reach = cut === null || cut >= units.length ? at : (parts[cut]?.at ?? 0) + 3;
          expect([...(whole?.bytes ?? [])]).toEqual(Array.from({ length: reach }, (_, byte) => byte % 251));
          expect(fragments.left).toBe(0);
        },
      ),
    );
  });

  it('are held up to a bound', () => {
    const fragments = new Fragments();
    for (let id = 0; id < 5_000; id += 1) {
      fragments.add({ key: `${id}`, at: 0, isLast: false, payload: { bytes: bye, wholeBytes: bye.length } });
    }
    expect(fragments.left).toBe(5_000);
    const late = { key: '0', at: 136, isLast: true, payload: { bytes: bye, wholeBytes: bye.length } };
    expect(fragments.add(late)).toBeUndefined();
  });
});

describe('tunnels', () => {
  const within = (protocol: number, inner: Buffer): Buffer => {
    const outer = Buffer.alloc(20);
    outer[0] = 0x45;
    outer.writeUInt16BE(20 + inner.length, 2);
    outer[9] = protocol;
    return Buffer.concat([outer, inner]);
  };
  it.each([
    ['IPv4 in IPv4', (inner: Buffer) => within(4, inner), false],
    ['IPv6 in IPv4', (inner: Buffer) => within(41, inner), true],
    ['GRE', (inner: Buffer) => within(47, Buffer.concat([Buffer.from('00000800', 'hex'), inner])), false],
    [
      'GRE with a key and a sequence number',
      (inner: Buffer) => within(47, Buffer.concat([Buffer.from('30000800000000070000000a', 'hex'), inner])),
      false,
    ],
  ])('of %s are read', async (_name, wrap, isV6) => {
    const packets = conversation.map((sent) => wrap(packet(sent, isV6)));
    expect((await load(pcapOf(packets, { linkType: 101 }))).seen).toEqual(['PING', 'BYE']);
  });

  it('without an end are left out', async () => {
    let packets: Buffer = packet(conversation[2] as Sent);
    for (let depth = 0; depth < 200; depth += 1) packets = within(4, packets);
    expect((await load(pcapOf([packets], { linkType: 101 }))).seen).toEqual([]);
  });
});
