import { describe, expect, it } from 'vitest';

import { DeviceNotes } from './device-notes.ts';
import { Devices } from './devices.ts';
import { NetworkPresence } from './network-presence.ts';
import { Offers } from './offers.ts';
import { fakeContext } from './testing/context.ts';
import { History } from './history.ts';
import { Transfers } from './transfers.ts';

const presenceOn = (engine: Parameters<typeof fakeContext>[0]) => {
  const context = fakeContext({ alias: 'here', configure: () => {}, setReceivePolicy: () => {}, ...engine });
  const devices = new Devices(context, new DeviceNotes(context.home, context.trouble));
  const transfers = new Transfers(context, new History(context.home, context.trouble), () => {});
  const offers = new Offers(context, devices, transfers, () => {});
  return { context, presence: new NetworkPresence(context, { devices, offers }, '127.0.0.1') };
};

describe('a device on the network', () => {
  it('opens no port and announces nothing when the program ends while its port changes', async () => {
    const listened: number[] = [];
    let stopped: () => void = () => {};
    const { context, presence } = presenceOn({
      stopListening: () =>
        new Promise((resolve) => {
          stopped = resolve;
        }),
      listen: ({ port = 0 }) => {
        listened.push(port);
        return Promise.resolve({ host: '127.0.0.1', port, deviceId: 'f'.repeat(64) });
      },
    });
    const { current } = context.settings;
    const applied = presence.apply(
      { ...current, discovery: false },
      { ...current, port: 2, discovery: true },
    );
    await Promise.resolve();
    await Promise.resolve();
    await presence.close();
    stopped();
    await applied;
    expect(listened).toEqual([]);
    expect(context.state.single('self').isAnnounced).toBe(false);
  });
});
