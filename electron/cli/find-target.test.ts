import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { discoveredPeer, knownDevice } from './testing/fake-views.ts';
import { withSlashes } from './find-target.ts';
import { FakeDiscovery, FakeEngine, fakeCall, until } from './testing/fake-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'notes.txt');
writeFileSync(file, 'words');

const peer = discoveredPeer({ addresses: [{ host: '10.0.0.7', port: 7 }] });

it('a path is typed with either separator on Windows, and with "/" elsewhere', () => {
  expect(withSlashes('host/share\\docs\\a', 'win32')).toBe('host/share/docs/a');
  expect(withSlashes('host/share/dev\\x2ddisk', 'linux')).toBe('host/share/dev\\x2ddisk');
});

describe('whom --to means', () => {
  it('is not looked for on the network when it is an address', async () => {
    const call = fakeCall(['send', file, '--to', 'nas.local']);
    expect(await call.run()).toBe(0);
    expect(call.discovery.started).toEqual([]);
  });

  it('may be a device that announces itself while it is looked for', async () => {
    const call = fakeCall(['send', file, '--to', 'studio'], { hosts: [] });
    const ended = call.run();
    await until(() => call.discovery.started.length > 0);
    call.discovery.appear(peer);
    expect(await ended).toBe(0);
    expect(call.engine.sent[0]).toMatchObject({
      to: { host: '10.0.0.7', port: 7 },
      expectDeviceId: peer.deviceId,
    });
    expect(call.discovery.closedCount).toBe(1);
  });

  it('only browses: whoever sends is not announced', async () => {
    const call = fakeCall(['send', file, '--to', 'nas']);
    await call.run();
    expect(call.discovery.started[0]?.port).toBeUndefined();
  });

  it('is the host of that name, where there is one', async () => {
    const discovery = new FakeDiscovery();
    discovery.peers = [discoveredPeer({ alias: 'nas' })];
    const call = fakeCall(['send', file, '--to', 'nas'], { discovery, hosts: ['nas'] });
    expect(await call.run()).toBe(0);
    expect(call.engine.sent[0]?.to).toEqual({ host: 'nas', port: 18520 });
  });

  it('is refused with exit code 2 when two announce the name', async () => {
    const discovery = new FakeDiscovery();
    discovery.peers = [peer, discoveredPeer({ deviceId: 'e'.repeat(64) })];
    const call = fakeCall(['send', file, '--to', 'studio'], { discovery, hosts: [] });
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('Several devices are called "studio"');
    expect(discovery.closedCount).toBe(1);
  });

  it('is a known device at its new address', async () => {
    const engine = new FakeEngine();
    engine.devices = [knownDevice()];
    const discovery = new FakeDiscovery();
    discovery.peers = [peer];
    const call = fakeCall(['get', 'studio/photos', '--dir', folder], { engine, discovery });
    expect(await call.run()).toBe(0);
    expect(engine.got[0]).toMatchObject({
      from: { host: '10.0.0.7', port: 7 },
      paths: ['photos'],
      expectDeviceId: peer.deviceId,
    });
  });

  it('is no longer looked for after Ctrl-C', async () => {
    const call = fakeCall(['send', file, '--to', 'studio'], { hosts: [] });
    const ended = call.run();
    await until(() => call.discovery.started.length > 0);
    call.signal();
    expect(await ended).toBe(130);
    await until(() => call.discovery.closedCount === 1);
    expect(call.discovery.closedCount).toBe(1);
  });

  it.each([
    ['10.0.0.5:7/photos/2024/', '10.0.0.5', 7, 'photos/2024'],
    ['10.0.0.5', '10.0.0.5', 18520, ''],
  ])('with a path is a host and what follows its first slash: %s', async (text, host, port, path) => {
    const call = fakeCall(['ls', text]);
    await call.run();
    expect(call.engine.listed[0]).toMatchObject({ from: { host, port }, path });
  });

  it.each(['10.0.0.5/a/../b', '10.0.0.5//a'])('with a path that leads out is refused: %s', async (text) => {
    expect(await fakeCall(['ls', text]).run()).toBe(2);
  });
});
