import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { listener, stop } from '../testing/fake-listener.ts';
import { peerView } from '../testing/fake-views.ts';
import { until } from '../testing/fake-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('receive on a terminal', () => {
  const atTerminal = () => listener(['receive', '--dir', folder], { isTerminal: true });

  it('shows who offers what, how much, and whether there is room', async () => {
    const prompter = await atTerminal();
    prompter.call.stdin.type('y\n');
    expect(await prompter.offer()).toEqual({ accept: true });
    const text = prompter.call.stderr.text;
    expect(text).toContain('"studio" (3f2a-91bc-07de) at 192.168.1.23, seen before, offers:');
    expect(text).toContain('  1  photos/    folder\n  2  film.mp4   1.40 GB\n  3  notes.txt  120 B\n');
    expect(text).toContain('Together 40 files, 2 folders, 2.00 GB.');
    expect(text).toContain('Among them photos/a.jpg.');
    expect(text).toContain(`Goes to ${folder}, where 5.00 GB are free.`);
    await stop(prompter);
  });

  it('warns where there is reason to', async () => {
    const prompter = await atTerminal();
    prompter.call.stdin.type('n\n');
    const totals = { files: 9, folders: 0, bytes: 6_000_000_000, complete: false };
    const peer = peerView({ alias: '\u202Eoidu\u001B[2J', trust: 'unauthenticated' });
    expect(await prompter.offer({ totals, peer })).toEqual({ accept: false });
    const text = prompter.call.stderr.text;
    expect(text).toContain('NOT ENOUGH');
    expect(text).toContain('NOT encrypted');
    expect(text).toContain('still counting');
    expect(text).not.toContain('\u202E');
    expect(text).not.toContain('\u001B[2J');
    await stop(prompter);
  });

  it('says which names cannot be written here as sent, before it asks', async () => {
    const prompter = await atTerminal();
    prompter.call.stdin.type('y\n');
    const first = [{ path: 'photos/12:30.jpg', here: '12‛：30.jpg' }];
    expect(await prompter.offer({ renamed: { count: 3, first } })).toEqual({ accept: true });
    const text = prompter.call.stderr.text;
    expect(text).toContain(
      '3 names cannot be written here as sent. Sent back from here, they are as before:',
    );
    expect(text).toContain('  photos/12:30.jpg  ->  12‛：30.jpg\n  and 2 more\n');
    expect(text.indexOf('cannot be written')).toBeLessThan(text.indexOf('Accept?'));
    await stop(prompter);
  });

  it('asks again until it understands', async () => {
    const prompter = await atTerminal();
    prompter.call.stdin.type('\nmaybe\nYES\n');
    expect(await prompter.offer()).toEqual({ accept: true });
    expect(prompter.call.stderr.text.match(/Accept\?/g)).toHaveLength(3);
    await stop(prompter);
  });

  it('takes some of it, by number and by pattern', async () => {
    const prompter = await atTerminal();
    prompter.call.stdin.type('s\n7\n2-3 *.jpg\n');
    const decision = await prompter.offer();
    const wants = decision.accept ? decision.wants : undefined;
    expect(prompter.call.stderr.text).toContain('There is no 7 in the list: it goes from 1 to 3.');
    expect(wants?.('film.mp4', 'file')).toBe(true);
    expect(wants?.('notes.txt', 'file')).toBe(true);
    expect(wants?.('photos', 'folder')).toBe(true);
    expect(wants?.('photos/a.jpg', 'file')).toBe(true);
    expect(wants?.('photos/a.txt', 'file')).toBe(false);
    await stop(prompter);
  });

  it('goes back from the choice to the question', async () => {
    const prompter = await atTerminal();
    prompter.call.stdin.type('s\n\nn\n');
    expect(await prompter.offer()).toEqual({ accept: false });
    await stop(prompter);
  });

  it('asks about one offer after another', async () => {
    const prompter = await atTerminal();
    const first = prompter.offer();
    const second = prompter.offer({ transferId: 'b'.repeat(32), peer: peerView({ alias: 'kitchen' }) });
    await until(() => prompter.call.stdin.isReading);
    expect(prompter.call.stderr.text).not.toContain('kitchen');
    prompter.call.stdin.type('y\n');
    expect(await first).toEqual({ accept: true });
    await until(() => prompter.call.stderr.text.includes('kitchen'));
    prompter.call.stdin.type('n\n');
    expect(await second).toEqual({ accept: false });
    await stop(prompter);
  });

  it('does not ask again when the same transfer continues', async () => {
    const prompter = await atTerminal();
    prompter.call.stdin.type('s\n1\n');
    const decision = await prompter.offer();
    expect(await prompter.offer({ isResumed: true })).toBe(decision);
    await stop(prompter);
  });

  it('asks when a stranger claims to continue', async () => {
    const prompter = await atTerminal();
    prompter.call.stdin.type('n\n');
    expect(await prompter.offer({ isResumed: true })).toEqual({ accept: false });
    await stop(prompter);
  });

  it('takes the question off when the sender takes back the offer', async () => {
    const prompter = await atTerminal();
    const decision = prompter.offer();
    await until(() => prompter.call.stdin.isReading);
    prompter.finish(
      { state: 'cancelled', error: { code: 'cancelled', message: 'The sender stopped.' } },
      false,
    );
    expect(await decision).toEqual({ accept: false });
    expect(prompter.call.stderr.text).toContain('The sender took it back.');
    expect(prompter.call.stderr.text).not.toContain('ended early');
    await stop(prompter);
  });

  it('keeps other words back while a question is on the screen', async () => {
    const prompter = await atTerminal();
    const decision = prompter.offer();
    await until(() => prompter.call.stdin.isReading);
    prompter.call.engine.emit({
      kind: 'rejected',
      address: '10.0.0.9',
      error: new HexdropError('bad-magic'),
    });
    expect(prompter.call.stderr.text.endsWith('[s]ome of it: ')).toBe(true);
    prompter.call.stdin.type('y\n');
    await decision;
    expect(prompter.call.stderr.text).toContain('Refused a connection from 10.0.0.9');
    await stop(prompter);
  });

  it('declines when the terminal is closed', async () => {
    const prompter = await atTerminal();
    const decision = prompter.offer();
    await until(() => prompter.call.stdin.isReading);
    prompter.call.stdin.emit('end');
    expect(await decision).toEqual({ accept: false });
    expect(prompter.call.stderr.text).toContain('the terminal was closed');
    await stop(prompter);
  });

  it('ends on Ctrl-C in the middle of a question', async () => {
    const prompter = await atTerminal();
    const decision = prompter.offer();
    await until(() => prompter.call.stdin.isReading);
    prompter.call.signal();
    expect(await prompter.ended).toBe(130);
    expect(await decision).toEqual({ accept: false });
  });
});
