import { mkdtempSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import type { ErrorCode } from '../../../shared/protocol/errors.ts';
import { FakeEngine, fakeCall, knownDevice, peerView, transferView, until } from '../fake-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
const file = join(folder, 'notes.txt');
writeFileSync(file, 'words');
const pinFile = join(folder, 'pin');
writeFileSync(pinFile, ' 2468 \nsecond line\n', { mode: 0o600 });

const send = ['send', file, '--to', '192.168.1.23'];

describe('send', () => {
  it('hands paths, address and options to the engine and exits 0', async () => {
    const call = fakeCall([
      ...send,
      '--plain',
      '--retry',
      '7',
      '--port',
      '99',
      '--home',
      '/h',
      '--alias',
      'me',
    ]);
    expect(await call.run()).toBe(0);
    expect(call.engine.options).toEqual({ home: '/h', allowPlain: false, alias: 'me' });
    expect(call.engine.sent).toEqual([
      {
        paths: [file],
        to: { host: '192.168.1.23', port: 99 },
        plain: true,
        acceptNewKey: false,
        retryMs: 7000,
      },
    ]);
    expect(call.engine.isClosed).toBe(true);
    expect(call.engine.listenerCount).toBe(0);
  });

  it('tells the result on standard output and nothing else', async () => {
    const call = fakeCall(send);
    await call.run();
    expect(call.stdout.lines).toEqual(['Sent 3 files, 3.00 kB to "studio" in 1.50 s (2.00 kB/s).']);
    expect(call.stderr.text).toBe('');
  });

  it('with --json ends with "done" as documented and leaves words to standard error', async () => {
    const call = fakeCall([...send, '--json']);
    await call.run();
    expect(call.stdout.events.at(-1)).toEqual({
      event: 'done',
      files: 3,
      bytes: 3000,
      skipped: 0,
      failed: 0,
      resumedBytes: 0,
      seconds: 1.5,
    });
    expect(call.stderr.text).toContain('Sent 3 files');
  });

  it('reports progress, faults, omissions and retries as JSON lines, at most four of progress a second', async () => {
    const engine = new FakeEngine();
    engine.script = (handle) => {
      const transferId = handle.id;
      const fault = { path: 'a\nb', code: 'disk-full', message: 'no space', side: 'there' } as const;
      engine.emit({ kind: 'fault', transferId, fault });
      engine.emit({ kind: 'omitted', transferId, path: 'link', reason: 'symlink' });
      engine.emit({ kind: 'retrying', transferId, inMs: 500, error: new HexdropError('connection-lost') });
      let bytes = 0;
      const timer = setInterval(() => (handle.current = { ...handle.current, bytes: (bytes += 1) }), 10);
      setTimeout(() => {
        clearInterval(timer);
        handle.finish();
      }, 1000);
    };
    const call = fakeCall([...send, '--json'], { engine });
    await call.run();
    const { events } = call.stdout;
    expect(events).toContainEqual(expect.objectContaining({ event: 'fault', path: 'a\nb', side: 'there' }));
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'omitted', path: 'link', reason: 'symlink' }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'retrying', inMs: 500, code: 'connection-lost' }),
    );
    const progress = events.filter(({ event, state }) => event === 'progress' && state === 'running');
    expect(progress.length).toBeGreaterThanOrEqual(2);
    expect(progress.length).toBeLessThanOrEqual(4);
    expect(progress[0]).toMatchObject({ totalFiles: 3, totalBytes: 3000, totalsComplete: true });
  });

  it('exits 1 when a file failed, and lists why', async () => {
    const engine = new FakeEngine();
    const faults = Array.from({ length: 25 }, (_, index) => ({
      path: `file-${index}`,
      code: 'permission-denied',
      message: `Could not read "file-${index}": the system does not permit it.`,
      side: 'here' as const,
    }));
    engine.script = (handle) => handle.finish({ failed: 25, faults });
    const call = fakeCall(send, { engine });
    expect(await call.run()).toBe(1);
    expect(call.stderr.lines).toHaveLength(22);
    expect(call.stderr.lines[0]).toBe('Failed 25 files:');
    expect(call.stderr.lines[20]).toContain('file-19');
    expect(call.stderr.lines[21]).toBe('  and 5 more');
  });

  it('exits 6 when what failed is the content of a file', async () => {
    const engine = new FakeEngine();
    const fault = {
      path: 'a',
      code: 'digest-mismatch',
      message: 'Not what was announced.',
      side: 'there',
    } as const;
    engine.script = (handle) => handle.finish({ failed: 1, faults: [fault] });
    const call = fakeCall(send, { engine });
    expect(await call.run()).toBe(6);
    expect(call.stderr.text).toContain('a: Not what was announced. (on the other side)');
  });

  it.each([
    ['declined', 3],
    ['not-receiving', 3],
    ['connection-refused', 4],
    ['not-hexdrop', 4],
    ['peer-key-changed', 5],
    ['plain-not-allowed', 5],
    ['version-unsupported', 1],
    ['cancelled', 130],
  ] as const)(
    'says why and exits by the table when it fails as a whole: %s',
    async (code: ErrorCode, exitCode) => {
      const engine = new FakeEngine();
      engine.script = (handle) => handle.fail(new HexdropError(code, `Sentence about ${code}.`));
      const call = fakeCall([...send, '--json'], { engine });
      expect(await call.run()).toBe(exitCode);
      expect(call.stdout.events).toEqual([{ event: 'error', code, message: `Sentence about ${code}.` }]);
      expect(call.stderr.lines[0]).toBe(`hexdrop: Sentence about ${code}.`);
    },
  );

  it('gives a way forward where there is one', async () => {
    const engine = new FakeEngine();
    engine.script = (handle) => handle.fail(new HexdropError('connection-refused'));
    const call = fakeCall(send, { engine });
    await call.run();
    expect(call.stderr.text).toContain('hexdrop receive');
  });

  it('says what was resumed, skipped and left out', async () => {
    const engine = new FakeEngine();
    engine.script = (handle) => {
      engine.emit({ kind: 'omitted', transferId: handle.id, path: 'a\u001Blink', reason: 'symlink' });
      handle.finish({ resumedBytes: 2_000_000, skipped: 4, omitted: 1 });
    };
    const call = fakeCall(send, { engine });
    expect(await call.run()).toBe(0);
    expect(call.stdout.text).toContain('2.00 MB more were there from an earlier run.');
    expect(call.stdout.text).toContain('Skipped 4 files');
    expect(call.stderr.text).toContain('a\\u{001b}link: symbolic link');
  });

  it('says whom it reached, and whether a key is new', async () => {
    const engine = new FakeEngine();
    engine.script = (handle) => {
      engine.emit({ kind: 'session-opened', peer: peerView({ secure: false }) });
      engine.emit({ kind: 'trusted', peer: peerView() });
      handle.finish();
    };
    const call = fakeCall(send, { engine });
    await call.run();
    expect(call.stderr.lines).toEqual([
      'Connected to "studio" (3f2a-91bc-07de), NOT encrypted.',
      'First contact with "studio" (3f2a-91bc-07de): its key is remembered from now on.',
    ]);
  });

  it('takes the alias of a known device', async () => {
    const engine = new FakeEngine();
    engine.devices = [knownDevice()];
    const call = fakeCall(['send', file, '--to', 'Studio'], { engine });
    expect(await call.run()).toBe(0);
    expect(engine.sent[0]?.to).toEqual({ host: '192.168.1.23', port: 18600 });
  });

  it('refuses a path that is not there before it connects', async () => {
    const call = fakeCall(['send', join(folder, 'missing'), '--to', 'host', '--json']);
    expect(await call.run()).toBe(2);
    expect(call.engine.options).toBeUndefined();
    expect(call.stdout.events).toMatchObject([{ event: 'error', code: 'usage' }]);
    expect(call.stderr.text).toContain('no such file or folder');
  });
});

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
      setTimeout(() => handle.finish(), 350);
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

describe('Ctrl-C', () => {
  it('cancels the transfer, closes the engine and exits 130 saying how to go on', async () => {
    const engine = new FakeEngine();
    let wasCancelled = (): boolean => false;
    engine.script = (handle) => (wasCancelled = () => handle.cancelled);
    const call = fakeCall([...send, '--json'], { engine });
    const ended = call.run();
    await until(() => engine.sent.length === 1);
    const startedMs = performance.now();
    call.signal();
    expect(await ended).toBe(130);
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(wasCancelled()).toBe(true);
    expect(engine.isClosed).toBe(true);
    expect(call.exits).toEqual([]);
    expect(call.stderr.text).toMatch(/Interrupted\. Start the same command again/);
    expect(call.stdout.events.at(-1)).toMatchObject({ event: 'error', code: 'cancelled' });
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
    const startedMs = performance.now();
    call.signal();
    await until(() => call.exits.length > 0);
    expect(performance.now() - startedMs).toBeLessThan(1000);
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

describe('get', () => {
  it('fetches several paths of one device', async () => {
    const call = fakeCall([
      'get',
      '10.0.0.5/photos/2024',
      '10.0.0.5/music/',
      '--dir',
      folder,
      '--on-conflict',
      'skip',
    ]);
    expect(await call.run()).toBe(0);
    expect(call.engine.got[0]).toMatchObject({
      from: { host: '10.0.0.5', port: 18520 },
      paths: ['photos/2024', 'music'],
      dir: folder,
      onConflict: 'skip',
    });
    expect(call.stdout.text).toContain('Fetched 3 files');
  });

  it('hands --only over as what is wanted', async () => {
    const call = fakeCall(['get', '10.0.0.5/photos', '--only', '*.jpg']);
    await call.run();
    const { wants } = call.engine.got[0] ?? {};
    expect(wants?.('photos/a.jpg', 'file')).toBe(true);
    expect(wants?.('photos/a.txt', 'file')).toBe(false);
  });

  it.each([
    ['a device without a share', ['get', '10.0.0.5'], /names a device and no share.*hexdrop ls 10\.0\.0\.5/],
    ['two devices at once', ['get', '10.0.0.5/a', '10.0.0.6/b'], /from one device, and these are two/],
    ['a path that leads out', ['get', '10.0.0.5/a/../b'], /"\.\." is not a name/],
    ['a folder that is a file', ['get', '10.0.0.5/a', '--dir', file], /--dir takes a folder/],
    ['a bad pattern', ['get', '10.0.0.5/a', '--only', 'x[1'], /without "\]"/],
    ['port 0', ['get', '10.0.0.5/a', '--port', '0'], /--port 0 is for listeners/],
  ])('refuses %s', async (_what, argv, expected) => {
    const call = fakeCall(argv);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toMatch(expected);
  });
});

describe('put', () => {
  it('takes the last argument as the place', async () => {
    const call = fakeCall(['put', file, '10.0.0.5:99/inbox/today']);
    expect(await call.run()).toBe(0);
    expect(call.engine.uploaded[0]).toMatchObject({
      paths: [file],
      to: { host: '10.0.0.5', port: 99 },
      path: 'inbox/today',
    });
    expect(call.stdout.text).toContain('Uploaded 3 files');
  });

  it('needs a share to put into', async () => {
    const call = fakeCall(['put', file, '10.0.0.5']);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toMatch(/The last argument is where to put it/);
  });
});

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
