/** One node of a dissected frame, and how nodes are made. The leaves of a tree tile the frame. */

import type { FieldColour } from '../catalog/fields.ts';
import { type Phrase, phrase } from '../phrases.ts';

export interface DissectNode {
  readonly name: string;
  /** From the start of the frame. */
  readonly offset: number;
  readonly length: number;
  readonly value: string | number | boolean;
  readonly meaning: string;
  readonly colour?: FieldColour;
  /** What is wrong here, as a sentence. */
  readonly problem?: string;
  readonly children?: readonly DissectNode[];
}

export interface NodeText {
  readonly value: string | number | boolean;
  readonly meaning: string;
  readonly colour?: FieldColour | undefined;
  readonly problem?: string | undefined;
  readonly children?: readonly DissectNode[] | undefined;
}

/** How the texts of a tree are made. */
export type Say = (phrase: Phrase) => string;

/** A meaning of the catalog, with what the value says where that is to be explained. */
export function explainedMeaning(say: Say, text: string, value: string): string {
  const meaning = say(phrase('meaning', { text }));
  return value === '' ? meaning : say(phrase('explained', { meaning, value }));
}

export const node = (name: string, start: number, end: number, about: NodeText): DissectNode => ({
  name,
  offset: start,
  length: end - start,
  value: about.value,
  meaning: about.meaning,
  ...(about.colour === undefined ? {} : { colour: about.colour }),
  ...(about.problem === undefined ? {} : { problem: about.problem }),
  ...(about.children === undefined || about.children.length === 0 ? {} : { children: about.children }),
});

/** Bytes that the frame has and the capture does not. */
export const notCaptured = (say: Say, start: number, end: number): DissectNode =>
  node('not captured', start, end, {
    value: say(phrase('bytes', { count: end - start })),
    meaning: say(phrase('meaning', { text: 'part of the frame that was not captured' })),
  });

/** Bytes that stand where the message has no field: `allowed` belong to the frame, or to its payload. */
export const surplus = (
  say: Say,
  start: number,
  end: number,
  allowed: number,
  of: 'frame' | 'payload',
): DissectNode =>
  node('surplus', start, end, {
    value: say(phrase('bytes', { count: end - start })),
    meaning: say(phrase('meaning', { text: 'bytes that belong to no field' })),
    problem: say(phrase('surplus', { bytes: end - start, allowed, of })),
  });

/** The leaves of a tree, in order. */
export function leavesOf(tree: DissectNode): readonly DissectNode[] {
  return tree.children === undefined ? [tree] : tree.children.flatMap(leavesOf);
}
