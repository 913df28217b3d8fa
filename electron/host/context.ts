/** What the parts of one host share. Made by host.ts; no behaviour of its own. */

import type { EventData, EventName } from '../../shared/ipc/contract/index.ts';
import type { Engine } from '../engine/api.ts';
import type { ShellServices } from './api.ts';
import type { Grants } from './grants.ts';
import type { SettingsStore } from './settings-store.ts';
import type { HostState } from './state.ts';

export interface HostContext {
  readonly home: string;
  readonly engine: Engine;
  readonly state: HostState;
  readonly grants: Grants;
  readonly settings: SettingsStore;
  readonly shell: ShellServices;
  /** To all windows. */
  tell<Name extends EventName>(name: Name, data: EventData<Name>): void;
  /** Something that belongs to no call and no transfer went wrong. */
  readonly trouble: (thrown: unknown) => void;
}
