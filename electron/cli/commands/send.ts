/** `hexdrop send`: offers files and folders to a receiver and sends them when it accepts. */

import type { CommandCall, CommandContext } from '../context.ts';
import { resumeAdvice, runTransfer, withEngine } from '../engine-session.ts';
import { sourcePaths } from '../local-paths.ts';
import { reachOptions, retryMs } from '../reach.ts';
import { findTarget } from '../find-target.ts';

export const run = (call: CommandCall, context: CommandContext): Promise<number> => {
  const paths = sourcePaths(call.operands);
  const { to = '', port } = call.options;
  return withEngine(call, context, {
    interruptedAdvice: resumeAdvice,
    body: async (engine) => {
      const { endpoint, expectDeviceId } = await findTarget(to, port, engine, context);
      const reach = { ...reachOptions(call), expectDeviceId };
      const request = { ...reach, retryMs: retryMs(call), paths, to: endpoint };
      return runTransfer(context, engine, () => engine.send(request));
    },
  });
};
