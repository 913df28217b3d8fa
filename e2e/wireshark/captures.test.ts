// What we read of captures, with tshark as the judge: the same frames at the same times, whatever the link, the container,
// the order of the packets and what was lost of them.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { needs } from '../support/needs.ts';
import { useWorld } from '../support/world.ts';
import { pcapOf } from './pcap.ts';
import { openTshark } from './tshark.ts';

const world = useWorld();
const need = needs('tshark', 'captures are read as tshark reads them');
const editor = needs('editcap', 'captures that editcap changed are read as tshark reads them');
const tshark = need.available ? openTshark(need.path) : undefined;
const folder = mkdtempSync(join(tmpdir(), 'hexdrop-captures-'));
afterAll(() => {
  tshark?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

async function ours(capture: Uint8Array): Promise<readonly Line[]> {
  const path = join(folder, 'ours.pcapng');
  writeFileSync(path, capture);
  const { exitCode, events } = await world.device('reader').run(['inspect', path]);
  expect(exitCode).toBe(0);
  return events;
}

const framesOf = (lines: readonly Line[]): readonly Line[] => lines.filter(({ event }) => event === 'frame');

/** Type and time of each frame, by tshark. Several in one packet share its time. */
const theirs = (capture: Uint8Array): readonly (readonly [string, number])[] =>
  (tshark as NonNullable<typeof tshark>)
    .run(capture, '-T', 'fields', '-e', 'frame.time_relative', '-e', 'hexdrop.type', '-E', 'occurrence=a')
    .split('\n')
    .flatMap((line) => {
      const [time = '', types = ''] = line.split('\t');
      return types === '' ? [] : types.split(',').map((type): [string, number] => [type, Number(time)]);
    });

const sorted = (list: readonly (readonly [string, number])[]): readonly string[] =>
  list.map(([type, time]) => `${time.toFixed(9)} ${type}`).sort();

async function sameAsTshark(capture: Uint8Array): Promise<readonly Line[]> {
  const lines = await ours(capture);
  const frames = framesOf(lines).map(({ type, seconds }): [string, number] => [
    String(type),
    Number(seconds),
  ]);
  expect(frames.length).toBeGreaterThan(10);
  expect(sorted(frames)).toEqual(sorted(theirs(capture)));
  return lines;
}

describe.skipIf(!need.available)('a capture of a real transfer', () => {
  const path = join(folder, 'own.pcapng');

  // In a test and not before all of them: a world is made for each.
  const ownCapture = async (): Promise<Buffer> => {
    if (existsSync(path)) return readFileSync(path);
    const [here, there] = [world.device('here'), world.device('there')];
    const source = join(world.folder('source'), 'Überfahrt.bin');
    writeFileSync(source, Buffer.alloc(700_000, 'hexdrop '));
    const receiver = await there.receive(world.folder('target'), '--once', '--plain');
    const send = await here.run(['send', source, '--to', receiver.address, '--plain', '--capture', path]);
    if (send.exitCode !== 0) throw new Error(`the transfer failed: ${send.stderr}`);
    await receiver.program.end();
    return readFileSync(path);
  };

  const edited = async (...args: readonly string[]): Promise<Buffer> => {
    await ownCapture();
    const out = join(folder, 'edited');
    execFileSync(editor.path, [...args, path, out], { stdio: 'ignore' });
    return readFileSync(out);
  };

  it('has the frames that tshark sees, at the times that it tells, to the nanosecond', async () => {
    await sameAsTshark(await ownCapture());
  });

  it.skipIf(!editor.available).each(['pcap', 'nsecpcap', 'pcapng'])('has them as %s too', async (form) => {
    await sameAsTshark(await edited('-F', form));
  });

  it.skipIf(!editor.available)('tells each packet that was cut as a gap, and keeps the rest', async () => {
    const capture = await edited('-F', 'pcapng', '-s', '2000');
    const lines = await ours(capture);
    const lacking = framesOf(lines).reduce((sum, { lacking: bytes = 0 }) => sum + Number(bytes), 0);
    const gaps = lines.filter(({ event }) => event === 'gap');
    const cut = (tshark as NonNullable<typeof tshark>)
      .run(capture, '-T', 'fields', '-e', 'frame.len', '-e', 'frame.cap_len')
      .trim()
      .split('\n')
      .reduce((sum, line) => {
        const [whole = '0', kept = '0'] = line.split('\t');
        return sum + Number(whole) - Number(kept);
      }, 0);
    expect(cut).toBeGreaterThan(100_000);
    expect(gaps.reduce((sum, { length }) => sum + Number(length), 0)).toBe(cut);
    expect(lacking).toBeLessThanOrEqual(cut);
  });
});

describe.skipIf(!need.available)('a capture on another link', () => {
  const macs = '020000000001020000000002';
  const cooked = '0000030400060000000000000000';
  const frames = ['example-session'].flatMap((name) => {
    const url = new URL(`../../shared/protocol/vectors/${name}.json`, import.meta.url);
    const content = JSON.parse(readFileSync(url, 'utf8')) as {
      readonly steps: readonly { readonly hex: string }[];
    };
    return content.steps.map(({ hex }) => new Uint8Array(Buffer.from(hex, 'hex')));
  });

  it.each([
    ['Ethernet', 1, `${macs}0800`],
    ['VLAN and QinQ', 1, `${macs}88a8000581000007 0800`],
    ['MPLS', 1, `${macs}8847000640ff000651ff`],
    ['PPPoE', 1, `${macs}8864110000010fff0021`],
    ['LLC and SNAP', 1, `${macs}05dcaaaa030000000800`],
    ['cooked', 113, `${cooked}0800`],
    ['cooked with VLAN', 113, `${cooked}810000050800`],
    ['cooked 2', 276, '0800000000000001030404060000000000000000'],
    ['cooked 2 with VLAN', 276, '810000000000000103040406000000000000000000050800'],
    ['PPP', 9, '0021'],
  ])('(%s) is read as tshark reads it', async (_name, linkType, head) => {
    const plain = pcapOf(frames.map((bytes) => ({ bytes })));
    const lead = Buffer.from(head.replaceAll(' ', ''), 'hex');
    const parts: Buffer[] = [Buffer.from(plain.subarray(0, 24))];
    parts[0]?.writeUInt32LE(linkType, 20);
    for (let at = 24; at < plain.length;) {
      const record = Buffer.from(plain.subarray(at, at + 16));
      const length = record.readUInt32LE(8);
      record.writeUInt32LE(length + lead.length, 8);
      record.writeUInt32LE(length + lead.length, 12);
      parts.push(record, lead, plain.subarray(at + 16, at + 16 + length));
      at += 16 + length;
    }
    const capture = Buffer.concat(parts);
    const seen = framesOf(await ours(capture)).map(({ type }) => type);
    expect(seen).toEqual(theirs(capture).map(([type]) => type));
    expect(seen.length).toBe(frames.length);
  });
});
