import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { ErrorCode } from '../../../shared/errors/errors.ts';
import { FakeEngine, fakeCall } from '../testing/fake-world.ts';
import { knownDevice, peerView } from '../testing/fake-views.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'notes.txt');
writeFileSync(file, 'words');

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
    expect(call.engine.options).toEqual({
      home: '/h',
      allowPlain: false,
      alias: 'me',
      whereabouts: expect.any(Function),
    });
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

  it('with --limit limits the engine, without it not', async () => {
    const limited = fakeCall([...send, '--limit', '10M']);
    await limited.run();
    expect(limited.engine.configured).toEqual({ uploadLimit: 10_000_000, downloadLimit: 10_000_000 });
    const free = fakeCall(send);
    await free.run();
    expect(free.engine.configured).toBeUndefined();
  });

  it('hands on the file of --keylog, and says what it is good for', async () => {
    const call = fakeCall([...send, '--keylog', 'keys.log']);
    expect(await call.run()).toBe(0);
    expect(call.engine.options).toMatchObject({ keyLog: 'keys.log' });
    expect(call.stderr.text).toContain(
      'The keys of encrypted sessions go into keys.log: whoever has that file can read what is sent.',
    );
  });

  it('refuses --keylog where there are no keys', async () => {
    const call = fakeCall([...send, '--keylog', 'keys.log', '--plain']);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('A plain session has no keys');
    expect(call.engine.options).toBeUndefined();
  });

  it('writes no keys for SSLKEYLOGFILE, which others set for their browser', async () => {
    const call = fakeCall(send, { env: { SSLKEYLOGFILE: '/tmp/keys.log' } });
    await call.run();
    expect(call.engine.options).not.toHaveProperty('keyLog');
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
      same: 0,
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
      const timer = setInterval(() => {
        handle.current = { ...handle.current, bytes: (bytes += 1) };
        if (running().length < 3) return;
        clearInterval(timer);
        handle.finish();
      }, 1);
    };
    const call = fakeCall([...send, '--json'], { engine });
    const running = () =>
      call.stdout.events.filter(({ event, state }) => event === 'progress' && state === 'running');
    const startedMs = performance.now();
    await call.run();
    const quarters = (performance.now() - startedMs) / 250;
    const { events } = call.stdout;
    expect(events).toContainEqual(expect.objectContaining({ event: 'fault', path: 'a\nb', side: 'there' }));
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'omitted', path: 'link', reason: 'symlink' }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'retrying', inMs: 500, code: 'connection-lost' }),
    );
    expect(running().length).toBeLessThanOrEqual(quarters + 1);
    expect(running()[0]).toMatchObject({ totalFiles: 3, totalBytes: 3000, totalsComplete: true });
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
      handle.finish({ resumedBytes: 2_000_000, skipped: 4, same: 3, omitted: 1 });
    };
    const call = fakeCall(send, { engine });
    expect(await call.run()).toBe(0);
    expect(call.stdout.text).toContain('2.00 MB were kept from an earlier run.');
    expect(call.stdout.text).toContain('Already there: 3 files with the same content.');
    expect(call.stdout.text).toContain('Skipped 1 file');
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
