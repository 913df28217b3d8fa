/** `hexdrop get`: fetches files and folders from a share. */

import { HexdropError } from '../../../shared/protocol/errors.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { resumeAdvice, runTransfer, withEngine } from '../engine-session.ts';
import { formatAddress } from '../../engine/net/address.ts';
import { selectionOf } from '../offers/selection.ts';
import { targetFolder } from '../local-paths.ts';
import { usageError } from '../call/options.ts';
import { withPin } from '../pin.ts';
import { reachOptions, retryMs } from '../reach.ts';
import { findRemotePath } from '../find-target.ts';
import type { RemoteTarget } from '../find-target.ts';

/** A path is taken as it stands: whoever put a pattern into one hears where patterns go. */
const explained = (thrown: unknown): unknown =>
  thrown instanceof HexdropError && thrown.code === 'no-such-path'
    ? new HexdropError(
        thrown.code,
        `${thrown.message} A path is taken as it stands; --only chooses by pattern.`,
      )
    : thrown;

export const run = (call: CommandCall, context: CommandContext): Promise<number> => {
  const { options, operands } = call;
  const dir = targetFolder(options.dir);
  const only = selectionOf(options.only);
  return withEngine(call, context, {
    interruptedAdvice: resumeAdvice,
    body: async (engine) => {
      const remotes: RemoteTarget[] = [];
      for (const text of operands) remotes.push(await findRemotePath(text, options.port, engine, context));
      const whole = remotes.findIndex((remote) => remote.path === '');
      if (whole !== -1) {
        throw usageError(
          `"${operands[whole]}" names a device and no share: see "hexdrop ls ${operands[whole]}" for what it shares.`,
          { seen: operands[whole] ?? '' },
        );
      }
      const from = remotes[0]?.endpoint ?? { host: '', port: 0 };
      const other = remotes.find(({ endpoint }) => formatAddress(endpoint) !== formatAddress(from));
      if (other !== undefined) {
        throw usageError(
          `One "get" fetches from one device, and these are two: ${formatAddress(from)} and ${formatAddress(other.endpoint)}.`,
        );
      }
      const request = {
        ...reachOptions(call),
        others: remotes[0]?.others,
        expectDeviceId: remotes[0]?.expectDeviceId,
        retryMs: retryMs(call),
        from,
        paths: [...new Set(remotes.map((remote) => remote.path))],
        dir,
        onConflict: options.onConflict ?? 'rename',
        ...(only === undefined ? {} : { wants: only.wants }),
      };
      const exitCode = await withPin(call, context, (pin) =>
        runTransfer(context, engine, () => engine.get(pin === undefined ? request : { ...request, pin })),
      ).catch((thrown: unknown) => {
        throw operands.some((path) => /[*?]/.test(path)) ? explained(thrown) : thrown;
      });
      only?.tellMisses(context.output);
      return exitCode;
    },
  });
};
