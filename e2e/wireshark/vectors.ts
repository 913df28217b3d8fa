// The test vectors of the protocol, as the bytes of frames.

import { readFileSync } from 'node:fs';

import { dissect } from '../../shared/protocol/dissect.ts';
import type { Segment } from './pcap.ts';

export interface Vector {
  readonly name: string;
  readonly hex: string;
  /** Who sends it, where that is told: "dialer" or "listener". */
  readonly from?: string;
}

export const vectorsOf = (file: string): readonly Vector[] => {
  const url = new URL(`../../shared/protocol/vectors/${file}.json`, import.meta.url);
  const content = JSON.parse(readFileSync(url, 'utf8')) as Record<string, unknown>;
  return (content['vectors'] ?? content['steps']) as readonly Vector[];
};

export const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

export const framesOf = (...files: readonly string[]): readonly Uint8Array[] =>
  files.flatMap(vectorsOf).map(({ hex }) => bytesOf(hex));

/** Frames of every type that no rule forbids. */
export const soundFrames = framesOf('session', 'browse', 'text', 'transfer', 'example-session');

/** "DATA", or "type 0x77". */
export const typeOf = (frame: Uint8Array): string => dissect(frame).name;

/** The example session of the page, a segment for each frame. */
export const exampleSession: readonly Segment[] = vectorsOf('example-session').map(({ hex, from }) => ({
  bytes: bytesOf(hex),
  isAnswer: from === 'listener',
}));
