/** `hexdrop peers`: shows who announces itself on the network. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { Trust } from '../../../shared/model/peer.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import type { DiscoveredPeer } from '../../engine/api.ts';
import { shortDeviceId } from '../../../shared/model/device-id.ts';
import type { KnownDevice } from '../../engine/api.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { typedAddress } from '../addresses.ts';
import { defaultWaitSeconds } from '../call/options.ts';
import { withEngine } from '../engine-session.ts';
import { exitCodeOf, exitCodes, exitDone } from '../exit-codes.ts';
import { formatCounted } from '../terminal/format.ts';
import { padEnd, textWidth } from '../terminal/text-width.ts';

/** By the device id alone, which anybody may claim in an announcement: the key is checked when it is dialed. */
const trustIn = (deviceId: string, devices: readonly KnownDevice[]): Trust => {
  const device = devices.find((known) => known.deviceId === deviceId);
  if (device === undefined) return 'new';
  return device.verified === true ? 'verified' : 'known';
};

const aliasOf = ({ alias }: DiscoveredPeer): string => (alias === '' ? '(no name)' : displayName(alias));

const rowOf = (peer: DiscoveredPeer, trust: Trust): readonly string[] => {
  const [first] = peer.addresses;
  const address = first === undefined ? '-' : typedAddress(first.host, first.port);
  return [
    aliasOf(peer),
    peer.kind === 'unknown' ? '-' : peer.kind,
    address,
    trust,
    shortDeviceId(peer.deviceId),
  ];
};

const tableLines = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, textWidth(cell))),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padEnd(cell, widths[column] ?? 0)))
      .join('  '),
  );
};

/** Resolves when the time has passed, or with the signal. */
const passed = (waitMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    signal.addEventListener('abort', end, { once: true });
  });

export const run = (call: CommandCall, context: CommandContext): Promise<number> =>
  withEngine(call, context, {
    body: async (engine) => {
      const { output, world, interrupt } = context;
      const { deviceId, alias } = engine;
      const discovery = await world.startDiscovery({ deviceId, alias, kind: 'unknown' });
      let trouble: HexdropError | undefined;
      discovery.onTrouble((error) => {
        trouble ??= error;
      });
      try {
        const waitMs = (call.options.wait ?? defaultWaitSeconds) * 1_000;
        await passed(waitMs, interrupt.signal);
        if (interrupt.signal.aborted) return exitCodes.interrupted;
        const devices = engine.knownDevices();
        const { peers } = discovery;
        for (const peer of peers) {
          const { addresses, kind, platform } = peer;
          output.event({
            event: 'peer',
            deviceId: peer.deviceId,
            alias: peer.alias,
            kind,
            platform,
            trust: trustIn(peer.deviceId, devices),
            addresses,
          });
        }
        if (!output.isJson) {
          const rows = peers.map((peer) => rowOf(peer, trustIn(peer.deviceId, devices)));
          for (const line of tableLines(rows)) output.result(line);
        }
        if (peers.length > 0) {
          output.note(`${formatCounted(peers.length, 'device')}. Send with "--to", by name or address.`);
          return exitDone;
        }
        if (trouble !== undefined) {
          output.error(trouble);
          return exitCodeOf(trouble.code);
        }
        output.note(
          'Nobody announces itself on this network. A device that runs "hexdrop receive" or "hexdrop share" does; it can also be reached by its address.',
        );
        return exitDone;
      } finally {
        await discovery.close();
      }
    },
  });
