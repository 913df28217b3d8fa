/** One frame of `hexdrop inspect --frame`: its fields as a tree, its bytes as a hex dump. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { DissectNode } from '../../../shared/protocol/dissect.ts';

const rowBytes = 16;

/** Values of a peer are cut: the bytes below show the rest. */
const longestValue = 100;

export function* treeLines(node: DissectNode, depth = 0): Generator<string> {
  const { name, value, meaning, problem, offset, length, children } = node;
  const shown = displayName(String(value));
  const text = shown.length > longestValue ? `${shown.slice(0, longestValue)}…` : shown;
  const place = `${String(offset).padStart(6)} +${String(length).padEnd(6)}`;
  // Only leaves say what they mean: above them it is said by their names.
  const words = children === undefined && meaning !== '' ? `  (${displayName(meaning)})` : '';
  yield `${place}  ${'  '.repeat(depth)}${displayName(name)}: ${text}${words}`;
  if (problem !== undefined) yield `${' '.repeat(17)}${'  '.repeat(depth)}! ${displayName(problem)}`;
  for (const child of children ?? []) yield* treeLines(child, depth + 1);
}

export function* hexLines(bytes: Uint8Array): Generator<string> {
  for (let at = 0; at < bytes.length; at += rowBytes) {
    const row = bytes.subarray(at, at + rowBytes);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'));
    const halves = [hex.slice(0, 8).join(' '), hex.slice(8).join(' ')].map((half) => half.padEnd(23));
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    yield `${at.toString(16).padStart(8, '0')}  ${halves.join('  ')}  |${text.join('')}|`;
  }
}
