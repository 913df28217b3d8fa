/** The recorded sessions of shared/protocol/vectors/sessions: which there are, and the lists of their frames. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { CaptureSource } from '../../../electron/engine/api.ts';
import { readCapture, recordsOf, wordsOf } from '../../../electron/cli/inspect/loaded.ts';
import type { CaptureConnection } from '../../../shared/model/capture.ts';
import { typeLabel } from '../../../shared/protocol/catalog.ts';

/** Ada dials the control connection of each, Bob listens. */
export const adaAddress = '10.77.0.1';
export const bobAddress = '10.77.0.2';
export const sessionPort = 18_520;

export type Who = 'Ada' | 'Bob';

export interface RecordedFrame {
  /** From 1, in the order in which they were opened. */
  readonly connection: number;
  readonly from: Who;
  /** 0, or the number of a lane. */
  readonly channel: number;
  readonly type: string;
  readonly id: number;
  /** Bytes of payload. */
  readonly length: number;
  /** In short, as `hexdrop inspect` says it. */
  readonly says: string;
  /** What is to be seen here; absent where it is what the page says of the type. */
  readonly shows?: string;
}

/** What lies beside a capture. Of frames on different connections the order is that of the side that dialed. */
export interface Recorded {
  readonly title: string;
  readonly about: string;
  readonly frames: readonly RecordedFrame[];
}

/** In the order of the page. */
export const sessionNames = [
  'push-inline',
  'push-lane',
  'resume',
  'resume-if',
  'cancel-crosses-done',
  'decline',
  'pause',
  'get',
  'put',
  'text',
  'encrypted',
] as const;

export type SessionName = (typeof sessionNames)[number];

export const sessionsFolder = fileURLToPath(
  new URL('../../../shared/protocol/vectors/sessions', import.meta.url),
);

export const pathOf = (
  name: SessionName,
  extension: 'pcapng' | 'json',
  folder: string = sessionsFolder,
): string => join(folder, `${name}.${extension}`);

export const readRecorded = (name: SessionName, folder?: string): Recorded =>
  JSON.parse(readFileSync(pathOf(name, 'json', folder), 'utf8')) as Recorded;

/** Who is near in a capture of packets: who dialed the connection. */
export const byAddress = ({ near }: CaptureConnection): Who => (near.address === adaAddress ? 'Ada' : 'Bob');

/** The frames of a capture, in its order. `nearIs` says who is the near side of a connection. */
export function readFrames(
  source: CaptureSource,
  nearIs: (connection: CaptureConnection) => Who,
): readonly Omit<RecordedFrame, 'shows'>[] {
  const capture = readCapture(source);
  const records = [...recordsOf(source)].filter(({ kind }) => kind === 'frame');
  const order = [...new Set(records.map(({ connection }) => connection))];
  return records.map((record) => {
    const { channel, id, length, direction, type } = record;
    const near = nearIs(capture.connection(record.connection) as CaptureConnection);
    const far = near === 'Ada' ? 'Bob' : 'Ada';
    const from = direction === 'out' ? near : far;
    const connection = order.indexOf(record.connection) + 1;
    return { connection, from, channel, type: typeLabel(type), id, length, says: wordsOf(capture, record) };
  });
}
