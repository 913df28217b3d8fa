/** One record of `hexdrop inspect --frame`: its fields as a tree, its bytes as a hex dump, the chunks that brought it. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { CaptureRecord } from '../../../shared/model/capture.ts';
import type { DissectNode } from '../../../shared/protocol/dissect.ts';
import { dissect } from '../../../shared/protocol/dissect.ts';
import { toHexRange } from '../../../shared/protocol/text.ts';
import type { CaptureSource } from '../../engine/api.ts';
import { formatCounted } from '../terminal/format.ts';
import type { Output } from '../terminal/output.ts';
import { chunksOf, lengthOf } from './chunks.ts';
import { bytesOf, typeOf } from './loaded.ts';
import type { ReadCapture } from './loaded.ts';
import { listHead, listLine, recordEvent } from './rows.ts';

const rowBytes = 16;

export async function showRecord(capture: ReadCapture, record: CaptureRecord, output: Output): Promise<void> {
  const { source } = capture;
  const bytes = bytesOf(source, record);
  if (output.isJson) {
    const tree = record.kind === 'frame' ? { tree: dissect(bytes) } : {};
    output.event({
      ...recordEvent(capture, record),
      ...tree,
      bytes: toHexRange(bytes, 0, bytes.length),
    });
    return;
  }
  output.result(listHead());
  output.result(listLine(capture, record));
  output.result('');
  if (record.kind === 'frame') {
    for (const line of treeLines(dissect(bytes))) output.result(line);
    output.result('');
  }
  for (const line of hexLines(bytes)) {
    output.result(line);
    await output.drained();
  }
  const missing = record.kind === 'event' || record.kind === 'gap' ? 0 : lengthOf(record) - bytes.length;
  const why = source.status().keepBytes === null ? 'not in the capture' : 'not kept of so large a file';
  if (missing > 0) output.result(`... ${formatCounted(missing, 'more byte')}, ${why}`);
  if (record.kind === 'frame') output.result(`\nIt came ${howItCame(source, record)}.`);
}

const howItCame = (source: CaptureSource, record: CaptureRecord): string => {
  const { connection, direction, offset } = record;
  const part = { connection, direction, from: offset, to: offset + lengthOf(record) };
  const brought = [...chunksOf(source, part)];
  const others = new Map(
    brought
      .flatMap(({ pieces }) => pieces.map((piece) => piece.record))
      .filter((other) => other.number !== record.number)
      .map((other) => [other.number, `${typeOf(other)} #${other.number}`]),
  );
  const span = `bytes ${offset} to ${part.to - 1} of its stream`;
  const company =
    others.size === 0 ? 'which held nothing else' : `with bytes of ${[...others.values()].join(', ')}`;
  return `as ${span}, in ${formatCounted(brought.length, 'chunk')} ${company}`;
};

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
