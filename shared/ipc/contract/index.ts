/**
 * The contract between the window and the engine's side: every call and every event, with run-time parsers. Names are
 * `group.verb`. Arguments are parsed by the engine's side, which trusts no page; results, snapshots and events by the
 * window, so that a window of another version fails with a clear error and not in a view.
 */

import type * as v from 'valibot';

import type { DeepReadonly } from '../../base/deep-readonly.ts';
import { captureCalls } from './capture.ts';
import { deviceCalls } from './devices.ts';
import { events } from './events.ts';
import { fileCalls } from './files.ts';
import { labCalls } from './lab.ts';
import { programCalls, shareCalls } from './program.ts';
import { offerCalls, remoteCalls, transferCalls } from './transfers.ts';

export { changeValue, snapshotValue } from './views.ts';
export type { Target } from './atoms.ts';
export { events };

export const calls = {
  ...deviceCalls,
  ...fileCalls,
  ...transferCalls,
  ...offerCalls,
  ...remoteCalls,
  ...shareCalls,
  ...programCalls,
  ...captureCalls,
  ...labCalls,
};

export type CallName = keyof typeof calls;
export type CallArgs<Name extends CallName> = DeepReadonly<v.InferOutput<(typeof calls)[Name]['args']>>;
export type CallResult<Name extends CallName> = DeepReadonly<v.InferOutput<(typeof calls)[Name]['result']>>;

export type EventName = keyof typeof events;
export type EventData<Name extends EventName> = DeepReadonly<v.InferOutput<(typeof events)[Name]>>;

export const isCallName = (name: string): name is CallName => Object.hasOwn(calls, name);
export const isEventName = (name: string): name is EventName => Object.hasOwn(events, name);
