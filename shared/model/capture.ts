/**
 * What a capture holds, as all sides speak of it: records of fixed size, the connections they belong to, counters.
 * The rows themselves cross as bytes (capture-rows.ts); here is what they mean.
 *
 * A capture is live (the engine's own, source `live`) or was loaded from a file (its own id). Both answer the same
 * questions.
 */

import type { Gap } from './capture-gaps.ts';
import type { CaptureNote } from './capture-notes.ts';

/** `live`, or the id of a loaded capture. */
export type CaptureSourceId = string;

/**
 * What a record tells.
 * - frame: one frame of the protocol
 * - event: something that happened to a connection
 * - loose: bytes of a stream that belong to no frame: another protocol, a refused frame, what lies between a gap and
 *   the next frame
 * - gap: bytes that the capture does not have
 */
export type RecordKind = 'frame' | 'event' | 'loose' | 'gap';

/**
 * How a frame lay in the deliveries (live) or segments (loaded) that brought it.
 * - exact: one chunk, which held nothing else
 * - sticky: one chunk, which held bytes of other frames too
 * - half: several chunks, none of which held anything else
 * - both: several chunks, and one of them held bytes of other frames
 */
export type ChunkClass = 'exact' | 'sticky' | 'half' | 'both';

/**
 * Seen from the near side: `out` was sent by this device. In a loaded capture whose near side is not known, the dialer
 * is the near side.
 */
export type CaptureDirection = 'in' | 'out';

export type CaptureEventKind =
  /** The port is open. Told of connection 0, which stands for the listener. */
  | 'listen'
  /** TCP is connected: this side dialed. */
  | 'connect'
  /** TCP is connected: the other side dialed. */
  | 'accept'
  /** The TLS handshake is complete; the text names version and cipher. */
  | 'tls'
  /** End of one direction; `direction` tells whose. */
  | 'fin'
  /** Broken by the system or the other side. */
  | 'reset'
  /** The socket is gone; the text says who closed it and why. */
  | 'close'
  /** What came was refused; the text says why. Of connection 0: a connection that came to nothing. */
  | 'refused'
  /** The capture began, or went on after a pause, in the middle of this connection. */
  | 'midway';

export const captureEventKinds = [
  'listen',
  'connect',
  'accept',
  'tls',
  'fin',
  'reset',
  'close',
  'refused',
  'midway',
] as const satisfies readonly CaptureEventKind[];

/** Why bytes of a stream belong to no frame. */
export const looseReasons = [
  /** What came was refused; the event before says why. */
  'refused',
  /** They do not start with the magic: another protocol, or a peer that is out of step. */
  'bad-magic',
  /** They start with a header that no receiver takes; what follows it is among them. */
  'bad-flags',
  'unknown-type',
  'frame-too-large',
  /** The capture lacks what stands before them, so that nobody knows what they are. */
  'behind-gap',
  /** The capture begins in the middle of the frame that they belong to. */
  'midway',
  /** The beginning of a header; the stream ends in it, or the capture lacks its rest. */
  'truncated-frame',
] as const;

export type LooseReason = (typeof looseReasons)[number];

/** One row of the list. Numbers are stable: they count from 1 and are never used twice in a capture. */
export interface CaptureRecord {
  readonly number: number;
  readonly kind: RecordKind;
  /** Milliseconds since the capture's `originMs`, with fractions. Of a frame: when its last byte was there. */
  readonly timeMs: number;
  readonly connection: number;
  readonly direction: CaptureDirection;
  /** It travelled inside TLS; what is shown is what was inside. */
  readonly secure: boolean;
  /** Of a frame: the number of its type; of an event: its place in `captureEventKinds`; of loose bytes: in `looseReasons`. */
  readonly type: number;
  /** Flags of the frame's header. */
  readonly flags: number;
  readonly channel: number;
  /** Of a frame: the id of its header. An event is found in the `events` of its connection by its number. */
  readonly id: number;
  /** Of a frame: bytes of payload (the frame is 16 bytes longer); of loose bytes and gaps: their number. */
  readonly length: number;
  /**
   * Bytes of the stream from the first to the last that the row stands for. A gap of several places has bytes between
   * them, and so do loose bytes.
   */
  readonly span: number;
  /** Of a gap: in how many places bytes are missing, 65,535 for more. Else 0. */
  readonly places: number;
  /** Bytes of the payload, or of the loose bytes, that are kept, from the first on, without the gaps in them. */
  readonly kept: number;
  /** Where in its direction's stream the frame's header, or the first byte, stands. */
  readonly offset: number;
  /** Number of the chunk that brought the last byte; 0 when there is none. */
  readonly chunk: number;
  readonly chunkClass: ChunkClass;
  /** Bytes of its payload are in no packet of the capture: `CapturePayload.gaps` tells which. */
  readonly hasGaps: boolean;
  /** Its stream ended, or lost its way, before the frame was whole. */
  readonly isCutOff: boolean;
  /** Secrets in it were replaced by `*` before it was kept. */
  readonly isBlanked: boolean;
}

/** One delivery of a socket, one write to it, or one segment of a loaded capture. */
export interface CaptureChunk {
  /** Counts from 1 in each capture; chunks of all connections together. */
  readonly number: number;
  readonly timeMs: number;
  readonly connection: number;
  readonly direction: CaptureDirection;
  readonly secure: boolean;
  readonly offset: number;
  readonly length: number;
}

export interface CaptureEndpoint {
  readonly address: string;
  readonly port: number;
  /** What the device called itself in HELLO or WELCOME, once it has. */
  readonly alias?: string;
  readonly deviceId?: string;
}

export interface CaptureEvent {
  /** The number of its record. */
  readonly number: number;
  readonly kind: CaptureEventKind;
  readonly timeMs: number;
  readonly direction: CaptureDirection;
  /** For people, in English; empty when there is nothing to add. */
  readonly text: string;
  /** The code of the error, where there was one. */
  readonly code?: string;
}

interface CaptureFlow {
  readonly frames: number;
  readonly bytes: number;
  readonly chunks: number;
}

/** Number 0 stands for the listener: its near end is where it listens, its events are those of the port. */
export interface CaptureConnection {
  readonly number: number;
  readonly near: CaptureEndpoint;
  readonly far: CaptureEndpoint;
  /** Which side dialed; in a capture that starts midway, as far as it can be told. */
  readonly dialer: 'near' | 'far' | 'unknown';
  /** Absent on a plain connection. */
  readonly secure?: { readonly protocol: string; readonly cipher: string };
  /** 0 for a control connection, 1 to 4 for a lane; absent until a frame told it. */
  readonly channel?: number;
  /** The number of the control connection of a lane whose transfer it serves, where that was seen. */
  readonly laneOf?: number;
  readonly openedMs?: number;
  readonly closedMs?: number;
  readonly isOpen: boolean;
  readonly in: CaptureFlow;
  readonly out: CaptureFlow;
  readonly events: readonly CaptureEvent[];
}

/** A transfer that was seen to be offered or asked for: where its frames are. */
export interface CaptureTransfer {
  /** As in `TransferView.id`. */
  readonly transferId: string;
  readonly connection: number;
  /** The id that all its frames carry. */
  readonly id: number;
  /** Connections that carry its bulk. */
  readonly lanes: readonly number[];
}

/** Records, and where each number stands: `first` to `next - 1` are there; what was before is dropped. */
export interface CaptureStatus {
  /** `running`: what passes is kept. `paused`: it passes uncaptured and is counted as missed. `off`: nobody looks. */
  readonly state: 'running' | 'paused' | 'off' | 'loading' | 'loaded' | 'failed';
  /** Time 0 of the capture, in whole milliseconds since the epoch; of a loaded one that of its first packet. */
  readonly originMs: number;
  /** Nanoseconds behind them, 0 to 999,999. */
  readonly originNs: number;
  /** Digits behind the point of a second that the clock of the capture knew, 0 to 9. */
  readonly timeDigits: number;
  /** Now, in the capture's own time. */
  readonly nowMs: number;
  readonly firstRecord: number;
  readonly nextRecord: number;
  readonly firstChunk: number;
  readonly nextChunk: number;
  /** Records that were captured since the beginning or the last `clear`. */
  readonly captured: number;
  /** How many of them had to make room. */
  readonly dropped: number;
  /** Frames that passed while the capture was paused. */
  readonly missed: number;
  /** Frames among the captured whose payload was not kept whole. */
  readonly cut: number;
  readonly usedBytes: number;
  readonly budgetBytes: number;
  /** First bytes of each payload that are kept; null for all. */
  readonly keepBytes: number | null;
  readonly rates: {
    readonly framesPerSecond: number;
    readonly inBytesPerSecond: number;
    readonly outBytesPerSecond: number;
  };
  /** Rises when connections, their names or their events change: then ask for them again. */
  readonly connectionsVersion: number;
  /** Facts of the file of a loaded capture. */
  readonly file?: CaptureFileFacts;
}

interface CaptureFileFacts {
  /** The name alone, without its folder. */
  readonly name: string;
  readonly bytes: number;
  /** How far it has been read. */
  readonly readBytes: number;
  /** What was found in it besides frames. */
  readonly notes: readonly CaptureNote[];
  /** It was written by Hexdrop. */
  readonly isOurs: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface CaptureSettings {
  readonly state: 'running' | 'paused' | 'off';
  readonly budgetBytes: number;
  /** null keeps every payload whole, as long as the budget lasts. */
  readonly keepBytes: number | null;
}

export const defaultBudgetBytes = 67_108_864;
export const defaultKeepBytes = 256;
/** Less than this would hold no useful stretch of a transfer; more is what `--capture` into a file is for. */
export const leastBudgetBytes = 8_388_608;
export const mostBudgetBytes = 2_147_483_648;

/** How a capture file tells frames: `raw-ip` is TCP in IP with synthesised headers; `exported-pdu` one frame a packet. */
export type CaptureFormat = 'raw-ip' | 'exported-pdu';

/** What goes into an export. Both may be given; then both must fit. */
export interface CaptureSelection {
  /** Spans of record numbers, both ends included, ascending. Absent: all. */
  readonly records?: readonly (readonly [first: number, last: number])[];
  readonly connections?: readonly number[];
}

/** A stretch of bytes of one payload: kept, or why not. */
export interface CapturePayload {
  /** Bytes of the whole payload. */
  readonly length: number;
  /** Bytes of it that are kept, from the first on, without the gaps. */
  readonly kept: number;
  /**
   * Why it is not whole. `policy`: only the first bytes were kept; `dropped`: the bytes had to make room; `gone`: so had
   * the record; `not-captured`: the capture lacks some; `cut-off`: the stream ended before they came.
   */
  readonly missing?: 'policy' | 'dropped' | 'gone' | 'not-captured' | 'cut-off';
  /** What the capture does not have of it, ascending; of what was cut off the rest of the frame is the last one. */
  readonly gaps?: readonly Gap[];
}
