/** Options of a call as the engine wants them. */

import type { ListenRequest, ReachOptions } from '../engine/api.ts';
import type { CommandCall } from './context.ts';
import { defaultRetrySeconds } from './call/options.ts';

export const reachOptions = ({ options }: CommandCall): ReachOptions => ({
  plain: options.plain === true,
  acceptNewKey: options.acceptNewKey === true,
});

export const retryMs = ({ options }: CommandCall): number => (options.retry ?? defaultRetrySeconds) * 1000;

export const listenOptions = ({
  options: { host, port },
}: CommandCall): Pick<ListenRequest, 'host' | 'port'> => ({
  ...(host === undefined ? {} : { host }),
  ...(port === undefined ? {} : { port }),
});
