/**
 * The capture: what was seen on the wire. Rows and payloads travel as bytes beside the results (shared/model/
 * capture-rows.ts); a window asks for what it shows, nobody tells it a frame at a time.
 */

import * as v from 'valibot';

import type {
  CaptureConnection,
  CapturePayload,
  CaptureSettings,
  CaptureStatus,
  CaptureTransfer,
} from '../../model/capture.ts';
import { captureEventKinds, leastBudgetBytes, mostBudgetBytes } from '../../model/capture.ts';
import type { CaptureNote } from '../../model/capture-notes.ts';
import { captureNoteKinds } from '../../model/capture-notes.ts';
import { mostBatchBytes } from '../../model/capture-rows.ts';
import { count, nothing, number, ref } from './atoms.ts';
import { call, parserOf } from './define.ts';

/** `live`, or what `capture.open` answered. */
const source = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const oneSource = v.strictObject({ source });
const direction = v.picklist(['in', 'out']);
const recordNumber = v.pipe(count, v.maxValue(4_294_967_295));

/** Most bytes of a payload in one answer. */
const mostPayloadBytes = 1_048_576;

const note = parserOf<CaptureNote>()(
  v.object({
    kind: v.picklist(captureNoteKinds),
    count,
    places: v.exactOptional(count),
    name: v.exactOptional(v.string()),
    port: v.exactOptional(count),
    links: v.exactOptional(v.array(count)),
  }),
);

const status = parserOf<CaptureStatus>()(
  v.object({
    state: v.picklist(['running', 'paused', 'off', 'loading', 'loaded', 'failed']),
    originMs: number,
    originNs: v.pipe(count, v.maxValue(999_999)),
    timeDigits: v.pipe(count, v.maxValue(9)),
    nowMs: number,
    firstRecord: count,
    nextRecord: count,
    firstChunk: count,
    nextChunk: count,
    captured: count,
    dropped: count,
    missed: count,
    cut: count,
    usedBytes: count,
    budgetBytes: count,
    keepBytes: v.nullable(count),
    rates: v.object({ framesPerSecond: number, inBytesPerSecond: number, outBytesPerSecond: number }),
    connectionsVersion: count,
    file: v.exactOptional(
      v.object({
        name: v.string(),
        bytes: count,
        readBytes: count,
        notes: v.array(note),
        isOurs: v.boolean(),
        error: v.exactOptional(v.object({ code: v.string(), message: v.string() })),
      }),
    ),
  }),
);

const endpoint = v.object({
  address: v.string(),
  port: count,
  alias: v.exactOptional(v.string()),
  deviceId: v.exactOptional(v.string()),
});
const flow = v.object({ frames: count, bytes: count, chunks: count });

const connection = parserOf<CaptureConnection>()(
  v.object({
    number: count,
    near: endpoint,
    far: endpoint,
    dialer: v.picklist(['near', 'far', 'unknown']),
    secure: v.exactOptional(v.object({ protocol: v.string(), cipher: v.string() })),
    channel: v.exactOptional(count),
    laneOf: v.exactOptional(count),
    openedMs: v.exactOptional(number),
    closedMs: v.exactOptional(number),
    isOpen: v.boolean(),
    in: flow,
    out: flow,
    events: v.array(
      v.object({
        number: count,
        kind: v.picklist(captureEventKinds),
        timeMs: number,
        direction,
        text: v.string(),
        code: v.exactOptional(v.string()),
      }),
    ),
  }),
);

const transfer = parserOf<CaptureTransfer>()(
  v.object({
    transferId: v.string(),
    connection: count,
    id: count,
    lanes: v.array(count),
  }),
);

const settings = parserOf<CaptureSettings>()(
  v.object({
    state: v.picklist(['running', 'paused', 'off']),
    budgetBytes: count,
    keepBytes: v.nullable(count),
  }),
);

const payload = parserOf<CapturePayload>()(
  v.object({
    length: count,
    kept: count,
    missing: v.exactOptional(v.picklist(['policy', 'dropped', 'gone', 'not-captured', 'cut-off'])),
    gaps: v.exactOptional(v.array(v.object({ offset: count, length: count }))),
  }),
);

const selection = {
  records: v.exactOptional(v.pipe(v.array(v.tuple([recordNumber, recordNumber])), v.maxLength(200_000))),
  connections: v.exactOptional(v.pipe(v.array(count), v.maxLength(10_000))),
};

/** Hex digits of the bytes that are looked for. */
const needle = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2}){1,256}$/u));

export const captureCalls = {
  'capture.status': call(oneSource, status),
  /**
   * Rows from record `from` on, or from the first that is still there; at most one batch. `waitMs`: when there is none
   * yet, wait so long for one. `next` is where to go on.
   */
  'capture.records': call(
    v.strictObject({
      source,
      from: recordNumber,
      most: v.exactOptional(v.pipe(count, v.minValue(1))),
      waitMs: v.exactOptional(v.pipe(count, v.maxValue(10_000))),
    }),
    v.object({ next: count, status }),
    'result',
  ),
  /** A range of a frame's payload, or of loose bytes. What is not kept is not there: see `kept`. */
  'capture.payload': call(
    v.strictObject({
      source,
      record: recordNumber,
      offset: count,
      length: v.pipe(count, v.minValue(1), v.maxValue(mostPayloadBytes)),
    }),
    payload,
    'result',
  ),
  /** The first kept bytes of many payloads, one after the other, for the summaries of a screenful of rows. */
  'capture.heads': call(
    v.strictObject({
      source,
      records: v.pipe(v.array(recordNumber), v.maxLength(256)),
      bytes: v.pipe(count, v.maxValue(256)),
    }),
    v.object({ lengths: v.array(count) }),
    'result',
  ),
  /** Chunk rows that overlap a stretch of one direction's stream; at most one batch. `next` is the offset to go on from. */
  'capture.chunks': call(
    v.strictObject({ source, connection: count, direction, from: count, to: count }),
    v.object({ next: v.exactOptional(count) }),
    'result',
  ),
  /** Record rows of one direction's stream that overlap a stretch of it; at most one batch. */
  'capture.framesAt': call(
    v.strictObject({ source, connection: count, direction, from: count, to: count }),
    v.object({ next: v.exactOptional(count) }),
    'result',
  ),
  'capture.connections': call(
    oneSource,
    v.object({ version: count, connections: v.array(connection), transfers: v.array(transfer) }),
  ),
  /**
   * Records whose kept bytes hold these bytes, header included. Looks for a short while; `next` is where to go on, and is
   * absent when all was looked at.
   */
  'capture.search': call(
    v.strictObject({
      source,
      needle,
      /** The needle is text, and its letters fit in either case. */
      ignoreCase: v.exactOptional(v.boolean()),
      from: recordNumber,
      most: v.pipe(count, v.minValue(1), v.maxValue(10_000)),
    }),
    v.object({ found: v.array(count), next: v.exactOptional(count) }),
  ),
  /** Changes the live capture. */
  'capture.configure': call(
    v.strictObject({
      state: v.exactOptional(v.picklist(['running', 'paused', 'off'])),
      budgetBytes: v.exactOptional(v.pipe(count, v.minValue(leastBudgetBytes), v.maxValue(mostBudgetBytes))),
      keepBytes: v.exactOptional(v.nullable(v.pipe(count, v.maxValue(mostBatchBytes)))),
    }),
    settings,
  ),
  /** Forgets all records of the live capture; numbers go on. */
  'capture.clear': call(nothing, nothing),
  /**
   * Writes a pcapng file: into the folder `dir` under `name`, or, without `dir`, into a file that `capture.exported` reads
   * and `capture.dropExport` removes.
   */
  'capture.export': call(
    v.strictObject({
      source,
      ...selection,
      format: v.picklist(['raw-ip', 'exported-pdu']),
      dir: v.exactOptional(ref),
      name: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
    }),
    v.object({
      name: v.string(),
      bytes: count,
      packets: count,
      /** Frames that were asked for and are not there any more. */
      missing: count,
      /** To read it by, without `dir`. */
      exported: v.exactOptional(v.string()),
      /** The reference of the file, with `dir`. */
      ref: v.exactOptional(v.string()),
    }),
  ),
  'capture.exported': call(
    v.strictObject({
      exported: v.string(),
      offset: count,
      length: v.pipe(count, v.minValue(1), v.maxValue(mostPayloadBytes)),
    }),
    nothing,
    'result',
  ),
  'capture.dropExport': call(v.strictObject({ exported: v.string() }), nothing),
  /** Opens a capture file as a source of its own. Answers at once; `capture.status` tells how far it has been read. */
  'capture.open': call(v.strictObject({ ref }), v.object({ source: v.string() })),
  /** Opens what a page has: the file comes in runs, in order, the last one with `isLast`. */
  'capture.upload': call(
    v.strictObject({
      /** The upload that the first answer named; absent on the first call. */
      upload: v.exactOptional(v.string()),
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
      isLast: v.boolean(),
    }),
    v.object({ upload: v.string(), source: v.exactOptional(v.string()) }),
    'args',
  ),
  'capture.close': call(oneSource, nothing),
  /** Whether Wireshark is on the engine's machine. */
  'capture.tools': call(nothing, v.object({ wireshark: v.boolean() })),
  /** Exports into a temporary file and starts Wireshark on it, on the engine's machine. */
  'capture.wireshark': call(
    v.strictObject({ source, ...selection, format: v.picklist(['raw-ip', 'exported-pdu']) }),
    v.object({ packets: count, missing: count }),
  ),
};
