/** Texts, and how far a device is trusted: whole hosts, driven through the contract. */

import { describe, expect, it } from 'vitest';

import { fileRef, onlyOne, openPair, openSide } from './testing/hosts.ts';

describe('a text', () => {
  it('is shown there until it is dismissed', async () => {
    const { sender, receiver, to } = await openPair();
    await sender.window.client.call('texts.send', { to, text: 'https://example.org/ 你好' });
    const note = onlyOne((await receiver.window.until(({ texts }) => Object.keys(texts).length === 1)).texts);
    expect(note).toMatchObject({ text: 'https://example.org/ 你好', peer: { alias: 'sender' } });
    await receiver.window.client.call('texts.dismiss', { id: note.id });
    await receiver.window.until(({ texts }) => Object.keys(texts).length === 0);
  });
});

describe('trust', () => {
  it('lets offers in without asking only from a verified device, and asks again when that is taken back', async () => {
    const { sender, receiver, to } = await openPair();
    const { client } = receiver.window;
    const id = sender.host.deviceId;
    await sender.window.client.call('texts.send', { to, text: 'hello' });
    await receiver.window.until(({ devices }) => id in devices);
    await expect(client.call('devices.autoAccept', { id, on: true })).rejects.toMatchObject({
      code: 'not-verified',
    });

    expect((await client.call('devices.words', { id })).words).toEqual(
      (await sender.window.until(() => true)).self.words,
    );
    await client.call('devices.verify', { id, on: true });
    await client.call('devices.autoAccept', { id, on: true });
    expect(
      (await receiver.window.until(({ devices }) => devices[id]?.autoAccept === true)).devices[id]?.trust,
    ).toBe('verified');
    const sent = await sender.window.client.call('transfers.send', {
      to,
      refs: [await fileRef(sender, 100)],
    });
    await receiver.window.until(({ transfers }) => transfers[sent.id]?.state === 'done');

    await client.call('devices.verify', { id, on: false });
    expect(
      (await receiver.window.until(({ devices }) => devices[id]?.trust !== 'verified')).devices[id]
        ?.autoAccept,
    ).toBe(false);
    const asked = await sender.window.client.call('transfers.send', {
      to,
      refs: [await fileRef(sender, 100, 'b.bin')],
    });
    await receiver.window.until(({ offers }) => asked.id in offers);
  });

  it('keeps favourites over a restart and forgets what is to be forgotten', async () => {
    const { sender, receiver, to } = await openPair();
    const id = receiver.host.deviceId;
    expect(await sender.window.client.call('devices.probe', { to })).toMatchObject({ id });
    await sender.window.client.call('devices.favourite', { id, on: true });
    await sender.close();
    const again = await openSide({ home: sender.home });
    const { devices } = await again.window.until((snapshot) => id in snapshot.devices);
    expect(devices[id]).toMatchObject({ isFavourite: true, alias: 'receiver', trust: 'known' });
    await again.window.client.call('devices.forget', { id });
    await again.window.until((snapshot) => !(id in snapshot.devices));
    await expect(again.window.client.call('devices.words', { id })).rejects.toMatchObject({
      code: 'device-unknown',
    });
  });

  it('does not send to another key than that of the card, whatever answers at its address', async () => {
    const { sender, receiver, to } = await openPair();
    const { id } = await sender.window.client.call('devices.probe', { to });
    const { listening } = (await receiver.window.until(() => true)).self;
    await receiver.close();
    const impostor = await openSide({ overrides: { port: listening?.port ?? 0 } });
    expect((await impostor.window.until(() => true)).self.listening?.port).toBe(listening?.port);
    const sent = await sender.window.client.call('transfers.send', {
      to: { device: id },
      refs: [await fileRef(sender, 10)],
    });
    const { transfers } = await sender.window.until(
      (snapshot) => snapshot.transfers[sent.id]?.state === 'failed',
    );
    expect(transfers[sent.id]?.error?.code).toBe('identity-mismatch');
    expect((await impostor.window.until(() => true)).offers).toEqual({});
  });
});
