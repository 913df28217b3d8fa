/** One node of a dissected frame, and how nodes are made. The leaves of a tree tile the frame. */

import type { FieldColour } from '../catalog/fields.ts';

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
export const notCaptured = (start: number, end: number): DissectNode =>
  node('not captured', start, end, {
    value: `${end - start} bytes`,
    meaning: 'part of the frame that was not captured',
  });

/** Bytes that stand where the message has no field. */
export const surplus = (start: number, end: number, allowed: string): DissectNode =>
  node('surplus', start, end, {
    value: `${end - start} bytes`,
    meaning: 'bytes that belong to no field',
    problem: `${end - start} bytes too many; allowed: ${allowed}.`,
  });

/** The leaves of a tree, in order. */
export function leavesOf(tree: DissectNode): readonly DissectNode[] {
  return tree.children === undefined ? [tree] : tree.children.flatMap(leavesOf);
}
