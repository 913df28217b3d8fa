import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { FakeEngine, fakeCall, until } from './testing/fake-world.ts';
import { transferView } from './testing/fake-views.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'notes.txt');
writeFileSync(file, 'words');

/** Timers of one process end in their order, however slow the machine is: what is due before has ended. */
const aSecond = (): Promise<string> => delay(1_000, 'a second has passed');

const send = ['send', file, '--to', '192.168.1.23'];

describe('Ctrl-C', () => {
  it('cancels the transfer, closes the engine and exits 130 saying how to go on', async () => {
    const engine = new FakeEngine();
    let wasCancelled = (): boolean => false;
    engine.script = (handle) => (wasCancelled = () => handle.cancelled);
    engine.transfers = [transferView({ bytes: 1000 })];
    const call = fakeCall([...send, '--json'], { engine });
    const ended = call.run();
    await until(() => engine.sent.length === 1);
    call.signal();
    expect(await Promise.race([ended, aSecond()])).toBe(130);
    expect(wasCancelled()).toBe(true);
    expect(engine.isClosed).toBe(true);
    expect(call.exits).toEqual([]);
    expect(call.stderr.text).toMatch(/Interrupted\. Start the same command again/);
    expect(call.stdout.events.at(-1)).toMatchObject({ event: 'error', code: 'cancelled' });
  });

  it('promises nothing when nothing was sent yet', async () => {
    const engine = new FakeEngine();
    engine.script = () => {};
    const call = fakeCall(send, { engine });
    const ended = call.run();
    await until(() => engine.sent.length === 1);
    call.signal();
    expect(await ended).toBe(130);
    expect(call.stderr.text).toBe('hexdrop: Interrupted.\n');
  });

  it('ends the process on the spot the second time', async () => {
    const engine = new FakeEngine();
    engine.script = () => {};
    engine.closeMs = 200;
    const call = fakeCall(send, { engine });
    const ended = call.run();
    await until(() => engine.sent.length === 1);
    call.signal();
    call.signal();
    expect(call.exits).toEqual([130]);
    await ended;
  });

  it('ends the process within the second when closing hangs', async () => {
    const engine = new FakeEngine();
    engine.script = () => {};
    engine.closeMs = 1500;
    const call = fakeCall(send, { engine });
    const ended = call.run();
    await until(() => engine.sent.length === 1);
    call.signal();
    await aSecond();
    expect(call.exits).toEqual([130]);
    await ended;
  });
});

describe('a reader that goes away', () => {
  const brokenPipe = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });

  it('ends a transfer without a word, and not as done', async () => {
    const engine = new FakeEngine();
    engine.script = () => {};
    const call = fakeCall([...send, '--json'], { engine });
    const ended = call.run();
    await until(() => engine.sent.length === 1);
    call.stdout.emit('error', brokenPipe);
    expect(await ended).toBe(130);
    expect(call.stderr.text).toBe('');
    expect(engine.isClosed).toBe(true);
  });
});
