/**
 * `hexdrop inspect`: reads a capture and prints the frames in it, one frame with its fields, or the chunks. What comes
 * through a pipe is listed as it comes.
 */

import { noteSentence } from '../../../shared/model/capture-notes.ts';
import type { CaptureRecord } from '../../../shared/model/capture.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { RowPredicate } from '../../../shared/protocol/filter/evaluate.ts';
import type { CaptureSource, LoadedCapture, LoadOptions } from '../../engine/api.ts';
import { Captures } from '../../engine/captures.ts';
import { usageError } from '../call/options.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { exitCodeOf, exitDone } from '../exit-codes.ts';
import { chunkEvent, chunkLine, chunksOf, wholeStream } from '../inspect/chunks.ts';
import { filterOf } from '../inspect/filter.ts';
import { showRecord } from '../inspect/frame.ts';
import { RecordList } from '../inspect/list.ts';
import { readCapture, recordNumbered } from '../inspect/loaded.ts';
import type { ReadCapture } from '../inspect/loaded.ts';
import { connectionLine } from '../inspect/rows.ts';
import { standardInput, standardInputBytes } from '../standard-input.ts';
import type { Output } from '../terminal/output.ts';

const nothingFound = 'There are no frames of Hexdrop in it.';
const nothingFits = 'No record fits the filter.';

/** Memory for rows that have been printed, of a capture that may never end. */
const listedBudgetBytes = 67_108_864;

export const run = async (call: CommandCall, context: CommandContext): Promise<number> => {
  const { output, interrupt } = context;
  const { frame, chunks } = call.options;
  if (frame !== undefined && chunks === true) {
    throw usageError('--frame shows one frame and --chunks all: give one of them.');
  }
  const filter = call.options.filter === undefined ? undefined : filterOf(call.options.filter);
  const list = frame === undefined && chunks !== true ? new RecordList(output, filter) : undefined;
  const captures = new Captures(false);
  try {
    let source: LoadedCapture | undefined;
    const listMore = async (): Promise<void> => {
      if (source?.isStreamed === true) await list?.more(source, interrupt.signal);
    };
    source = await openCapture(captures, call.operands[0] ?? '', context, {
      signal: interrupt.signal,
      onRead: listMore,
      // A list that has been printed is not asked again.
      ...(list === undefined ? {} : { streamedBudgetBytes: listedBudgetBytes }),
    });
    const failure = await failureOf(source);
    // What was read before is shown, of a pipe also when the reading was interrupted.
    const isShown = source.status().captured > 0 && (source.isStreamed || failure?.code !== 'cancelled');
    if (failure !== undefined && !isShown) throw failure;
    if (list !== undefined) await endList(list, source, context);
    else if (frame !== undefined) {
      const record = recordAsked(source, frame);
      const capture = readCapture(source);
      if (filter?.(capture)(record) === false) output.note(`Record ${frame} does not fit the filter.`);
      else await showRecord(capture, record, output);
    } else {
      const capture = readCapture(source);
      await showChunks(capture, filter?.(capture), output);
    }
    for (const note of source.status().file?.notes ?? []) output.note(noteSentence(note));
    if (failure === undefined) return exitDone;
    if (failure.code === 'cancelled') throw failure;
    output.error(failure);
    return exitCodeOf(failure.code);
  } finally {
    captures.closeAll();
  }
};

const openCapture = async (
  captures: Captures,
  path: string,
  context: CommandContext,
  options: LoadOptions,
): Promise<LoadedCapture> => {
  if (path !== standardInput) return captures.open(path, options);
  if (context.world.stdin.isTTY === true) {
    throw usageError('A capture cannot be typed: "-" takes what a pipe or a file brings.');
  }
  const pieces = standardInputBytes(context, 'a capture');
  return captures.read('standard input', pieces, options);
};

const failureOf = (source: LoadedCapture): Promise<HexdropError | undefined> =>
  source.done.then(
    () => undefined,
    (thrown: unknown) => thrown as HexdropError,
  );

const endList = async (
  list: RecordList,
  source: LoadedCapture,
  { output, interrupt }: CommandContext,
): Promise<void> => {
  // After an interrupt the rows that were read are still told.
  const never = new AbortController().signal;
  if (source.isStreamed) {
    await list.more(source, never);
    list.end(source);
  } else await list.whole(source, interrupt.signal);
  if (list.frames === 0) output.note(nothingFound);
  else if (list.shown === 0) output.note(nothingFits);
};

/** The chunks that held bytes of records that fit. */
const showChunks = async (
  { source }: ReadCapture,
  fits: RowPredicate | undefined,
  output: Output,
): Promise<void> => {
  let shown = 0;
  for (const connection of source.connections()) {
    if (connection.number === 0) continue;
    for (const direction of ['out', 'in'] as const) {
      const way = direction === 'out' ? 'sent by the near side' : 'sent by the far side';
      let isHeaded = output.isJson;
      for (const each of chunksOf(source, wholeStream(connection.number, direction))) {
        if (fits !== undefined && !each.pieces.some(({ record }) => fits(record))) continue;
        if (!isHeaded) output.result(`${connectionLine(connection)}, ${way}:`);
        isHeaded = true;
        shown += 1;
        if (output.isJson) output.event(chunkEvent(each));
        else output.result(chunkLine(each));
        await output.drained();
      }
    }
  }
  if (shown === 0) output.note(fits === undefined ? nothingFound : nothingFits);
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
