/** `hexdrop put`: uploads files and folders into a writable share. */

import type { CommandCall, CommandContext } from '../context.ts';
import { resumeAdvice, runTransfer, withEngine } from '../engine-session.ts';
import { usageError } from '../call/options.ts';
import { withPin } from '../pin.ts';
import { reachOptions, retryMs } from '../reach.ts';
import { readsPipe, sourcesOf, withPaths } from '../sources/sources.ts';
import { findRemotePath } from '../find-target.ts';

export const run = (call: CommandCall, context: CommandContext): Promise<number> => {
  const { options, operands } = call;
  const destination = operands.at(-1) ?? '';
  const sources = sourcesOf(operands.slice(0, -1), call, context);
  return withEngine(call, context, {
    interruptedAdvice: (engine) => (readsPipe(sources) ? undefined : resumeAdvice(engine)),
    body: async (engine) => {
      const target = await findRemotePath(destination, options.port, engine, context);
      const { endpoint, path } = target;
      if (path === '') {
        throw usageError(
          `"${destination}" names a device and no share. The last argument is where to put it: <host[:port]>/share/path.`,
          { seen: destination },
        );
      }
      const reach = reachOptions(call, target);
      const again = (kept: string): string => `hexdrop put ${kept} ${destination}`;
      return withPaths(sources, call, context, again, (paths) => {
        const request = { ...reach, retryMs: retryMs(call), paths, to: endpoint, path };
        return withPin(call, context, (pin) =>
          runTransfer(context, engine, () => engine.put(pin === undefined ? request : { ...request, pin })),
        );
      });
    },
  });
};
