/** `hexdrop inspect`: reads a capture file and prints the frames in it, one frame with its fields, or the chunks. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { CaptureConnection, CaptureRecord } from '../../../shared/model/capture.ts';
import { dissect } from '../../../shared/protocol/dissect.ts';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import type { RowPredicate } from '../../../shared/protocol/filter/evaluate.ts';
import { toHexRange } from '../../../shared/protocol/text.ts';
import type { CaptureSource } from '../../engine/api.ts';
import { Captures } from '../../engine/capture/captures.ts';
import { usageError } from '../call/options.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { exitCodeOf, exitDone } from '../exit-codes.ts';
import { chunkEvent, chunkLine, chunksOf } from '../inspect/chunks.ts';
import { filterOf } from '../inspect/filter.ts';
import { hexLines, treeLines } from '../inspect/frame.ts';
import { connectionLine, listHead, listLine, recordEvent } from '../inspect/list.ts';
import { bytesOf, recordNumbered, recordsOf, typeOf } from '../inspect/loaded.ts';
import { formatCounted } from '../terminal/format.ts';
import type { Output } from '../terminal/output.ts';

type Connections = ReadonlyMap<number, CaptureConnection>;

const everything: RowPredicate = () => true;
const nothingFound = 'There are no frames of Hexdrop in it.';
const nothingFits = 'No record fits the filter.';

export const run = async (call: CommandCall, { output, interrupt }: CommandContext): Promise<number> => {
  const [path = ''] = call.operands;
  const { frame, chunks, filter } = call.options;
  if (frame !== undefined && chunks === true) {
    throw usageError('--frame shows one frame and --chunks all: give one of them.');
  }
  const wanted = filter === undefined ? undefined : filterOf(filter);
  const captures = new Captures(false);
  try {
    const source = await captures.open(path);
    const failure = await interrupt.orAborted(source.done).then(
      () => undefined,
      (thrown: unknown) => {
        // What was read before is shown.
        if (interrupt.signal.aborted || source.status().captured === 0) throw thrown;
        return thrown as HexdropError;
      },
    );
    const connections: Connections = new Map(source.connections().map((each) => [each.number, each]));
    const fits = wanted?.(source, connections) ?? everything;
    if (frame !== undefined) await showFrame(source, frame, connections, fits, output);
    else if (chunks === true) await showChunks(source, connections, fits, output);
    else await showList(source, connections, fits, output, interrupt.signal);
    for (const note of source.status().file?.notes ?? []) output.note(displayName(note));
    if (failure === undefined) return exitDone;
    output.error(failure);
    return exitCodeOf(failure.code);
  } finally {
    captures.closeAll();
  }
};

const showList = async (
  source: CaptureSource,
  connections: Connections,
  fits: RowPredicate,
  output: Output,
  interrupted: AbortSignal,
): Promise<void> => {
  if (!output.isJson) {
    for (const connection of connections.values()) output.result(connectionLine(connection));
    if (connections.size > 0) output.result('');
    output.result(listHead());
  } else {
    for (const { events: _, ...connection } of connections.values()) {
      output.event({ event: 'connection', ...connection });
    }
  }
  let shown = 0;
  let frames = 0;
  for (const record of recordsOf(source)) {
    if (interrupted.aborted) return;
    if (record.kind === 'frame') frames += 1;
    if (!fits(record)) continue;
    shown += 1;
    if (output.isJson) output.event(recordEvent(source, record, connections));
    else output.result(listLine(source, record, connections));
    await output.drained();
  }
  if (frames === 0) output.note(nothingFound);
  else if (shown === 0) output.note(nothingFits);
};

const showFrame = async (
  source: CaptureSource,
  number: number,
  connections: Connections,
  fits: RowPredicate,
  output: Output,
): Promise<void> => {
  const record = recordAsked(source, number);
  if (!fits(record)) return output.note(`Record ${number} does not fit the filter.`);
  const bytes = bytesOf(source, record);
  if (output.isJson) {
    const tree = record.kind === 'frame' ? { tree: dissect(bytes) } : {};
    output.event({
      ...recordEvent(source, record, connections),
      ...tree,
      bytes: toHexRange(bytes, 0, bytes.length),
    });
    return;
  }
  output.result(listHead());
  output.result(listLine(source, record, connections));
  output.result('');
  if (record.kind === 'frame') {
    for (const line of treeLines(dissect(bytes))) output.result(line);
    output.result('');
  }
  for (const line of hexLines(bytes)) {
    output.result(line);
    await output.drained();
  }
  const whole = record.length + (record.kind === 'frame' ? 16 : 0);
  const missing = record.kind === 'event' || record.kind === 'gap' ? 0 : whole - bytes.length;
  const why = source.status().keepBytes === null ? 'not in the capture' : 'not kept of so large a file';
  if (missing > 0) output.result(`... ${formatCounted(missing, 'more byte')}, ${why}`);
  if (record.kind === 'frame') output.result(`\nIt came ${howItCame(source, record)}.`);
};

const howItCame = (source: CaptureSource, record: CaptureRecord): string => {
  const { connection, direction, offset, length } = record;
  const brought = [...chunksOf(source, connection, direction)].filter(({ pieces }) =>
    pieces.some((piece) => piece.record.number === record.number),
  );
  const others = new Set(
    brought
      .flatMap(({ pieces }) => pieces.map((piece) => piece.record))
      .filter((other) => other.number !== record.number),
  );
  const span = `bytes ${offset} to ${offset + 16 + length - 1} of its stream`;
  const company =
    others.size === 0
      ? 'which held nothing else'
      : `with bytes of ${[...others].map((other) => `${typeOf(other)} #${other.number}`).join(', ')}`;
  return `as ${span}, in ${formatCounted(brought.length, 'chunk')} ${company}`;
};

/** The chunks that held bytes of records that fit. */
const showChunks = async (
  source: CaptureSource,
  connections: Connections,
  fits: RowPredicate,
  output: Output,
): Promise<void> => {
  let shown = 0;
  for (const connection of connections.values()) {
    if (connection.number === 0) continue;
    for (const direction of ['out', 'in'] as const) {
      const way = direction === 'out' ? 'sent by the near side' : 'sent by the far side';
      const head = `${connectionLine(connection)}, ${way}:`;
      let isHeaded = false;
      for (const each of chunksOf(source, connection.number, direction)) {
        if (fits !== everything && !each.pieces.some(({ record }) => fits(record))) continue;
        if (!isHeaded && !output.isJson) output.result(head);
        isHeaded = true;
        shown += 1;
        if (output.isJson) output.event(chunkEvent(each));
        else output.result(chunkLine(each));
        await output.drained();
      }
    }
  }
  if (shown === 0) output.note(fits === everything ? nothingFound : nothingFits);
};

const recordAsked = (source: CaptureSource, number: number): CaptureRecord => {
  const record = recordNumbered(source, number);
  if (record !== undefined) return record;
  const { firstRecord, nextRecord } = source.status();
  throw new HexdropError('usage', `There is no record ${number} in the capture.`, {
    seen: String(number),
    allowed: nextRecord > firstRecord ? `${firstRecord} to ${nextRecord - 1}` : 'none: it is empty',
  });
};
