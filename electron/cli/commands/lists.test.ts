import { describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { PartialSummary } from '../../engine/api.ts';
import { deviceId, knownDevice } from '../testing/fake-views.ts';
import { FakeEngine, fakeCall } from '../testing/fake-world.ts';

const mtime = new Date(2026, 10, 22, 14, 43).getTime() * 1000;

const withEntries = (): FakeEngine => {
  const engine = new FakeEngine();
  engine.entries = [
    { path: 'photos/10.jpg', name: '10.jpg', kind: 'file', size: 1_234_567, mtime },
    { path: 'photos/2.jpg', name: '2.jpg', kind: 'file', size: 5, mtime },
    { path: 'photos/夏', name: '夏', kind: 'folder', mtime },
    { path: 'photos/e\u001B[2J', name: 'e\u001B[2J', kind: 'file', size: 0, mtime },
  ];
  return engine;
};

describe('ls', () => {
  it('aligns a table, folders first, names as people sort them', async () => {
    const call = fakeCall(['ls', '10.0.0.5/photos'], { engine: withEntries() });
    expect(await call.run()).toBe(0);
    expect(call.stdout.lines).toEqual([
      'folder        -  2026-11-22 14:43  夏/',
      'file        5 B  2026-11-22 14:43  2.jpg',
      'file    1.23 MB  2026-11-22 14:43  10.jpg',
      'file        0 B  2026-11-22 14:43  e\\u{001b}[2J',
    ]);
    expect(call.engine.listed).toEqual([
      {
        from: { host: '10.0.0.5', port: 18520 },
        path: 'photos',
        recursive: false,
        plain: false,
        acceptNewKey: false,
        onFault: expect.any(Function),
        onOmitted: expect.any(Function),
      },
    ]);
  });

  it('lists the shares of a device, with what may be done', async () => {
    const engine = new FakeEngine();
    engine.entries = [
      { path: 'photos', name: 'photos', kind: 'share', writable: false, locked: false },
      { path: 'inbox', name: 'inbox', kind: 'share', writable: true, locked: true },
    ];
    const call = fakeCall(['ls', '10.0.0.5'], { engine });
    await call.run();
    expect(call.stdout.lines).toEqual(['share  writable   PIN  inbox/', 'share  read-only       photos/']);
    expect(engine.listed[0]?.path).toBe('');
  });

  it('with -R prints a path a line', async () => {
    const call = fakeCall(['ls', '-R', '10.0.0.5/photos'], { engine: withEntries() });
    await call.run();
    expect(call.stdout.lines).toEqual([
      'photos/10.jpg',
      'photos/2.jpg',
      'photos/夏/',
      'photos/e\\u{001b}[2J',
    ]);
    expect(call.engine.listed[0]?.recursive).toBe(true);
  });

  it('with -R goes on behind a folder that it may not read, says which, and has not done all', async () => {
    const engine = withEntries();
    engine.closedFolders = [
      ['photos/夏', new HexdropError('permission-denied', 'Could not list "photos/夏".')],
    ];
    const call = fakeCall(['ls', '-R', '10.0.0.5/photos'], { engine });
    expect(await call.run()).toBe(1);
    expect(call.stdout.lines).toHaveLength(4);
    expect(call.stderr.text).toContain('photos/夏/ could not be listed: Could not list "photos/夏".');
    const json = fakeCall(['ls', '-R', '10.0.0.5/photos', '--json'], { engine });
    expect(await json.run()).toBe(1);
    expect(json.stdout.events.at(-1)).toEqual({
      event: 'fault',
      path: 'photos/夏',
      code: 'permission-denied',
      message: 'Could not list "photos/夏".',
      side: 'there',
    });
  });

  it('with --json prints an entry a line, names as they are', async () => {
    const call = fakeCall(['ls', '10.0.0.5/photos', '--json'], { engine: withEntries() });
    await call.run();
    expect(call.stdout.events).toHaveLength(4);
    expect(call.stdout.events[3]).toEqual({
      event: 'entry',
      path: 'photos/e\u001B[2J',
      name: 'e\u001B[2J',
      kind: 'file',
      size: 0,
      mtime,
    });
  });

  it('says that there is nothing', async () => {
    const call = fakeCall(['ls', '10.0.0.5']);
    expect(await call.run()).toBe(0);
    expect(call.stdout.text).toBe('');
    expect(call.stderr.text).toContain('Nothing is shared there.');
  });

  it('asks for the PIN of a share', async () => {
    const engine = withEntries();
    engine.listFault = (pin) => (pin === '1' ? undefined : new HexdropError('pin-required'));
    const call = fakeCall(['ls', '10.0.0.5/photos'], { engine, isTerminal: true });
    call.stdin.type('1\r');
    expect(await call.run()).toBe(0);
    expect(engine.listed.map(({ pin }) => pin)).toEqual([undefined, '1']);
  });

  it('points on when there is no such share', async () => {
    const engine = new FakeEngine();
    engine.listFault = () => new HexdropError('no-such-share', 'There is no share "x".');
    const call = fakeCall(['ls', '10.0.0.5/x'], { engine });
    expect(await call.run()).toBe(1);
    expect(call.stderr.text).toContain('hexdrop ls <host[:port]>');
  });

  it('ends without complaint when its reader has seen enough', async () => {
    const engine = withEntries();
    const call = fakeCall(['ls', '-R', '10.0.0.5/photos'], { engine });
    const ended = call.run();
    call.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(await ended).toBe(0);
    expect(call.stderr.text).toBe('');
  });
});

describe('standard output that cannot be written', () => {
  it('is a failure with a reason', async () => {
    const call = fakeCall(['ls', '10.0.0.5/photos'], { engine: withEntries() });
    const ended = call.run();
    call.stdout.emit('error', Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }));
    expect(await ended).toBe(1);
    expect(call.stderr.text).toContain('no space left');
  });
});

const partial = (over: Partial<PartialSummary> = {}): PartialSummary => ({
  key: '0'.repeat(32),
  peerDeviceId: deviceId,
  target: '/home/someone/Downloads',
  roots: ['holiday', 'notes.pdf'],
  rootCount: 8,
  files: 120,
  partialFiles: 3,
  verifiedBytes: 1_200_000_000,
  startedAtMs: 0,
  updatedAtMs: Date.now() - 2 * 86_400_000,
  active: false,
  ...over,
});

describe('partials', () => {
  it('tells what stopped halfway: what, from whom, where to, how much, how old', async () => {
    const engine = new FakeEngine();
    engine.devices = [knownDevice()];
    engine.unfinished = [partial()];
    const call = fakeCall(['partials'], { engine });
    expect(await call.run()).toBe(0);
    expect(call.stdout.lines).toEqual([
      'holiday, notes.pdf and 6 more',
      '  from "studio" (3f2a-91bc-07de) to /home/someone/Downloads, 2 days ago',
      '  120 files in place, 3 begun with 1.20 GB verified',
    ]);
    expect(call.stderr.text).toContain('1 unfinished transfer.');
  });

  it('says that there are none', async () => {
    const call = fakeCall(['partials']);
    expect(await call.run()).toBe(0);
    expect(call.stderr.text).toContain('no unfinished transfers');
  });

  it('with --clean tells what was removed and what was kept', async () => {
    const engine = new FakeEngine();
    engine.unfinished = [partial(), partial({ key: '1'.repeat(32), active: true })];
    const call = fakeCall(['partials', '--clean', '--json'], { engine });
    expect(await call.run()).toBe(0);
    expect(call.stdout.events).toMatchObject([{ event: 'cleaned', verifiedBytes: 1_200_000_000 }]);
    expect(call.stderr.text).toContain('Removed 1 unfinished transfer, 1.20 GB.');
    expect(call.stderr.text).toContain('Kept 1');
  });

  it('names what it cannot read without inventing', async () => {
    const engine = new FakeEngine();
    engine.unfinished = [partial({ peerDeviceId: '', target: '', roots: [], rootCount: 0 })];
    const call = fakeCall(['partials'], { engine });
    await call.run();
    expect(call.stdout.text).toContain('(unreadable)');
    expect(call.stdout.text).toContain('an unknown device');
  });
});
