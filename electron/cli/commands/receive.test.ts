import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { peerView } from '../testing/fake-views.ts';
import { fakeCall } from '../testing/fake-world.ts';
import { listener, stop } from '../testing/fake-listener.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const receiveYes = ['receive', '--yes', '--dir', folder];

describe('receive', () => {
  it('starts with where it listens, as the first JSON line', async () => {
    const prompter = await listener([
      ...receiveYes,
      '--json',
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--plain',
    ]);
    expect(prompter.call.stdout.events[0]).toEqual({
      event: 'listening',
      host: '127.0.0.1',
      port: 0,
      deviceId: prompter.call.engine.deviceId,
    });
    expect(prompter.call.engine.options?.allowPlain).toBe(true);
    expect(prompter.call.engine.listening).toMatchObject({ receive: { dir: folder, onConflict: 'rename' } });
    await stop(prompter);
  });

  it('shows the addresses that others can use, and what to type there', async () => {
    const addresses = [
      { address: '127.0.0.1', family: 'IPv4', internal: true },
      { address: 'fe80::1', family: 'IPv6', internal: false },
      { address: 'fd00::5', family: 'IPv6', internal: false },
      { address: '192.168.1.7', family: 'IPv4', internal: false },
    ] as const;
    const prompter = await listener([...receiveYes, '--host', '::', '--port', '18600'], { addresses });
    expect(prompter.call.stdout.text).toContain('hexdrop send <path...> --to 192.168.1.7:18600\n');
    expect(prompter.call.stdout.text).toContain('Other addresses of this machine: [fd00::5]:18600\n');
    expect(prompter.call.stdout.text).not.toContain('fe80');
    await stop(prompter);
  });

  it('shows a text that somebody sends line by line, with nothing in it that could steer a terminal', async () => {
    const text = 'one\r\n\u001B[2Jtwo';
    const [people, programs] = [await listener(receiveYes), await listener([...receiveYes, '--json'])];
    const event = { kind: 'text', peer: peerView({ alias: 'Ada' }), text, id: '1', atMs: 1 } as const;
    people.call.engine.emit(event);
    expect(people.call.stdout.text).toMatch(/Text from "?Ada"?[^\n]*:\n> one\n> \\u\{001b\}\[2Jtwo\n$/u);
    programs.call.engine.emit(event);
    expect(programs.call.stdout.events.at(-1)).toMatchObject({ event: 'text', peer: { alias: 'Ada' }, text });
    await stop(people);
    await stop(programs);
  });

  it('without a terminal and without --yes is a usage error', async () => {
    const call = fakeCall(['receive']);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('--yes');
  });

  it('with --yes declines what there is no space for, and takes it with --force', async () => {
    const careful = await listener(receiveYes);
    expect(await careful.offer({ missingBytes: 2_000_000 })).toEqual({ accept: false, code: 'no-space' });
    expect(careful.call.stderr.text).toContain('no space for it, 2.00 MB are missing. With --force');
    await stop(careful);
    const forced = await listener([...receiveYes, '--force']);
    expect(await forced.offer({ missingBytes: 2_000_000 })).toEqual({ accept: true });
    await stop(forced);
    const choosy = await listener([...receiveYes, '--only', '*.jpg']);
    expect(await choosy.offer({ missingBytes: 2_000_000 })).toMatchObject({ accept: true });
    await stop(choosy);
  });

  it('with --yes takes every offer and tells each in a JSON line', async () => {
    const prompter = await listener([...receiveYes, '--json']);
    expect(await prompter.offer()).toEqual({ accept: true, mustFit: true });
    expect(prompter.call.stdout.events.at(-1)).toMatchObject({
      event: 'offer',
      transfer: 'a'.repeat(32),
      peer: { alias: 'studio' },
      rootCount: 3,
      totals: { files: 40 },
    });
    prompter.finish();
    expect(prompter.call.stdout.events.at(-1)).toEqual({
      event: 'done',
      files: 3,
      bytes: 3000,
      skipped: 0,
      same: 0,
      failed: 0,
      resumedBytes: 0,
      seconds: 1.5,
    });
    await stop(prompter);
  });

  it('with --only takes what matches', async () => {
    const prompter = await listener([...receiveYes, '--only', '*.jpg']);
    const decision = await prompter.offer();
    expect(decision.accept && decision.wants?.('photos/a.jpg', 'file')).toBe(true);
    expect(decision.accept && decision.wants?.('film.mp4', 'file')).toBe(false);
    await stop(prompter);
  });

  it('goes on after a transfer, done or not, and exits 130 on Ctrl-C', async () => {
    const prompter = await listener(receiveYes);
    await prompter.offer();
    prompter.finish();
    const lost = { code: 'connection-lost', message: 'The connection broke.' };
    prompter.finish({ error: lost }, false);
    expect(prompter.call.stdout.text).toContain(`Received 3 files, 3.00 kB from "studio" into /in in 1.50 s`);
    expect(prompter.call.stderr.text).toContain(
      'The transfer from "studio" (3f2a-91bc-07de) ended early: The connection broke.',
    );
    prompter.call.signal();
    expect(await prompter.ended).toBe(130);
    expect(prompter.call.engine.isClosed).toBe(true);
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
    const prompter = await listener(once);
    await prompter.offer();
    prompter.finish();
    expect(await prompter.ended).toBe(0);
  });

  it('exits with the code of a failure', async () => {
    const prompter = await listener(once);
    await prompter.offer();
    prompter.finish(
      { state: 'cancelled', error: { code: 'cancelled', message: 'The sender stopped.' } },
      false,
    );
    expect(await prompter.ended).toBe(130);
    expect(prompter.call.stdout.events.at(-1)).toMatchObject({ event: 'error', code: 'cancelled' });
  });

  it('does not count what it did not accept', async () => {
    const prompter = await listener(once);
    prompter.finish({ id: 'b'.repeat(32), state: 'declined' }, false);
    await prompter.offer();
    prompter.finish();
    expect(await prompter.ended).toBe(0);
  });

  it('declines another device while one transfer runs', async () => {
    const prompter = await listener(once);
    await prompter.offer();
    const other = { transferId: 'b'.repeat(32), peer: peerView({ deviceId: 'f'.repeat(64) }) };
    expect(await prompter.offer(other)).toMatchObject({
      accept: false,
      message: expect.stringContaining('one transfer'),
    });
    prompter.finish();
    expect(await prompter.ended).toBe(0);
  });

  it('waits for a sender whose connection broke, and takes it when it was started again', async () => {
    const prompter = await listener(once);
    await prompter.offer();
    prompter.finish({ error: { code: 'connection-lost', message: 'It broke.' } }, false);
    expect(prompter.call.stderr.text).toContain('Waiting up to 30 s');
    expect(await prompter.offer({ transferId: 'b'.repeat(32) })).toEqual({ accept: true, mustFit: true });
    prompter.finish({ id: 'b'.repeat(32) });
    expect(await prompter.ended).toBe(0);
  });

  it('does not wait for ever', async () => {
    const prompter = await listener([...once, '--retry', '1']);
    await prompter.offer();
    prompter.finish({ error: { code: 'connection-lost', message: 'It broke.' } }, false);
    expect(await prompter.ended).toBe(4);
  });

  it('waits while the transfer itself waits for its sender, and ends when it comes back', async () => {
    const prompter = await listener([...once, '--retry', '1']);
    await prompter.offer();
    const transferId = 'a'.repeat(32);
    prompter.call.engine.emit({
      kind: 'retrying',
      transferId,
      inMs: 45_000,
      error: new HexdropError('connection-lost'),
    });
    expect(prompter.call.stderr.text).toContain('Waiting for it to come back');
    expect(await prompter.offer({ isResumed: true })).toEqual({ accept: true, mustFit: true });
    prompter.finish();
    expect(await prompter.ended).toBe(0);
  });

  it('gives up on a sender that does not come back in time', async () => {
    const prompter = await listener([...once, '--retry', '1']);
    await prompter.offer();
    const transferId = 'a'.repeat(32);
    prompter.call.engine.emit({
      kind: 'retrying',
      transferId,
      inMs: 45_000,
      error: new HexdropError('connection-lost'),
    });
    expect(await prompter.ended).toBe(4);
    expect(prompter.call.stdout.events.at(-1)).toMatchObject({ event: 'error', code: 'connection-lost' });
  });

  it('does not wait at all with --retry 0', async () => {
    const prompter = await listener([...once, '--retry', '0']);
    await prompter.offer();
    prompter.finish({ error: { code: 'connection-lost', message: 'It broke.' } }, false);
    expect(await prompter.ended).toBe(4);
  });
});
