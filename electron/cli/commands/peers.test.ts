import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { discoveredPeer, knownDevice } from '../testing/fake-views.ts';
import { FakeDiscovery, FakeEngine, fakeCall, until } from '../testing/fake-world.ts';
import type { FakeCall } from '../testing/fake-world.ts';
import { listener, stop } from '../testing/fake-listener.ts';

const network = (): FakeDiscovery => {
  const discovery = new FakeDiscovery();
  discovery.peers = [
    discoveredPeer(),
    discoveredPeer({
      deviceId: 'e'.repeat(64),
      alias: '夏\u001B[2J',
      kind: 'unknown',
      addresses: [{ host: 'fe80::9%eth0', port: 18_521 }],
    }),
    discoveredPeer({ deviceId: 'd'.repeat(64), alias: '', kind: 'server' }),
  ];
  return discovery;
};

const peers = ['peers', '--wait', '1'];

const listed = async (call: FakeCall): Promise<number> => {
  const ended = call.run();
  await until(() => call.discovery.started.length > 0);
  await vi.advanceTimersByTimeAsync(1_000);
  return ended;
};

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('peers', () => {
  it('lists who is there: name, kind, address, trust, id', async () => {
    const engine = new FakeEngine();
    engine.devices = [knownDevice(), knownDevice({ deviceId: 'd'.repeat(64), verified: true })];
    const call = fakeCall(peers, { engine, discovery: network() });
    expect(await listed(call)).toBe(0);
    expect(call.stdout.lines).toEqual([
      'studio         laptop  192.168.1.23:18600    known     3f2a-91bc-07de',
      '夏\\u{001b}[2J  -       [fe80::9%eth0]:18521  new       eeee-eeee-eeee',
      '(no name)      server  192.168.1.23:18600    verified  dddd-dddd-dddd',
    ]);
    expect(call.stderr.text).toContain('3 devices.');
    expect(call.discovery.closedCount).toBe(1);
  });

  it('with --json prints a device a line, names as they are', async () => {
    const call = fakeCall([...peers, '--json'], { discovery: network() });
    expect(await listed(call)).toBe(0);
    expect(call.stdout.events).toHaveLength(3);
    expect(call.stdout.events[1]).toEqual({
      event: 'peer',
      deviceId: 'e'.repeat(64),
      alias: '夏\u001B[2J',
      kind: 'unknown',
      platform: 'linux',
      trust: 'new',
      addresses: [{ host: 'fe80::9%eth0', port: 18_521 }],
    });
  });

  it('only browses', async () => {
    const call = fakeCall(peers);
    await listed(call);
    expect(call.discovery.started).toMatchObject([{ deviceId: call.engine.deviceId }]);
    expect(call.discovery.started[0]?.port).toBeUndefined();
  });

  it('says that nobody is there', async () => {
    const call = fakeCall(peers);
    expect(await listed(call)).toBe(0);
    expect(call.stdout.text).toBe('');
    expect(call.stderr.text).toContain('Nobody announces itself');
  });

  it('fails when it could not look', async () => {
    const discovery = new FakeDiscovery();
    discovery.trouble = new HexdropError('discovery-failed', 'This device is in no network.');
    const call = fakeCall([...peers, '--json'], { discovery });
    expect(await listed(call)).toBe(4);
    expect(call.stdout.events).toMatchObject([{ event: 'error', code: 'discovery-failed' }]);
  });

  it('ends at once with Ctrl-C', async () => {
    const call = fakeCall(['peers', '--wait', '3600']);
    const ended = call.run();
    await until(() => call.discovery.started.length > 0);
    call.signal();
    expect(await ended).toBe(130);
    await until(() => call.discovery.closedCount === 1);
    expect(call.discovery.closedCount).toBe(1);
  });

  it.each(['0', '3601', 'x'])('refuses --wait %s', async (wait) => {
    expect(await fakeCall(['peers', '--wait', wait]).run()).toBe(2);
  });
});

describe('a listener', () => {
  it.each([
    ['receive', ['receive', '--yes']],
    ['share', ['share', '.']],
  ])('%s is announced as long as it listens', async (_name, argv) => {
    const prompter = await listener([...argv, '--port', '7']);
    const { discovery, engine } = prompter.call;
    await until(() => discovery.started.length > 0);
    expect(discovery.started).toMatchObject([
      { deviceId: engine.deviceId, alias: 'desk', host: '0.0.0.0', port: 7 },
    ]);
    expect(discovery.closedCount).toBe(0);
    await stop(prompter);
    expect(discovery.closedCount).toBe(1);
  });

  it.each([['--no-announce'], ['--host=127.0.0.1'], ['--host=::1']])(
    'is not announced with %s',
    async (flag) => {
      const prompter = await listener(['receive', '--yes', flag]);
      await until(() => prompter.call.stdout.text.includes('Files go to'));
      expect(prompter.call.discovery.started).toEqual([]);
      await stop(prompter);
    },
  );

  it('says that it is not seen when no interface took the announcement', async () => {
    const discovery = new FakeDiscovery();
    discovery.isAnnounced = false;
    discovery.trouble = new HexdropError('discovery-failed', 'This device is in no network.');
    const prompter = await listener(['receive', '--yes'], { discovery });
    await until(() => discovery.started.length > 0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(prompter.call.stderr.text).toContain(
      'not announced on the network: This device is in no network.',
    );
    await stop(prompter);
  });
});
