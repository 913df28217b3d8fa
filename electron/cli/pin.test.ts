import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HexdropError } from '../../shared/errors/errors.ts';
import { FakeEngine, fakeCall } from './testing/fake-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pinFile = join(folder, 'pin');
writeFileSync(pinFile, ' 2468 \nsecond line\n', { mode: 0o600 });

describe('a PIN', () => {
  const locked = (): FakeEngine => {
    const engine = new FakeEngine();
    engine.script = (handle, pin) => {
      if (pin === '2468') handle.finish();
      else handle.fail(new HexdropError(pin === undefined ? 'pin-required' : 'pin-wrong'));
    };
    return engine;
  };
  const get = ['get', '10.0.0.5/photos'];

  it('comes from the first line of a file', async () => {
    const call = fakeCall([...get, '--pin-file', pinFile], { engine: locked() });
    expect(await call.run()).toBe(0);
    expect(call.engine.got).toMatchObject([{ pin: '2468' }]);
    expect(call.stderr.text).toBe('');
  });

  it('is asked for on a terminal, unseen, and asked again when it is wrong', async () => {
    const call = fakeCall(get, { engine: locked(), isTerminal: true });
    call.stdin.type('1111\r');
    call.stdin.type('24\u007F468\r');
    expect(await call.run()).toBe(0);
    expect(call.engine.got.map(({ pin }) => pin)).toEqual([undefined, '1111', '2468']);
    expect(call.stderr.text).toContain('The share asks for a PIN.');
    expect(call.stderr.text).toContain('That PIN is wrong.');
    expect(call.stderr.text).not.toMatch(/2468|1111/);
    expect(call.stdin.isRaw).toBe(false);
  });

  it('that is asked for without a terminal is an error that says how to give it', async () => {
    const call = fakeCall(get, { engine: locked() });
    expect(await call.run()).toBe(5);
    expect(call.stderr.text).toContain('--pin-file');
  });

  it('is not guessed for ever', async () => {
    const call = fakeCall(get, { engine: locked(), isTerminal: true });
    for (let tries = 0; tries < 6; tries += 1) call.stdin.type('1\r');
    expect(await call.run()).toBe(5);
    expect(call.engine.got).toHaveLength(4);
  });

  it('interrupts like anything else when Ctrl-C is typed into it', async () => {
    const call = fakeCall(get, { engine: locked(), isTerminal: true });
    call.stdin.type('24\u0003');
    expect(await call.run()).toBe(130);
    expect(call.stdin.isRaw).toBe(false);
  });

  it('in a file that others may read is warned about', async () => {
    const open = join(folder, 'open-pin');
    writeFileSync(open, '2468');
    chmodSync(open, 0o644);
    const call = fakeCall([...get, '--pin-file', open], { engine: locked() });
    expect(await call.run()).toBe(0);
    expect(call.stderr.text).toContain('chmod 600');
  });

  it('must be there', async () => {
    const empty = join(folder, 'empty-pin');
    writeFileSync(empty, '\n2468\n', { mode: 0o600 });
    expect(await fakeCall([...get, '--pin-file', empty]).run()).toBe(2);
    expect(await fakeCall([...get, '--pin-file', join(folder, 'missing')]).run()).toBe(2);
  });
});
