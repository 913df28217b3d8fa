/**
 * A capture of a million frames that goes on at full speed: the frames of the busy capture again and again. For the
 * script that measures scrolling; no part of the program.
 */

import type { CaptureStatus } from '../../shared/model/capture.ts';
import { recordBytes, recordsPerBatch } from '../../shared/model/capture-rows.ts';
import { writeRecord } from './capture-rows.ts';
import { captureAnswers, type CaptureScript, statusOf } from './capture-fixture.ts';
import type { Answers } from './fake-host.ts';

const atStart = 1_000_000;
const rowsPerSecond = 20_000;
const rowMs = 1_000 / rowsPerSecond;

export function millionAnswers(script: CaptureScript): Answers {
  const answers = captureAnswers(script);
  const startedAt = performance.now();
  const status = (): CaptureStatus => {
    const captured = atStart + Math.floor((performance.now() - startedAt) / rowMs);
    const rates = {
      framesPerSecond: rowsPerSecond,
      inBytesPerSecond: 3_200_000,
      outBytesPerSecond: 1_240_000_000,
    };
    return { ...statusOf(script), captured, nextRecord: captured + 1, nowMs: captured * rowMs, rates };
  };
  const templateOf = (number: number): number => ((number - 1) % script.records.length) + 1;
  const rowsFrom = (first: number, count: number): Uint8Array => {
    const bytes = new Uint8Array(count * recordBytes);
    const view = new DataView(bytes.buffer);
    for (let index = 0; index < count; index += 1) {
      const number = first + index;
      const template = script.records[templateOf(number) - 1];
      if (template === undefined) continue;
      writeRecord(view, index * recordBytes, { ...template, number, timeMs: number * rowMs });
    }
    return bytes;
  };
  return {
    ...answers,
    'capture.status': status,
    'capture.records': async ({ from }) => {
      const first = Math.max(1, from);
      let now = status();
      while (now.nextRecord <= first) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        now = status();
      }
      const count = Math.min(recordsPerBatch, now.nextRecord - first);
      return { next: first + count, status: now, bytes: rowsFrom(first, count) };
    },
    'capture.payload': ({ record, ...range }, bytes) =>
      answers['capture.payload']?.({ record: templateOf(record), ...range }, bytes) ?? {
        length: 0,
        kept: 0,
        bytes: new Uint8Array(0),
      },
    'capture.heads': ({ records, ...rest }, bytes) =>
      answers['capture.heads']?.({ records: records.map(templateOf), ...rest }, bytes) ?? {
        lengths: [],
        bytes: new Uint8Array(0),
      },
    'capture.search': () => ({ found: [] }),
  };
}
