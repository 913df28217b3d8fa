/** Settings, and how a host starts: whole hosts, driven through the contract. */

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { plant, temporaryFolder } from '../base/testing/trees.ts';
import { fileRef, openPair, openSide, startHost } from './testing/hosts.ts';

describe('settings', () => {
  it('move the port, take effect at once, and are kept', async () => {
    const { sender, receiver } = await openPair();
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => {
      taken.close();
    });
    const { port } = taken.address() as AddressInfo;
    await receiver.window.client.call('settings.update', { port, alias: 'moved' });
    const { self } = await receiver.window.until((snapshot) => snapshot.self.wishedPort === port);
    expect(self.listening?.port).toBeGreaterThan(port);
    const to = { address: `127.0.0.1:${self.listening?.port}` };
    expect(await sender.window.client.call('devices.probe', { to })).toMatchObject({
      id: receiver.host.deviceId,
    });
    await sender.window.until(({ devices }) => devices[receiver.host.deviceId]?.alias === 'moved');
    expect(JSON.parse(readFileSync(join(receiver.home, 'settings.json'), 'utf8'))).toMatchObject({
      port,
      alias: 'moved',
    });
  });

  it('of one who listens on loopback alone have an address there, to be typed on the same machine', async () => {
    const { receiver } = await openPair();
    const { self } = await receiver.window.until((snapshot) => snapshot.self.listening !== undefined);
    const dialable = `127.0.0.1:${self.listening?.port}`;
    expect(self.addresses).toMatchObject([{ address: '127.0.0.1', kind: 'loopback', dialable }]);
  });

  it('change the folder that files go to', async () => {
    const { sender, receiver, to } = await openPair();
    const other = temporaryFolder();
    const ref = await receiver.window.refFor(other);
    expect((await receiver.window.client.call('settings.downloadDir', { ref })).downloadDir).toBe(other);
    const { id } = await sender.window.client.call('transfers.send', {
      to,
      refs: [await fileRef(sender, 10)],
    });
    const { offers } = await receiver.window.until((snapshot) => id in snapshot.offers);
    expect(offers[id]?.shownDir).toBe(other);
    await receiver.window.client.call('offers.accept', { id, onConflict: 'rename' });
    await receiver.window.until(({ transfers }) => transfers[id]?.state === 'done');
    expect(existsSync(join(other, 'a.bin'))).toBe(true);
  });

  it('refuse what the shell cannot do', async () => {
    const { sender } = await openPair();
    await expect(
      sender.window.client.call('settings.update', { startWithSystem: true }),
    ).rejects.toMatchObject({ code: 'not-supported' });
  });

  it('refuse plain connections unless they are allowed', async () => {
    const { sender, receiver, to } = await openPair();
    const call = (): Promise<unknown> =>
      sender.window.client.call('remote.list', { at: to, path: '', plain: true });
    await expect(call()).rejects.toMatchObject({ code: 'plain-not-allowed' });
    await sender.window.client.call('settings.update', { allowPlain: true });
    await expect(call()).rejects.toMatchObject({ code: 'plain-not-allowed' });
    await receiver.window.client.call('settings.update', { allowPlain: true });
    expect(await call()).toMatchObject({ device: to.address });
    expect(
      (await sender.window.until(({ devices }) => to.address in devices)).devices[to.address]?.trust,
    ).toBe('unauthenticated');
  });
});

describe('a host', () => {
  it('that cannot listen stays usable and says why', async () => {
    const host = await openSide({ overrides: { host: '192.0.2.1' } });
    const { self } = await host.window.until(() => true);
    expect(self.listening).toBeUndefined();
    expect(self.listenError).toBe('usage');
    expect((await host.window.client.call('files.places', {})).places.length).toBeGreaterThan(0);
  });

  it('shares folders and keeps files to be sent when it is opened with them, before there is a window too', async () => {
    const folder = temporaryFolder();
    plant(folder, { photos: { 'a.jpg': { size: 10, seed: 1 } }, 'note.txt': { size: 20, seed: 2 } });
    const { host, open } = await startHost();
    await host.openWith(['photos', 'note.txt', 'nothing'].map((name) => ({ path: join(folder, name) })));
    const window = open();
    const { shared, toSend } = await window.next('opened-with');
    expect(shared).toEqual(['photos']);
    expect(toSend).toMatchObject([{ name: 'note.txt', bytes: 20, complete: true }]);
    expect((await window.next('trouble')).code).toBe('file-vanished');
    expect((await window.until(() => true)).shares).toHaveProperty('photos');
    expect(host.activity.shares).toBe(1);
  });

  it('sends a folder and shares no file when it is asked to by name', async () => {
    const folder = temporaryFolder();
    plant(folder, { photos: { 'a.jpg': { size: 10, seed: 1 } }, 'note.txt': { size: 20, seed: 2 } });
    const { host, open } = await startHost();
    await host.openWith([
      { path: join(folder, 'photos'), purpose: 'send' },
      { path: join(folder, 'note.txt'), purpose: 'share' },
    ]);
    const window = open();
    const { shared, toSend } = await window.next('opened-with');
    expect(shared).toEqual([]);
    expect(toSend).toMatchObject([{ name: 'photos', kind: 'folder', files: 1 }]);
    expect((await window.next('trouble')).code).toBe('not-a-folder');
  });

  it('hands the places of links to a window, and connects to none of them', async () => {
    const { host, open } = await startHost();
    await host.openWith([{ link: 'hexdrop://10.0.0.5:18520/photos' }]);
    const window = open();
    const { links } = await window.next('opened-with');
    expect(links).toEqual([{ address: '10.0.0.5:18520', path: 'photos' }]);
  });

  it('grants what a shell got from its dialogs, and refuses what is not there', async () => {
    const { host, open } = await startHost();
    const folder = temporaryFolder();
    plant(folder, { 'a.txt': { size: 10, seed: 1 } });
    const ref = host.grant(join(folder, 'a.txt'));
    const window = open();
    await window.until(() => true);
    expect((await window.client.call('files.measure', { refs: [ref] })).items).toMatchObject([
      { name: 'a.txt' },
    ]);
    expect(() => host.grant(join(folder, 'b.txt'))).toThrow(
      expect.objectContaining({ code: 'file-vanished' }),
    );
  });
});
