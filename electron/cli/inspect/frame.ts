/** One record of `hexdrop inspect --frame`: its fields as a tree, its bytes as a hex dump, the chunks that brought it. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { CaptureRecord } from '../../../shared/model/capture.ts';
import type { DissectNode } from '../../../shared/protocol/dissect.ts';
import { dissect } from '../../../shared/protocol/dissect.ts';
import type { Gap } from '../../../shared/model/capture-gaps.ts';
import { runsBetween } from '../../../shared/model/capture-gaps.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';
import { toHexRange } from '../../../shared/base/text.ts';
import type { CaptureSource } from '../../engine/api.ts';
import { formatCounted } from '../terminal/format.ts';
import type { Output } from '../terminal/output.ts';
import { chunksOf } from './chunks.ts';
import { keptOf, typeOf } from './loaded.ts';
import type { ReadCapture } from './loaded.ts';
import { listHead, listLine, recordEvent } from './rows.ts';

const rowBytes = 16;

export async function showRecord(capture: ReadCapture, record: CaptureRecord, output: Output): Promise<void> {
  const { source } = capture;
  const { bytes, gaps } = keptOf(source, record);
  const head = record.kind === 'frame' ? headerBytes : 0;
  const inFrame = gaps.map(({ offset, length }) => ({ offset: head + offset, length }));
  if (output.isJson) {
    output.event({
      ...recordEvent(capture, record),
      ...(record.kind === 'frame' ? { tree: dissect(bytes, gaps) } : {}),
      bytes: hexOf(bytes, inFrame),
      ...(gaps.length === 0 ? {} : { missing: inFrame }),
    });
    return;
  }
  output.result(listHead());
  output.result(listLine(capture, record));
  output.result('');
  if (record.kind === 'frame') {
    for (const line of treeLines(dissect(bytes, gaps))) output.result(line);
    output.result('');
  }
  let shown = 0;
  for (const run of runsBetween(bytes.length, inFrame)) {
    if (run.offset > shown)
      output.result(`... ${formatCounted(run.offset - shown, 'byte')} not in the capture`);
    for (const line of hexLines(bytes.subarray(run.from, run.from + run.length), run.offset)) {
      output.result(line);
      await output.drained();
    }
    shown = run.offset + run.length;
  }
  const rest = record.kind === 'event' || record.kind === 'gap' ? 0 : record.span - shown;
  if (rest > 0) output.result(`... ${formatCounted(rest, 'more byte')}, ${whyMissing(source, record)}`);
  if (record.kind === 'frame') output.result(`\nIt came ${howItCame(source, record)}.`);
}

/** Why the end of what a record stands for is not there. */
const whyMissing = (source: CaptureSource, record: CaptureRecord): string => {
  const { missing } = source.payload(record.number, 0, 1);
  if (missing === 'cut-off') return 'which never came: the stream ended before';
  if (missing === 'not-captured') return 'not in the capture';
  return record.kind === 'frame' ? 'not kept of so large a capture' : 'not kept';
};

/** Two digits a byte, ".." for one that is not in the capture. */
const hexOf = (bytes: Uint8Array, gaps: readonly Gap[]): string => {
  let text = '';
  let at = 0;
  for (const { offset, from, length } of runsBetween(bytes.length, gaps)) {
    text += '..'.repeat(offset - at) + toHexRange(bytes, from, from + length);
    at = offset + length;
  }
  return text;
};

const howItCame = (source: CaptureSource, record: CaptureRecord): string => {
  const { connection, direction, offset } = record;
  const part = { connection, direction, from: offset, to: offset + record.span };
  const brought = [...chunksOf(source, part)];
  const others = new Map(
    brought
      .flatMap(({ pieces }) => pieces.map((piece) => piece.record))
      .filter((other) => other.number !== record.number)
      .map((other) => [other.number, `${typeOf(other)} #${other.number}`]),
  );
  const { gaps = [] } = source.payload(record.number, 0, 1);
  const came = record.isCutOff ? headerBytes + (gaps.at(-1)?.offset ?? 0) : record.span;
  const whole = record.isCutOff ? `, the first ${came} of its ${record.span}` : '';
  const span = `bytes ${offset} to ${offset + came - 1} of its stream${whole}`;
  const company =
    others.size === 0 ? 'which held nothing else' : `with bytes of ${[...others.values()].join(', ')}`;
  return `as ${span}, in ${formatCounted(brought.length, 'chunk')} ${company}`;
};

/** Values of a peer are cut: the bytes below show the rest. */
const longestValue = 100;

function* treeLines(node: DissectNode, depth = 0): Generator<string> {
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

/** @param start offset of the first byte: rows begin at multiples of 16 */
function* hexLines(bytes: Uint8Array, start = 0): Generator<string> {
  for (let at = start - (start % rowBytes); at < start + bytes.length; at += rowBytes) {
    const lead = Math.max(0, start - at);
    const row = bytes.subarray(Math.max(0, at - start), at + rowBytes - start);
    const blank = Array.from({ length: lead }, () => '  ');
    const hex = [...blank, ...Array.from(row, (byte) => byte.toString(16).padStart(2, '0'))];
    const halves = [hex.slice(0, 8).join(' '), hex.slice(8).join(' ')].map((half) => half.padEnd(23));
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    yield `${at.toString(16).padStart(8, '0')}  ${halves.join('  ')}  |${' '.repeat(lead)}${text.join('')}|`;
  }
}
