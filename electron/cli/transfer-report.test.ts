import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FakeEngine, fakeCall, until } from './testing/fake-world.ts';
import { transferView } from './testing/fake-views.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'notes.txt');
writeFileSync(file, 'words');

const send = ['send', file, '--to', '192.168.1.23'];

describe('progress on a terminal', () => {
  const running = transferView({
    bytes: 1500,
    files: 1,
    bytesPerSecond: 1000,
    secondsLeft: 2,
    currentPath: 'a.txt',
  });

  it('is drawn on standard error and gone at the end', async () => {
    const engine = new FakeEngine();
    engine.script = (handle) => {
      handle.current = running;
      void until(() => call.stderr.text.includes('50%')).then(() => handle.finish());
    };
    const call = fakeCall(send, { engine, isTerminal: true });
    await call.run();
    expect(call.stderr.text).toContain('50%');
    expect(call.stderr.text.endsWith('\u001B[J')).toBe(true);
    expect(call.stdout.text).not.toContain('\u001B');
  });

  it.each([
    ['a pipe', { isTerminal: false }],
    ['a terminal that cannot redraw', { isTerminal: true, env: { TERM: 'dumb' } }],
  ])('is not drawn for %s', async (_where, options) => {
    const engine = new FakeEngine();
    engine.script = (handle) => {
      handle.current = running;
      setTimeout(() => handle.finish(), 250);
    };
    const call = fakeCall(send, { engine, ...options });
    await call.run();
    expect(call.stderr.text).toBe('');
  });

  it('has colour only where it is wanted', async () => {
    const refused = async (env: Record<string, string>): Promise<string> => {
      const call = fakeCall(['sned'], { isTerminal: true, env });
      await call.run();
      return call.stderr.text;
    };
    expect(await refused({})).toContain('\u001B[31m');
    expect(await refused({ NO_COLOR: '1' })).not.toContain('\u001B[31m');
    expect(await refused({ TERM: 'dumb' })).not.toContain('\u001B');
  });
});
