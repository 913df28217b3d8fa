import { describe, expect, it } from 'vitest';
import fc from 'fast-check';

import type { Client } from '../../../shared/ipc/client.ts';
import type { CaptureRecord } from '../../../shared/model/capture.ts';
import { emptyRecord, recordBytes } from '../../../shared/model/capture-rows.ts';
import { answersTo, questions, typeNumber } from '../../../shared/protocol/catalog.ts';
import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { parseFilter } from '../../../shared/protocol/filter/parse.ts';
import type { Filter } from '../../../shared/protocol/filter/syntax.ts';
import { busyCapture } from '../../testing/capture-session.ts';
import { writeRecord } from '../../testing/capture-rows.ts';
import { axisOf, classOf, placeOn, sharesOf, type Span } from './chunk-map.ts';
import { asBase64, asC, asHexDump } from './copy-forms.ts';
import { FilterRun } from './filter-run.ts';
import { FrameBytes, pageBytes } from './frame-bytes.ts';
import { Notes } from './notes.ts';
import { NumberSet } from './number-set.ts';
import { PlaceList } from './place-list.ts';
import { mostBins, Rates } from './rates.ts';
import { followRequest } from './request.ts';
import { blockRows, mostRows, RowStore } from './row-store.ts';
import { spansOf } from './spans.ts';
import { characterOf, valuesOf } from './values.ts';

const script = busyCapture();

const batchOf = (records: readonly CaptureRecord[]): Uint8Array => {
  const bytes = new Uint8Array(records.length * recordBytes);
  const view = new DataView(bytes.buffer);
  records.forEach((record, index) => writeRecord(view, index * recordBytes, record));
  return bytes;
};

const storeOf = (records: readonly CaptureRecord[]): RowStore => {
  const rows = new RowStore();
  rows.append(batchOf(records));
  return rows;
};

const filterOf = (text: string): Filter => {
  const parsed = parseFilter(text);
  if (!parsed.ok || parsed.filter === undefined) throw new Error(text);
  return parsed.filter;
};

const world = { peerTexts: () => [], isMarked: () => false };
const plain = (number: number): CaptureRecord => ({ ...emptyRecord(), number, type: typeNumber.DATA });

describe('the row store', () => {
  it('gives back what came, whatever the kind', () => {
    const rows = storeOf(script.records);
    expect(script.records.map(({ number }) => rows.find(number))).toEqual(
      script.records.map((record) => ({ ...record })),
    );
  });

  it('keeps at most so many rows, and finds by number those that are left', () => {
    const rows = new RowStore();
    for (let first = 1; first <= mostRows + blockRows; first += blockRows) {
      rows.append(batchOf(Array.from({ length: blockRows }, (_, index) => plain(first + index))));
    }
    expect(rows.count).toBeLessThanOrEqual(mostRows);
    expect(rows.bytes).toBeLessThanOrEqual(mostRows * recordBytes);
    expect(rows.find(1)).toBeUndefined();
    expect(rows.find(mostRows + 5)?.number).toBe(mostRows + 5);
  });

  it('takes a row once when a batch comes twice', () => {
    const rows = storeOf([plain(1), plain(2)]);
    rows.append(batchOf([plain(2), plain(3)]));
    expect(rows.count).toBe(3);
  });

  it('lets rows go from the beginning', () => {
    const rows = storeOf(Array.from({ length: 100 }, (_, index) => plain(index + 1)));
    rows.dropBefore(41);
    expect([rows.count, rows.numberAt(rows.first)]).toEqual([60, 41]);
  });
});

describe('a filter at work', () => {
  it('finds the same rows in slices as at once', () => {
    const rows = storeOf(script.records);
    const run = new FilterRun(rows, filterOf('type == DATA || event == close'), world);
    let clock = 0;
    while (run.step(0, () => (clock += 1)));
    const found = Array.from({ length: run.matches.count }, (_, at) =>
      rows.numberAt(run.matches.at(at) as number),
    );
    const wanted = script.records.filter(
      ({ kind, type }) => (kind === 'frame' && type === typeNumber.DATA) || (kind === 'event' && type === 6),
    );
    expect(found).toEqual(wanted.map(({ number }) => number));
    expect(run.done).toBe(true);
  });

  it('waits with rows whose bytes nobody has looked at', () => {
    const rows = storeOf([plain(1), plain(2), plain(3)]);
    const run = new FilterRun(rows, filterOf('text contains "x"'), world);
    run.step(5);
    expect(run.done).toBe(false);
    const [term] = run.terms;
    term?.found.add(2);
    if (term !== undefined) term.reached = 4;
    run.step(5);
    expect([run.done, run.matches.count, run.matches.at(0)]).toEqual([true, 1, 1]);
  });
});

describe('sets and lists of numbers', () => {
  it('a set of numbers holds what was put in, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50_000 })), (numbers) => {
        const set = new NumberSet();
        for (const number of numbers) set.add(number);
        const wanted = new Set(numbers);
        for (let number = 0; number < 50_000; number += 97) expect(set.has(number)).toBe(wanted.has(number));
        for (const number of numbers) expect(set.has(number)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('a list of places finds positions after it lost its beginning', () => {
    const list = new PlaceList();
    for (let place = 0; place < 5_000; place += 2) list.push(place);
    expect(list.dropBefore(1_001)).toBe(501);
    expect([list.at(0), list.positionOf(1_004), list.count]).toEqual([1_002, 1, 1_999]);
  });

  it('spans say the same numbers', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200 })), (numbers) => {
        const sorted = numbers.toSorted((one, other) => one - other);
        const again = spansOf(sorted).flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
        expect(again).toEqual(sorted);
      }),
    );
  });
});

/** Cuts a stretch of bytes into spans. */
const cuts = (total: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: total - 1 }), { maxLength: 12 }).map((inner): Span[] => {
    const edges = [0, ...inner.toSorted((one, other) => one - other), total];
    return edges.slice(1).map((end, index) => ({ start: edges[index] as number, end }));
  });

describe('chunks against frames', () => {
  it('shares tile the stream: each byte is in one chunk, one frame, one share', () => {
    fc.assert(
      fc.property(cuts(200), cuts(200), (chunks, frames) => {
        const shares = sharesOf(chunks, frames);
        let at = 0;
        for (const { start, end, chunk, frame } of shares) {
          expect(start).toBe(at);
          expect([chunks[chunk]?.start, frames[frame]?.start].every((edge) => (edge ?? 1e9) <= start)).toBe(
            true,
          );
          expect([chunks[chunk]?.end, frames[frame]?.end].every((edge) => (edge ?? 0) >= end)).toBe(true);
          at = end;
        }
        expect(at).toBe(200);
      }),
    );
  });

  it('names a frame as the capture does', () => {
    const chunks = script.chunks.filter(
      ({ connection, direction }) => connection === 3 && direction === 'in',
    );
    const frames = script.records.filter(
      ({ kind, connection, direction }) => kind === 'frame' && connection === 3 && direction === 'in',
    );
    const shares = sharesOf(
      chunks.map(({ offset, length }) => ({ start: offset, end: offset + length })),
      frames.map(({ offset, length }) => ({ start: offset, end: offset + length + 16 })),
    );
    expect(frames.map((_, index) => classOf(index, shares))).toEqual(
      frames.map(({ chunkClass }) => chunkClass),
    );
    expect(new Set(frames.map(({ chunkClass }) => chunkClass)).size).toBeGreaterThan(2);
  });

  it('the axis never goes back, from 0 to 1, in both scales', () => {
    fc.assert(
      fc.property(
        cuts(5_000),
        cuts(5_000),
        fc.constantFrom('even' as const, 'true' as const),
        (one, other, scale) => {
          const axis = axisOf([...one, ...other], scale);
          const places = Array.from({ length: 501 }, (_, index) => placeOn(axis, index * 10));
          expect(places.every((place, index) => index === 0 || place >= (places[index - 1] as number))).toBe(
            true,
          );
          expect([places[0], places.at(-1)]).toEqual([0, 1]);
        },
      ),
    );
  });
});

describe('notes', () => {
  const kindsOf = (records: readonly CaptureRecord[]) => {
    const notes = new Notes();
    for (const record of records) notes.take(record, record.connection === 2 ? 1 : record.connection);
    return notes.list.map(({ kind, record }) => [kind, record]);
  };

  it('points at what is wrong in a session, and at nothing else', () => {
    expect(kindsOf(script.records).map(([kind]) => kind)).toEqual([
      'slow-ack',
      'error',
      'reset',
      'no-bye',
      'refused',
    ]);
  });

  it.each(questions)('points at a slow answer to %s, and at none that came in time', (question) => {
    const [answer] = answersTo(question);
    const kindsAfter = (ms: number) =>
      kindsOf([
        { ...emptyRecord(), number: 1, id: 1, type: typeNumber[question] },
        {
          ...emptyRecord(),
          number: 2,
          id: 1,
          type: typeNumber[answer as TypeName],
          direction: 'out',
          timeMs: ms,
        },
      ]);
    expect(kindsAfter(2_001)).toEqual([['slow-answer', 2]]);
    expect(kindsAfter(2_000)).toEqual([]);
  });

  it('does not miss a BYE that was said', () => {
    const bye = { ...emptyRecord(), number: 1, type: typeNumber.BYE };
    const close = { ...emptyRecord(), number: 2, kind: 'event' as const, type: 6 };
    expect(kindsOf([{ ...bye, number: 0, type: typeNumber.PING }, bye, close])).toEqual([]);
  });
});

describe('following a request', () => {
  it('answers how long the OFFER waited for its ACCEPT, and folds bulk on the lane', () => {
    const rows = storeOf(script.records);
    const story = followRequest(rows, { connection: 2, id: 1 }, (number) => (number === 2 ? 1 : number));
    expect(story.waits[0]).toMatchObject({ from: typeNumber.OFFER, to: typeNumber.ACCEPT });
    expect(story.waits[0]?.tookMs).toBeGreaterThan(4_213);
    expect(story.steps.find(({ type }) => type === typeNumber.DATA)?.frames).toBe(5);
    expect(story.steps.at(-1)?.type).toBe(typeNumber.DONE);
  });
});

describe('rates', () => {
  it('keep every byte when bins are folded', () => {
    const rates = new Rates();
    for (let index = 0; index < 5_000; index += 1) {
      rates.take({ ...emptyRecord(), connection: 1, timeMs: index * 97, length: 84, direction: 'out' });
    }
    const total = rates.lines[0]?.outBytes.reduce((sum, bytes) => sum + bytes, 0);
    expect(total).toBe(500_000);
    expect(rates.used).toBeLessThanOrEqual(mostBins);
  });
});

describe('the bytes of a frame', () => {
  it('a payload of 16 MiB shows at once: one page is asked for, the next when somebody looks there', async () => {
    const asked: number[] = [];
    const client = {
      callForBytes: (_: string, { offset, length }: { offset: number; length: number }) => {
        asked.push(offset);
        const kept = 16 * 1_048_576;
        return Promise.resolve({ value: { length: kept, kept }, bytes: new Uint8Array(length).fill(0x61) });
      },
    } as unknown as Client;
    const record = { ...emptyRecord(), kind: 'loose' as const, length: 16 * 1_048_576, kept: 16 * 1_048_576 };
    const frame = new FrameBytes(client, 'live', record);
    const changed = new Promise<void>((resolve) => void frame.onChange(resolve));
    frame.want(0, 400);
    await changed;
    expect([asked, frame.slice(0, 16).length, frame.at(pageBytes)]).toEqual([[0], 16, undefined]);
    frame.want(15 * 1_048_576, 15 * 1_048_576 + 400);
    expect(asked).toEqual([0, 15 * 1_048_576]);
  });

  it('what is not kept is not there', () => {
    const record = { ...emptyRecord(), type: typeNumber.DATA, length: 262_192, kept: 0 };
    const frame = new FrameBytes({} as Client, 'live', record);
    expect([frame.length, frame.kept, frame.missing, frame.at(16)]).toEqual([
      262_208,
      16,
      'policy',
      undefined,
    ]);
    expect(Array.from(frame.slice(0, 4))).toEqual([0x48, 0x58, 0x44, 0x31]);
  });
});

describe('forms to copy and values', () => {
  const bytes = Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0, 0, 0x10, 0xff);

  it('a dump looks as hexdump -C prints it', () => {
    expect(asHexDump(bytes)).toBe('00000000  48 58 44 31 00 00 00 10  ff                       |HXD1.....|');
    expect(asC(bytes)).toContain('frame[9]');
    expect(atob(asBase64(bytes)).length).toBe(9);
  });

  it('shows what the other byte order makes of a length of 16', () => {
    const rows = valuesOf(bytes.subarray(4));
    expect(rows.find(({ name }) => name === 'u32')).toEqual({ name: 'u32', big: '16', little: '268435456' });
    expect(rows.find(({ name }) => name === 'u64')).toEqual({ name: 'u64', big: '', little: '' });
  });

  it('reads a character only where one begins', () => {
    expect(characterOf(new TextEncoder().encode('包'))).toBe('包  U+5305');
    expect(characterOf(new TextEncoder().encode('包').subarray(1))).toBeUndefined();
  });
});
