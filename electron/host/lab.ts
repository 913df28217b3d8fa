/** The calls of the lab. What a window started ends with it: the signal of a call does that. */

import { liveConnection, runOverLoopback } from '../engine/lab.ts';
import type { CallName } from '../../shared/ipc/contract/index.ts';
import type { Handlers } from './dispatch.ts';

export type LabCall = Extract<CallName, `lab.${string}`>;

export const labHandlers: Pick<Handlers, LabCall> = {
  'lab.loopback': (request, { bytes, signal }) => runOverLoopback(bytes, request, signal),
  'lab.connection': (_, { signal }) => liveConnection(signal),
};
