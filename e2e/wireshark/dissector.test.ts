// The dissector against our own decode, with tshark as the judge: every vector, every cut of a stream, and captures
// that begin in the middle, end early or have lost something.

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';

import { dissect } from '../../shared/protocol/dissect.ts';
import type { DissectNode } from '../../shared/protocol/dissect.ts';
import { needs } from '../support/needs.ts';
import { Random } from '../support/random.ts';
import { packetHeadBytes, pcapOf } from './pcap.ts';
import type { Segment } from './pcap.ts';
import { openTshark } from './tshark.ts';

const need = needs('tshark', 'the Wireshark dissector reads every frame as we do');
const tshark = need.available ? openTshark(need.path) : undefined;
afterAll(() => tshark?.close());

interface Vector {
  readonly name: string;
  readonly hex: string;
}

const vectorsOf = (file: string): readonly Vector[] => {
  const url = new URL(`../../shared/protocol/vectors/${file}.json`, import.meta.url);
  const content = JSON.parse(readFileSync(url, 'utf8')) as Record<string, unknown>;
  return (content['vectors'] ?? content['steps']) as readonly Vector[];
};

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

const framesOf = (...files: readonly string[]): readonly Uint8Array[] =>
  files.flatMap(vectorsOf).map(({ hex }) => bytesOf(hex));

const sound = framesOf('session', 'browse', 'text', 'transfer', 'example-session');
const typeOf = (frame: Uint8Array): string => dissect(frame).name;

const read = (capture: Uint8Array, ...args: readonly string[]): string =>
  (tshark as NonNullable<typeof tshark>).run(capture, ...args);

/** The values of one field, in the order in which they stand in the stream. */
const column = (capture: Uint8Array, field: string, ...args: readonly string[]): readonly string[] =>
  read(capture, '-T', 'fields', '-e', field, '-E', 'occurrence=a', ...args)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : line.split(',')));

const types = (capture: Uint8Array, ...args: readonly string[]): readonly string[] =>
  column(capture, 'hexdrop.type', ...args);

interface Place {
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

const isIndex = (name: string): boolean => name.startsWith('[');
/** Leaves that stand for no field. */
const unnamed = new Set(['syntax']);

/** Our leaves, by the names that the dissector gives them. */
function placesOf(node: DissectNode, prefix: string, indices: number): readonly Place[] {
  const inner = isIndex(node.name) ? indices + 1 : 0;
  const isStep = ['header', 'payload'].includes(node.name);
  const item = indices > 0 && inner > 1 ? `.item${Number(node.name.slice(1, -1)) + 1}` : '';
  const name = isStep ? prefix : isIndex(node.name) ? prefix + item : `${prefix}.${node.name}`;
  if (node.children !== undefined) return node.children.flatMap((child) => placesOf(child, name, inner));
  return node.length === 0 ? [] : [{ name, at: node.offset, length: node.length }];
}

function ourPlaces(frame: Uint8Array): readonly Place[] {
  const tree = dissect(frame);
  return (tree.children ?? []).flatMap((part) =>
    placesOf(part, part.name === 'header' ? 'hexdrop' : `hexdrop.${typeOf(frame).toLowerCase()}`, 0),
  );
}

const extras = /^hexdrop\.(?:type\.number|flags\..*|payload|json|answer_.*|expert.*)?$/u;

function theirPlaces(pdml: string): readonly (readonly Place[])[] {
  return pdml
    .split('<packet>')
    .slice(1)
    .map((packet) =>
      [...packet.matchAll(/<field name="(hexdrop[^"]*)"[^>]*? size="(\d+)" pos="(\d+)"/gu)]
        .map(([, name = '', size, pos]) => ({
          name,
          at: Number(pos) - packetHeadBytes,
          length: Number(size),
        }))
        .filter(({ name }) => name.startsWith('hexdrop.') && !extras.test(name)),
    );
}

const byPlace = (a: Place, b: Place): number => a.at - b.at || a.name.localeCompare(b.name);

describe.skipIf(!need.available)('tshark with our dissector', () => {
  it('names every field of every message at the place where we see it', () => {
    const frames = sound.filter((frame) => !typeOf(frame).startsWith('type '));
    const theirs = theirPlaces(read(pcapOf(frames.map((bytes) => ({ bytes }))), '-T', 'pdml'));
    expect(theirs.length).toBe(frames.length);
    for (const [index, frame] of frames.entries()) {
      const ours = ourPlaces(frame).filter(({ name }) => !unnamed.has(name.split('.').at(-1) ?? ''));
      expect({ frame: typeOf(frame), places: theirs[index]?.toSorted(byPlace) }).toEqual({
        frame: typeOf(frame),
        places: ours.toSorted(byPlace),
      });
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('finds every frame however the stream is cut (seed %i)', (seed) => {
    const random = new Random(seed);
    const stream = Buffer.concat(sound);
    const segments: Segment[] = [];
    for (let at = 0; at < stream.length;) {
      const length = random.integer(1, random.integer(0, 9) === 0 ? 4_000 : 90);
      segments.push({ bytes: stream.subarray(at, at + length) });
      at += length;
    }
    expect(types(pcapOf(segments))).toEqual(sound.map(typeOf));
  });

  it('finds all frames of one segment', () => {
    expect(types(pcapOf([{ bytes: Buffer.concat(sound) }]))).toEqual(sound.map(typeOf));
  });

  it('recognises a session on any port', () => {
    const segments = sound.map((bytes) => ({ bytes }));
    expect(types(pcapOf(segments, { port: 50_123 }))).toEqual(sound.map(typeOf));
  });

  it('goes on with the next frame when a capture begins in the middle of one, and says so', () => {
    const [first, ...others] = sound as [Uint8Array, ...Uint8Array[]];
    const capture = pcapOf([first.subarray(20), ...others].map((bytes) => ({ bytes })));
    expect(types(capture)).toEqual(others.map(typeOf));
    expect(column(capture, 'hexdrop.expert.out_of_sync').length).toBe(1);
  });

  it('never waits for more bytes than a type may carry', () => {
    const liar = bytesOf('48584431ffffffff2700000000000001');
    const capture = pcapOf([liar, ...sound].map((bytes) => ({ bytes })));
    expect(types(capture)).toEqual(sound.map(typeOf));
    expect(column(capture, 'hexdrop.expert.over_limit').length).toBe(1);
  });

  it('shows the beginning of frames that the capture cut', () => {
    const long = sound.filter((frame) => frame.length > 60);
    const capture = pcapOf(
      long.map((bytes) => ({ bytes })),
      { snapBytes: packetHeadBytes + 40 },
    );
    expect(types(capture)).toEqual(long.map(typeOf));
    expect(column(capture, 'hexdrop.expert.cut').length).toBe(long.length);
  });

  it('takes wrong payloads for what they are and never fails', () => {
    const frames = framesOf('bad-payload', 'bad-manifest');
    const capture = pcapOf(frames.map((bytes) => ({ bytes })));
    expect(read(capture, '-Y', '_ws.malformed && !hexdrop')).toBe('');
    expect(types(capture).length).toBeGreaterThan(frames.length * 0.8);
  });

  it('takes garbage for what it is', () => {
    const random = new Random(5);
    const segments = framesOf('bad-framing').flatMap((bytes) => [{ bytes }, { bytes: random.bytes(200) }]);
    expect(read(pcapOf(segments), '-V')).not.toContain('Lua Error');
  });

  it('tells how long an answer took', () => {
    const steps = vectorsOf('example-session') as readonly (Vector & { readonly from: string })[];
    const segments = steps.map(({ hex, from }) => ({ bytes: bytesOf(hex), isAnswer: from === 'listener' }));
    const shown = read(
      pcapOf(segments),
      '-Y',
      'hexdrop.answer_to',
      '-T',
      'fields',
      '-e',
      'hexdrop.type',
      '-e',
      'hexdrop.answer_to',
      '-e',
      'frame.number',
      '-e',
      'hexdrop.answer_time',
    );
    const answers = shown.trim().split('\n');
    expect(answers.length).toBeGreaterThanOrEqual(3);
    for (const answer of answers) {
      const [, to, at, seconds] = answer.split('\t').map(Number) as [number, number, number, number];
      expect(seconds).toBeCloseTo((at - to) / 1_000, 6);
    }
  });
});
