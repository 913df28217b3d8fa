/** `hexdrop send`: offers files and folders to a receiver and sends them when it accepts. */

import type { CommandCall, CommandContext } from '../context.ts';
import { resumeAdvice, runTransfer, withEngine } from '../engine-session.ts';
import { reachOptions, retryMs } from '../reach.ts';
import { readsPipe, sourcesOf, withPaths } from '../sources/sources.ts';
import { findTarget } from '../find-target.ts';

export const run = (call: CommandCall, context: CommandContext): Promise<number> => {
  const sources = sourcesOf(call.operands, call, context);
  const { to = '', port } = call.options;
  return withEngine(call, context, {
    interruptedAdvice: (engine) => (readsPipe(sources) ? undefined : resumeAdvice(engine)),
    body: async (engine) => {
      const target = await findTarget(to, port, engine, context);
      const reach = reachOptions(call, target);
      const again = (path: string): string => `hexdrop send ${path} --to ${to}`;
      return withPaths(sources, call, context, again, (paths) => {
        const request = { ...reach, retryMs: retryMs(call), paths, to: target.endpoint };
        return runTransfer(context, engine, () => engine.send(request));
      });
    },
  });
};
