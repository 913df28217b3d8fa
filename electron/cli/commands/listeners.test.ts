import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import type { Decision, OfferView, TransferView } from '../../../shared/model/transfer.ts';
import { fakeCall, offerView, peerView, transferResult, transferView, until } from '../fake-world.ts';
import type { FakeCall, FakeCallOptions } from '../fake-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));

interface Listener {
  readonly call: FakeCall;
  readonly ended: Promise<number>;
  offer(over?: Partial<OfferView>): Promise<Decision>;
  /** The transfer of an offer comes to its end. */
  finish(over?: Partial<TransferView>, isDone?: boolean): void;
}

const listener = async (argv: readonly string[], options: FakeCallOptions = {}): Promise<Listener> => {
  const call = fakeCall(argv, options);
  const ended = call.run();
  await until(() => call.engine.listening !== undefined);
  return {
    call,
    ended,
    offer: async (over) => call.engine.listening?.receive?.decide(offerView(over)) ?? { accept: false },
    finish: (over = {}, isDone = true) => {
      const transfer = transferView({ direction: 'receive', state: isDone ? 'done' : 'failed', ...over });
      call.engine.emit(
        isDone
          ? { kind: 'finished', transfer, result: transferResult({ dir: folder }) }
          : { kind: 'finished', transfer },
      );
    },
  };
};

const receiveYes = ['receive', '--yes', '--dir', folder];

const stop = async ({ call, ended }: Listener): Promise<void> => {
  call.signal();
  await ended;
};

describe('receive', () => {
  it('starts with where it listens, as the first JSON line', async () => {
    const desk = await listener([...receiveYes, '--json', '--host', '127.0.0.1', '--port', '0', '--plain']);
    expect(desk.call.stdout.events[0]).toEqual({
      event: 'listening',
      host: '127.0.0.1',
      port: 0,
      deviceId: desk.call.engine.deviceId,
    });
    expect(desk.call.engine.options?.allowPlain).toBe(true);
    expect(desk.call.engine.listening).toMatchObject({ receive: { dir: folder, onConflict: 'rename' } });
    await stop(desk);
  });

  it('shows the addresses that others can use, and what to type there', async () => {
    const addresses = [
      { address: '127.0.0.1', family: 'IPv4', internal: true },
      { address: 'fe80::1', family: 'IPv6', internal: false },
      { address: 'fd00::5', family: 'IPv6', internal: false },
      { address: '192.168.1.7', family: 'IPv4', internal: false },
    ] as const;
    const desk = await listener([...receiveYes, '--host', '::', '--port', '18600'], { addresses });
    expect(desk.call.stdout.text).toContain('hexdrop send <path...> --to 192.168.1.7:18600\n');
    expect(desk.call.stdout.text).toContain('Other addresses of this machine: [fd00::5]:18600\n');
    expect(desk.call.stdout.text).not.toContain('fe80');
    await stop(desk);
  });

  it('without a terminal and without --yes is a usage error', async () => {
    const call = fakeCall(['receive']);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('--yes');
  });

  it('with --yes takes every offer and tells each in a JSON line', async () => {
    const desk = await listener([...receiveYes, '--json']);
    expect(await desk.offer()).toEqual({ accept: true });
    expect(desk.call.stdout.events.at(-1)).toMatchObject({
      event: 'offer',
      transfer: 'a'.repeat(32),
      peer: { alias: 'studio' },
      rootCount: 3,
      totals: { files: 40 },
    });
    desk.finish();
    expect(desk.call.stdout.events.at(-1)).toEqual({
      event: 'done',
      files: 3,
      bytes: 3000,
      skipped: 0,
      failed: 0,
      resumedBytes: 0,
      seconds: 1.5,
    });
    await stop(desk);
  });

  it('with --only takes what matches', async () => {
    const desk = await listener([...receiveYes, '--only', '*.jpg']);
    const decision = await desk.offer();
    expect(decision.accept && decision.wants?.('photos/a.jpg', 'file')).toBe(true);
    expect(decision.accept && decision.wants?.('film.mp4', 'file')).toBe(false);
    await stop(desk);
  });

  it('goes on after a transfer, done or not, and exits 130 on Ctrl-C', async () => {
    const desk = await listener(receiveYes);
    await desk.offer();
    desk.finish();
    const lost = { code: 'connection-lost', message: 'The connection broke.' };
    desk.finish({ error: lost }, false);
    expect(desk.call.stdout.text).toContain(
      `Received 3 files, 3.00 kB from "studio" into ${folder} in 1.50 s`,
    );
    expect(desk.call.stderr.text).toContain(
      'The transfer from "studio" (3f2a-91bc-07de) ended early: The connection broke.',
    );
    desk.call.signal();
    expect(await desk.ended).toBe(130);
    expect(desk.call.engine.isClosed).toBe(true);
  });

  it('refuses a folder that is a file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const call = fakeCall(['receive', '--yes', '--dir', join(file, 'below')]);
    expect(await call.run()).toBe(2);
  });
});

describe('receive --once', () => {
  const once = [...receiveYes, '--once', '--json'];

  it('stops after one transfer with its exit code', async () => {
    const desk = await listener(once);
    await desk.offer();
    desk.finish();
    expect(await desk.ended).toBe(0);
  });

  it('exits with the code of a failure', async () => {
    const desk = await listener(once);
    await desk.offer();
    desk.finish({ state: 'cancelled', error: { code: 'cancelled', message: 'The sender stopped.' } }, false);
    expect(await desk.ended).toBe(130);
    expect(desk.call.stdout.events.at(-1)).toMatchObject({ event: 'error', code: 'cancelled' });
  });

  it('does not count what it did not accept', async () => {
    const desk = await listener(once);
    desk.finish({ id: 'b'.repeat(32), state: 'declined' }, false);
    await desk.offer();
    desk.finish();
    expect(await desk.ended).toBe(0);
  });

  it('declines another device while one transfer runs', async () => {
    const desk = await listener(once);
    await desk.offer();
    const other = { transferId: 'b'.repeat(32), peer: peerView({ deviceId: 'f'.repeat(64) }) };
    expect(await desk.offer(other)).toMatchObject({
      accept: false,
      message: expect.stringContaining('one transfer'),
    });
    desk.finish();
    expect(await desk.ended).toBe(0);
  });

  it('waits for a sender whose connection broke, and takes it when it was started again', async () => {
    const desk = await listener(once);
    await desk.offer();
    desk.finish({ error: { code: 'connection-lost', message: 'It broke.' } }, false);
    expect(desk.call.stderr.text).toContain('Waiting up to 30 s');
    expect(await desk.offer({ transferId: 'b'.repeat(32) })).toEqual({ accept: true });
    desk.finish({ id: 'b'.repeat(32) });
    expect(await desk.ended).toBe(0);
  });

  it('does not wait for ever', async () => {
    const desk = await listener([...once, '--retry', '1']);
    await desk.offer();
    desk.finish({ error: { code: 'connection-lost', message: 'It broke.' } }, false);
    expect(await desk.ended).toBe(4);
  });

  it('does not wait at all with --retry 0', async () => {
    const desk = await listener([...once, '--retry', '0']);
    await desk.offer();
    desk.finish({ error: { code: 'connection-lost', message: 'It broke.' } }, false);
    expect(await desk.ended).toBe(4);
  });
});

describe('receive on a terminal', () => {
  const atTerminal = () => listener(['receive', '--dir', folder], { isTerminal: true });

  it('shows who offers what, how much, and whether there is room', async () => {
    const desk = await atTerminal();
    desk.call.stdin.type('y\n');
    expect(await desk.offer()).toEqual({ accept: true });
    const text = desk.call.stderr.text;
    expect(text).toContain('"studio" (3f2a-91bc-07de) at 192.168.1.23, seen before, offers:');
    expect(text).toContain('  1  photos/    folder\n  2  film.mp4   1.40 GB\n  3  notes.txt  120 B\n');
    expect(text).toContain('Together 40 files, 2 folders, 2.00 GB.');
    expect(text).toContain('Among them photos/a.jpg.');
    expect(text).toContain(`Goes to ${folder}, where 5.00 GB are free.`);
    await stop(desk);
  });

  it('warns where there is reason to', async () => {
    const desk = await atTerminal();
    desk.call.stdin.type('n\n');
    const totals = { files: 9, folders: 0, bytes: 6_000_000_000, complete: false };
    const peer = peerView({ alias: '\u202Eoidu\u001B[2J', trust: 'unauthenticated' });
    expect(await desk.offer({ totals, peer })).toEqual({ accept: false });
    const text = desk.call.stderr.text;
    expect(text).toContain('NOT ENOUGH');
    expect(text).toContain('NOT encrypted');
    expect(text).toContain('still counting');
    expect(text).not.toContain('\u202E');
    expect(text).not.toContain('\u001B[2J');
    await stop(desk);
  });

  it('asks again until it understands', async () => {
    const desk = await atTerminal();
    desk.call.stdin.type('\nmaybe\nYES\n');
    expect(await desk.offer()).toEqual({ accept: true });
    expect(desk.call.stderr.text.match(/Accept\?/g)).toHaveLength(3);
    await stop(desk);
  });

  it('takes some of it, by number and by pattern', async () => {
    const desk = await atTerminal();
    desk.call.stdin.type('s\n7\n2-3 *.jpg\n');
    const decision = await desk.offer();
    const wants = decision.accept ? decision.wants : undefined;
    expect(desk.call.stderr.text).toContain('There is no 7 in the list: it goes from 1 to 3.');
    expect(wants?.('film.mp4', 'file')).toBe(true);
    expect(wants?.('notes.txt', 'file')).toBe(true);
    expect(wants?.('photos', 'folder')).toBe(true);
    expect(wants?.('photos/a.jpg', 'file')).toBe(true);
    expect(wants?.('photos/a.txt', 'file')).toBe(false);
    await stop(desk);
  });

  it('goes back from the choice to the question', async () => {
    const desk = await atTerminal();
    desk.call.stdin.type('s\n\nn\n');
    expect(await desk.offer()).toEqual({ accept: false });
    await stop(desk);
  });

  it('asks about one offer after another', async () => {
    const desk = await atTerminal();
    const first = desk.offer();
    const second = desk.offer({ transferId: 'b'.repeat(32), peer: peerView({ alias: 'kitchen' }) });
    await until(() => desk.call.stdin.isReading);
    expect(desk.call.stderr.text).not.toContain('kitchen');
    desk.call.stdin.type('y\n');
    expect(await first).toEqual({ accept: true });
    await until(() => desk.call.stderr.text.includes('kitchen'));
    desk.call.stdin.type('n\n');
    expect(await second).toEqual({ accept: false });
    await stop(desk);
  });

  it('does not ask again when the same transfer continues', async () => {
    const desk = await atTerminal();
    desk.call.stdin.type('s\n1\n');
    const decision = await desk.offer();
    expect(await desk.offer({ isResumed: true })).toBe(decision);
    await stop(desk);
  });

  it('asks when a stranger claims to continue', async () => {
    const desk = await atTerminal();
    desk.call.stdin.type('n\n');
    expect(await desk.offer({ isResumed: true })).toEqual({ accept: false });
    await stop(desk);
  });

  it('takes the question off when the sender takes back the offer', async () => {
    const desk = await atTerminal();
    const decision = desk.offer();
    await until(() => desk.call.stdin.isReading);
    desk.finish({ state: 'cancelled', error: { code: 'cancelled', message: 'The sender stopped.' } }, false);
    expect(await decision).toEqual({ accept: false });
    expect(desk.call.stderr.text).toContain('The sender took it back.');
    await stop(desk);
  });

  it('declines when the terminal is closed', async () => {
    const desk = await atTerminal();
    const decision = desk.offer();
    await until(() => desk.call.stdin.isReading);
    desk.call.stdin.emit('end');
    expect(await decision).toEqual({ accept: false });
    expect(desk.call.stderr.text).toContain('the terminal was closed');
    await stop(desk);
  });

  it('ends on Ctrl-C in the middle of a question', async () => {
    const desk = await atTerminal();
    const decision = desk.offer();
    await until(() => desk.call.stdin.isReading);
    desk.call.signal();
    expect(await desk.ended).toBe(130);
    expect(await decision).toEqual({ accept: false });
  });
});

describe('share', () => {
  it('shares folders read-only unless told otherwise, and says so', async () => {
    const desk = await listener(['share', folder, '--json']);
    expect(desk.call.engine.shares).toMatchObject([{ path: folder, writable: false, locked: false }]);
    await until(() => desk.call.stdout.lines.length >= 2);
    expect(desk.call.stdout.events).toMatchObject([
      { event: 'listening' },
      { event: 'share', path: folder, writable: false, locked: false },
    ]);
    expect(desk.call.engine.listening?.receive).toBeUndefined();
    await stop(desk);
  });

  it('with --writable and --pin-file', async () => {
    const pinFile = join(folder, 'pin');
    writeFileSync(pinFile, '1234\n', { mode: 0o600 });
    const desk = await listener(['share', folder, '--writable', '--pin-file', pinFile]);
    await until(() => desk.call.stdout.text.includes('Sharing'));
    expect(desk.call.stdout.text).toContain('writable, asks for the PIN.');
    expect(desk.call.stdout.text + desk.call.stderr.text).not.toContain('1234');
    await stop(desk);
  });

  it('refuses what is not a folder', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const call = fakeCall(['share', file]);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('it is not a folder');
    expect(await fakeCall(['share', join(folder, 'missing')]).run()).toBe(2);
  });

  it('tells who comes and what they fetched', async () => {
    const desk = await listener(['share', folder]);
    desk.call.engine.emit({ kind: 'session-opened', peer: peerView() });
    desk.finish({ kind: 'serve', direction: 'send' });
    expect(desk.call.stderr.text).toContain('"studio" (3f2a-91bc-07de) connected from 192.168.1.23.');
    expect(desk.call.stdout.text).toContain('Served 3 files, 3.00 kB to "studio"');
    await stop(desk);
  });

  it('does not let strangers fill the screen', async () => {
    const desk = await listener(['share', folder, '--json']);
    for (let count = 0; count < 500; count += 1) {
      desk.call.engine.emit({ kind: 'rejected', address: '10.0.0.9', error: new HexdropError('bad-magic') });
    }
    expect(desk.call.stdout.events.filter(({ event }) => event === 'rejected')).toHaveLength(20);
    expect(desk.call.stderr.text).toContain('More of them are not shown');
    await stop(desk);
  });
});
