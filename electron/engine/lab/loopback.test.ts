import { getActiveResourcesInfo } from 'node:process';

import { describe, expect, it } from 'vitest';

import { labLimits, type LoopbackRequest } from '../../../shared/model/lab.ts';
import { runOverLoopback } from './loopback.ts';

const bytes = Uint8Array.from({ length: 60 }, (_, index) => index);
const free: LoopbackRequest = { writes: [20, 20, 20], nagle: false, pauseMs: 0, readDelayMs: 0 };
const never = new AbortController().signal;
const openSockets = (): number => getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;

describe('a run over loopback', () => {
  it('reads what is planned, each time', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const run = await runOverLoopback(bytes, { ...free, reads: [1, 29, 30] }, never);
      expect(run.reads.map((read) => read.bytes)).toEqual([1, 29, 30]);
    }
  });

  it('reads a stream byte by byte', async () => {
    const reads = Array.from(bytes, () => 1);
    const run = await runOverLoopback(bytes, { ...free, reads }, never);
    expect(run.reads.map((read) => read.bytes)).toEqual(reads);
  });

  it('brings all of a free run, however the system cuts it', async () => {
    const run = await runOverLoopback(bytes, { ...free, readDelayMs: 20 }, never);
    expect(run.reads.reduce((sum, read) => sum + read.bytes, 0)).toBe(60);
    expect(run.senderPort).not.toBe(run.receiverPort);
  });

  it('carries the longest stream in one read', async () => {
    const long = new Uint8Array(labLimits.streamBytes).fill(7);
    const run = await runOverLoopback(long, { ...free, writes: [long.length], reads: [long.length] }, never);
    expect(run.reads.reduce((sum, read) => sum + read.bytes, 0)).toBe(long.length);
  });

  it('refuses writes and reads that do not cover the stream', async () => {
    await expect(runOverLoopback(bytes, { ...free, writes: [20] }, never)).rejects.toMatchObject({
      code: 'bad-arguments',
      seen: '20',
      allowed: '60',
    });
  });

  it('ends with its window, and leaves no socket', async () => {
    const before = openSockets();
    const abort = new AbortController();
    const run = runOverLoopback(bytes, { ...free, pauseMs: 400, readDelayMs: 400 }, abort.signal);
    setTimeout(() => abort.abort(), 30);
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(openSockets).toBe(before);
    await expect(runOverLoopback(bytes, free, never)).resolves.toBeDefined();
    await expect.poll(openSockets).toBe(before);
  });

  it('refuses more runs at a time than it has places for', async () => {
    const slow = { ...free, readDelayMs: 50 };
    const runs = Array.from({ length: labLimits.runs }, () => runOverLoopback(bytes, slow, never));
    await expect(runOverLoopback(bytes, slow, never)).rejects.toMatchObject({ code: 'too-many-calls' });
    await Promise.all(runs);
  });
});
