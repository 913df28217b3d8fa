import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { PeerView } from '../../../shared/model/peer.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { EngineEvent } from '../api.ts';
import { TransferRecord } from './record.ts';
import type { Outcome, RunningAttempt } from './record.ts';
import type { Progress } from './progress/reports.ts';

const peer: PeerView = {
  deviceId: 'ab'.repeat(32),
  alias: 'peer',
  address: '127.0.0.1',
  port: 1,
  secure: true,
  trust: 'known',
};
const summary = { files: 2, bytes: 300, skipped: 0, same: 0, failed: 0, resumedBytes: 0 };

const progressOf = (bytes: number): Progress => ({
  ...summary,
  bytes,
  totals: { files: 2, folders: 0, bytes: 1_000_000_000, complete: true },
  passedBytes: 0,
  omitted: 1,
  currentPath: 'a/b',
});

/** An attempt that only counts. */
const running = (progress: () => Progress): RunningAttempt => ({
  get progress() {
    return progress();
  },
  cancel: () => {},
  hold: () => {},
});

const make = (): { record: TransferRecord; events: EngineEvent[]; outcomes: Outcome[] } => {
  const events: EngineEvent[] = [];
  const outcomes: Outcome[] = [];
  const record = new TransferRecord('0f'.repeat(16), 'send', 'push', (event) => events.push(event));
  return { record, events, outcomes };
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const states = (events: readonly EngineEvent[]): string[] =>
  events.flatMap((event) => ('transfer' in event ? [event.transfer.state] : []));

describe('a record', () => {
  it('tells what it is about while it waits for an answer', () => {
    const { record, events } = make();
    record.connected(peer);
    record.run(running(() => progressOf(0)));
    vi.advanceTimersByTime(100);
    expect(events.at(-1)).toMatchObject({
      transfer: { state: 'waiting', totals: { files: 2, bytes: 1_000_000_000, complete: true } },
    });
  });

  it('goes from connecting to waiting to running to done, each told once', async () => {
    const { record, events } = make();
    expect(record.view()).toMatchObject({ state: 'connecting', totals: { files: 0, complete: false } });
    record.connected(peer);
    record.connected(peer);
    const reports = record.reportsTo((outcome) => record.finish(outcome));
    reports.accepted();
    reports.accepted();
    record.run(running(() => progressOf(300)));
    reports.done(summary);
    expect(states(events)).toEqual(['waiting', 'running', 'done']);
    expect(await record.done).toMatchObject({ ...summary, omitted: 1, faults: [] });
    expect(record.isOver).toBe(true);
  });

  it.each([
    [{ kind: 'cancelled', code: 'cancelled', message: 'Enough.' }, 'cancelled'],
    [{ kind: 'cancelled', code: 'declined', message: 'No.' }, 'declined'],
    [{ kind: 'cancelled', code: 'not-receiving', message: 'No.' }, 'declined'],
    [{ kind: 'cancelled', code: 'disk-full', message: 'Full.' }, 'failed'],
    [{ kind: 'failed', error: new HexdropError('connection-lost', 'Gone.') }, 'failed'],
  ] as const)('that ends with %j is %s, and rejects with its code', async (outcome, state) => {
    const { record, events } = make();
    record.finish(outcome);
    const code = outcome.kind === 'failed' ? outcome.error.code : outcome.code;
    expect(record.view()).toMatchObject({ state, error: { code } });
    expect(events).toEqual([{ kind: 'finished', transfer: expect.objectContaining({ state }) }]);
    await expect(record.done).rejects.toMatchObject({ code });
  });

  it('ends once: what comes after changes nothing', async () => {
    const { record, events } = make();
    record.finish({ kind: 'done', summary });
    record.finish({ kind: 'failed', error: new HexdropError('internal') });
    record.connected(peer);
    record.reportsTo(() => {}).accepted();
    record.reportsTo(() => {}).changed();
    vi.advanceTimersByTime(1_000);
    expect(states(events)).toEqual(['done']);
    await expect(record.done).resolves.toMatchObject(summary);
  });

  it('tells progress at most twenty times a second, and the latest', () => {
    const { record, events } = make();
    const reports = record.reportsTo(() => {});
    let bytes = 0;
    record.run(running(() => progressOf(bytes)));
    for (let ms = 0; ms < 1_000; ms += 1) {
      bytes += 10;
      reports.changed();
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(100);
    expect(events.length).toBeGreaterThan(10);
    expect(events.length).toBeLessThanOrEqual(21);
    expect((events.at(-1) as { transfer: { bytes: number } }).transfer.bytes).toBe(10_000);
  });

  it('shows the speed of the transfer alone, not of the wait for an answer', () => {
    const { record } = make();
    let bytes = 0;
    record.run(running(() => progressOf(bytes)));
    record.connected(peer);
    vi.advanceTimersByTime(60_000);
    record.reportsTo(() => {}).accepted();
    for (let ms = 100; ms <= 1_000; ms += 100) {
      bytes += 10_000_000;
      vi.advanceTimersByTime(100);
      expect(record.view().bytesPerSecond).toBe(100_000_000);
    }
    expect(record.view().secondsLeft).toBe(9);
  });

  it('shows no speed and no time left unless it is running', () => {
    const { record } = make();
    record.run(running(() => progressOf(500)));
    expect(record.view()).toMatchObject({ bytesPerSecond: 0 });
    expect(record.view().secondsLeft).toBeUndefined();
  });

  it('keeps a thousand faults and tells all', async () => {
    const { record, events } = make();
    const reports = record.reportsTo((outcome) => record.finish(outcome));
    for (let index = 0; index < 1_500; index += 1) reports.fault(`f${index}`, 'read-failed', '', 'here');
    reports.done(summary);
    expect((await record.done).faults).toHaveLength(1_000);
    expect(events.filter(({ kind }) => kind === 'fault')).toHaveLength(1_500);
  });

  it('tells a retry with its wait and its reason, and runs again', () => {
    const { record, events } = make();
    const lost = new HexdropError('connection-lost');
    record.connected(peer);
    record.retrying(250, lost);
    record.connected(peer);
    expect(states(events)).toEqual(['waiting', 'retrying', 'waiting']);
    expect(events.find(({ kind }) => kind === 'retrying')).toEqual({
      kind: 'retrying',
      transferId: record.id,
      inMs: 250,
      error: lost,
    });
  });

  it('counts the seconds of work', async () => {
    const { record } = make();
    vi.advanceTimersByTime(30_000);
    const reports = record.reportsTo((outcome) => record.finish(outcome));
    reports.accepted();
    vi.advanceTimersByTime(2_500);
    reports.done(summary);
    expect((await record.done).seconds).toBe(2.5);
  });
});
