/** A context without an engine, for parts that are looked at alone. */

import type { Engine } from '../../engine/api.ts';
import { temporaryFolder } from '../../base/testing/trees.ts';
import type { HostContext } from '../context.ts';
import { Grants } from '../grants.ts';
import { SettingsStore } from '../settings-store.ts';
import { HostState } from '../state.ts';

export interface FakeContext extends HostContext {
  /** What windows were told, as `name` and data. */
  readonly told: { readonly name: string; readonly data: unknown }[];
  readonly troubles: unknown[];
}

export const ownId = 'f'.repeat(64);

export function fakeContext(engine: Partial<Engine> = {}, home: string = temporaryFolder()): FakeContext {
  const told: FakeContext['told'] = [];
  const troubles: unknown[] = [];
  const settings = new SettingsStore({
    home,
    deviceId: ownId,
    downloadDir: home,
    trouble: (error) => troubles.push(error),
  });
  return {
    home,
    engine: { deviceId: ownId, knownDevices: () => [], shareVisitors: () => new Map(), ...engine } as Engine,
    settings,
    grants: new Grants(),
    shell: { quit: () => {} },
    state: new HostState({
      settings: settings.current,
      self: {
        deviceId: ownId,
        words: [],
        alias: 'here',
        hue: 1,
        kind: 'desktop',
        platform: 'linux',
        version: '0',
        isAnnounced: false,
        addresses: [],
      },
    }),
    tell: (name, data) => told.push({ name, data }),
    trouble: (thrown) => troubles.push(thrown),
    told,
    troubles,
  };
}
