// The dissector against our own decode, with tshark as the judge: every vector, every cut of a stream, and captures
// that begin in the middle, end early or have lost something.

import { afterAll, describe, expect, it } from 'vitest';

import { dissect } from '../../shared/protocol/dissect.ts';
import type { DissectNode } from '../../shared/protocol/dissect.ts';
import { needs } from '../support/needs.ts';
import { Random } from '../support/random.ts';
import { packetHeadBytes, pcapOf } from './pcap.ts';
import type { Segment } from './pcap.ts';
import { openTshark } from './tshark.ts';
import { bytesOf, exampleSession, framesOf, soundFrames as sound, typeOf, vectorsOf } from './vectors.ts';

const need = needs('tshark', 'the Wireshark dissector reads every frame as we do');
const tshark = need.available ? openTshark(need.path) : undefined;
afterAll(() => tshark?.close());

const read = (capture: Uint8Array, ...args: readonly string[]): string =>
  (tshark as NonNullable<typeof tshark>).run(capture, ...args);

const column = (capture: Uint8Array, field: string, ...args: readonly string[]): readonly string[] =>
  (tshark as NonNullable<typeof tshark>).column(capture, field, ...args);

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
function placesOf(node: DissectNode, prefix: string): readonly Place[] {
  const isStep = ['header', 'payload'].includes(node.name) || isIndex(node.name);
  const name = isStep ? prefix : `${prefix}.${node.name}`;
  if (node.children !== undefined) return node.children.flatMap((child) => placesOf(child, name));
  return node.length === 0 ? [] : [{ name, at: node.offset, length: node.length }];
}

function ourPlaces(frame: Uint8Array): readonly Place[] {
  const tree = dissect(frame);
  return (tree.children ?? []).flatMap((part) =>
    placesOf(part, part.name === 'header' ? 'hexdrop' : `hexdrop.${typeOf(frame).toLowerCase()}`),
  );
}

const extras = /^hexdrop\.(?:type\.number|flags\..*|payload|json|path|answer_.*|expert.*)?$/u;

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

  it('marks every payload that breaks a rule of its type, and none that keeps them', () => {
    const told = (frames: readonly Uint8Array[]): readonly (readonly string[])[] =>
      read(
        pcapOf(frames.map((bytes) => ({ bytes }))),
        '-T',
        'fields',
        '-e',
        'hexdrop.expert.bad_payload',
        '-e',
        'hexdrop.expert.bad_header',
      )
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('\t'));
    const bad = vectorsOf('bad-payload');
    const marks = told(bad.map(({ hex }) => bytesOf(hex)));
    expect(bad.filter((_, index) => !marks[index]?.[0]).map(({ name }) => name)).toEqual([]);
    expect(told(sound).filter(([payload, header]) => payload || header)).toEqual([]);
  });

  it('reads manifests out of order and never fails', () => {
    const frames = framesOf('bad-manifest');
    const capture = pcapOf(frames.map((bytes) => ({ bytes })));
    expect(types(capture)).toEqual(frames.map(() => 'MANIFEST'));
    expect(column(capture, 'hexdrop.path').length).toBe(0);
  });

  it.each([1, 2, 3])('never fails on payloads in which bytes changed (seed %i)', (seed) => {
    const random = new Random(seed);
    const frames = Array.from({ length: 500 }, () => {
      const frame = Buffer.from(sound[random.integer(0, sound.length - 1)] as Uint8Array);
      for (let changes = random.integer(1, 6); changes > 0 && frame.length > 16; changes -= 1) {
        frame[random.integer(16, frame.length - 1)] = random.integer(0, 255);
      }
      return frame;
    });
    const capture = pcapOf(frames.map((bytes) => ({ bytes })));
    expect(types(capture)).toEqual(frames.map(typeOf));
    expect(read(capture, '-V')).not.toContain('Lua Error');
  });

  it('takes garbage for what it is', () => {
    const random = new Random(5);
    const segments = framesOf('bad-framing').flatMap((bytes) => [{ bytes }, { bytes: random.bytes(200) }]);
    expect(read(pcapOf(segments), '-V')).not.toContain('Lua Error');
  });

  it('tells how long an answer took', () => {
    const fields = ['hexdrop.type', 'hexdrop.answer_to', 'frame.number', 'hexdrop.answer_time'];
    const shown = read(
      pcapOf(exampleSession),
      '-Y',
      'hexdrop.answer_to',
      '-T',
      'fields',
      ...fields.flatMap((field) => ['-e', field]),
    );
    const answers = shown.trim().split('\n');
    expect(answers.length).toBeGreaterThanOrEqual(3);
    for (const answer of answers) {
      const [, to, at, seconds] = answer.split('\t').map(Number) as [number, number, number, number];
      expect(seconds).toBe((at - to) / 1_000);
    }
  });
});
