/** Options of a call as the engine wants them. */

import type { ListenRequest, ReachOptions } from '../engine/api.ts';
import type { CommandCall } from './context.ts';
import { defaultRetrySeconds } from './call/options.ts';
import type { Target } from './target.ts';

/** A person who takes a new key means the place, not the device that was there before. */
export const reachOptions = (
  { options }: CommandCall,
  { others, expectDeviceId }: Pick<Target, 'others' | 'expectDeviceId'> = {},
): ReachOptions => ({
  plain: options.plain === true,
  acceptNewKey: options.acceptNewKey === true,
  others,
  expectDeviceId: options.acceptNewKey === true ? undefined : expectDeviceId,
});

export const retryMs = ({ options }: CommandCall): number => (options.retry ?? defaultRetrySeconds) * 1000;

export const listenOptions = ({
  options: { host, port },
}: CommandCall): Pick<ListenRequest, 'host' | 'port'> => ({
  ...(host === undefined ? {} : { host }),
  ...(port === undefined ? {} : { port }),
});
