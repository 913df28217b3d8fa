import { describe, expect, it } from 'vitest';

import {
  bitBlanked,
  bitCutOff,
  bitOut,
  bitSecure,
  bitSticky,
  readChunks,
  readRecords,
} from '../../../shared/model/capture-rows.ts';
import type { RecordDraft } from '../../../shared/model/capture-rows.ts';
import { CaptureStore, kindFrame, kindGap } from './store.ts';

const draft = (more: Partial<RecordDraft> = {}): RecordDraft => ({
  kind: kindFrame,
  type: 0x27,
  flags: 0,
  bits: 0,
  timeMs: 0,
  connection: 1,
  id: 1,
  length: 0,
  offset: 0,
  chunk: 0,
  channel: 0,
  ...more,
});

const budgetBytes = 8_388_608;

describe('a row that a store wrote is read with every value', () => {
  it('of a frame', () => {
    const store = new CaptureStore();
    const bits = bitOut | bitSecure | bitSticky | bitBlanked | bitCutOff;
    const values = { type: 0x2b, flags: 3, timeMs: 1.25, connection: 70_001, id: 70_002, length: 70_003 };
    store.add(
      { ...draft(), ...values, bits, offset: 2 ** 40, chunk: 70_004, channel: 4 },
      new Uint8Array(9),
      9,
      [{ offset: 2, length: 5 }],
    );
    expect(readRecords(store.records.copy(1, 1))).toEqual([
      {
        ...values,
        number: 1,
        kind: 'frame',
        direction: 'out',
        secure: true,
        chunkClass: 'sticky',
        isBlanked: true,
        hasGaps: true,
        isCutOff: true,
        span: 16 + 70_003,
        places: 0,
        kept: 9,
        offset: 2 ** 40,
        chunk: 70_004,
        channel: 4,
      },
    ]);
  });

  it('of a gap', () => {
    const store = new CaptureStore();
    store.add(draft({ kind: kindGap, length: 10, span: 30, places: 70_000 }));
    expect(readRecords(store.records.copy(1, 1))).toMatchObject([
      {
        kind: 'gap',
        id: 0,
        length: 10,
        span: 30,
        places: 65_535,
        direction: 'in',
        secure: false,
        hasGaps: false,
      },
    ]);
  });

  it('of a chunk', () => {
    const store = new CaptureStore();
    store.addChunk(bitOut | bitSecure, 2.5, 70_001, 2 ** 41, 70_002);
    expect(readChunks(store.chunks.copy(1, 1))).toEqual([
      {
        number: 1,
        direction: 'out',
        secure: true,
        timeMs: 2.5,
        connection: 70_001,
        offset: 2 ** 41,
        length: 70_002,
      },
    ]);
  });
});

describe('a store within its budget', () => {
  it('never takes more, whatever comes', () => {
    const store = new CaptureStore({ budgetBytes, keepBytes: 256 });
    const payload = new Uint8Array(300).fill(7);
    for (let at = 0; at < 200_000; at += 1) {
      const chunk = store.addChunk(0, at, 1, at * 316, 316);
      store.add(draft({ timeMs: at, length: 300, offset: at * 316, chunk }), payload, 256);
      if (at % 1_000 === 0) expect(store.usedBytes).toBeLessThanOrEqual(budgetBytes);
    }
    expect(store.captured).toBe(200_000);
    expect(store.dropped).toBe(store.records.first - 1);
    expect(store.dropped).toBeGreaterThan(0);
  });

  it('keeps numbers, and the newest bytes', () => {
    const store = new CaptureStore({ budgetBytes, keepBytes: null });
    for (let at = 1; at <= 100; at += 1) {
      store.add(draft({ length: 200_000 }), new Uint8Array(200_000).fill(at), 200_000);
    }
    expect(store.payloadOf(100)?.[199_999]).toBe(100);
    expect(store.payloadOf(1)).toBeUndefined();
    // The row is still there: payloads make room first.
    expect(readRecords(store.records.copy(1, 1))[0]).toMatchObject({
      number: 1,
      length: 200_000,
      kept: 200_000,
    });
  });

  it('makes room at once when the budget shrinks', () => {
    const store = new CaptureStore({ budgetBytes: budgetBytes * 4, keepBytes: null });
    for (let at = 0; at < 100; at += 1)
      store.add(draft({ length: 200_000 }), new Uint8Array(200_000), 200_000);
    store.setBudget(budgetBytes);
    expect(store.usedBytes).toBeLessThanOrEqual(budgetBytes);
  });

  it('keeps a copy, not the buffer that it was handed', () => {
    const store = new CaptureStore();
    const payload = Uint8Array.of(1, 2, 3);
    const number = store.add(draft({ length: 3 }), payload, 3);
    payload.fill(9);
    expect(store.payloadOf(number)).toEqual(Uint8Array.of(1, 2, 3));
    expect(store.payloadOf(number)?.buffer).not.toBe(payload.buffer);
  });

  it('goes on counting after clear', () => {
    const store = new CaptureStore();
    store.add(draft());
    store.add(draft());
    store.clear();
    expect(store.records.first).toBe(3);
    expect(store.add(draft())).toBe(3);
    expect(store.captured).toBe(1);
  });

  it('tells growth once until somebody looks', () => {
    const store = new CaptureStore();
    let told = 0;
    store.onGrowth(() => (told += 1));
    store.add(draft());
    store.add(draft());
    expect(told).toBe(1);
    store.looked();
    store.add(draft());
    expect(told).toBe(2);
  });
});
