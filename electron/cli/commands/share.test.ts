import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { peerView } from '../testing/fake-views.ts';
import { fakeCall, until } from '../testing/fake-world.ts';
import { listener, stop } from '../testing/fake-listener.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('share', () => {
  it('shares folders read-only unless told otherwise, and says so', async () => {
    const prompter = await listener(['share', folder, '--json']);
    expect(prompter.call.engine.shares).toMatchObject([{ path: folder, writable: false, locked: false }]);
    await until(() => prompter.call.stdout.lines.length >= 2);
    expect(prompter.call.stdout.events).toMatchObject([
      { event: 'listening' },
      { event: 'share', path: folder, writable: false, locked: false },
    ]);
    expect(prompter.call.engine.listening?.receive).toBeUndefined();
    await stop(prompter);
  });

  it('with --writable and --pin-file', async () => {
    const pinFile = join(folder, 'pin');
    writeFileSync(pinFile, '1234\n', { mode: 0o600 });
    const prompter = await listener(['share', folder, '--writable', '--pin-file', pinFile]);
    await until(() => prompter.call.stdout.text.includes('Sharing'));
    expect(prompter.call.stdout.text).toContain('writable, asks for the PIN.');
    expect(prompter.call.stdout.text + prompter.call.stderr.text).not.toContain('1234');
    await stop(prompter);
  });

  it('refuses what is not a folder', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const call = fakeCall(['share', file]);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('it is not a folder');
    expect(await fakeCall(['share', join(folder, 'missing')]).run()).toBe(2);
  });

  it('refuses a link that leads nowhere, with where it leads', async () => {
    symlinkSync('nowhere', join(folder, 'dangling'));
    const call = fakeCall(['share', join(folder, 'dangling')]);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('symbolic link to "nowhere", which is not there');
  });

  it('tells who comes and what they fetched', async () => {
    const prompter = await listener(['share', folder]);
    prompter.call.engine.emit({ kind: 'session-opened', peer: peerView() });
    prompter.finish({ kind: 'serve', direction: 'send' });
    expect(prompter.call.stderr.text).toContain('"studio" (3f2a-91bc-07de) connected from 192.168.1.23.');
    expect(prompter.call.stdout.text).toContain('Served 3 files, 3.00 kB to "studio"');
    await stop(prompter);
  });

  it('does not let strangers fill the screen', async () => {
    const prompter = await listener(['share', folder, '--json']);
    for (let count = 0; count < 500; count += 1) {
      prompter.call.engine.emit({
        kind: 'rejected',
        address: '10.0.0.9',
        error: new HexdropError('bad-magic'),
      });
    }
    expect(prompter.call.stdout.events.filter(({ event }) => event === 'rejected')).toHaveLength(20);
    expect(prompter.call.stderr.text).toContain('More of them are not shown');
    await stop(prompter);
  });
});
