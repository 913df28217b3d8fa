/** `hexdrop get`: fetches files and folders from a share. */

import { HexdropError } from '../../../shared/errors/errors.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { resumeAdvice, runTransfer, withEngine } from '../engine-session.ts';
import { formatAddress } from '../../base/address.ts';
import { selectionOf } from '../offers/selection.ts';
import { targetFolder } from '../local-paths.ts';
import { usageError } from '../call/options.ts';
import { withPin } from '../pin.ts';
import { printFile } from './print-file.ts';
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

/** What is written to standard output comes to no folder, and is no transfer: options of those would do nothing. */
const requireOneManner = ({ options, operands }: CommandCall): void => {
  if (options.stdout !== true) return;
  const { dir, force, only, onConflict, retry, limit, json, capture } = options;
  const other = Object.entries({ dir, force, only, 'on-conflict': onConflict, retry, limit, json }).find(
    ([, value]) => value !== undefined && value !== false,
  );
  if (other !== undefined) throw usageError(`--stdout does not go with --${other[0]}.`);
  if (capture === '-') throw usageError('Only one of --stdout and --capture can have standard output.');
  if (operands.length > 1)
    throw usageError('--stdout takes one file.', { seen: `${operands.length} paths`, allowed: 'one path' });
};

export const run = (call: CommandCall, context: CommandContext): Promise<number> => {
  const { options, operands } = call;
  requireOneManner(call);
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
      const reach = { ...reachOptions(call, remotes[0]), from };
      const paths = [...new Set(remotes.map((remote) => remote.path))];
      if (options.stdout === true) {
        const file = { ...reach, path: paths[0] ?? '' };
        return withPin(call, context, (pin) =>
          printFile(engine, pin === undefined ? file : { ...file, pin }, context.output),
        );
      }
      const request = {
        ...reach,
        retryMs: retryMs(call),
        paths,
        dir,
        onConflict: options.onConflict ?? 'rename',
        ...(only === undefined ? {} : { wants: only.wants }),
        ...(options.force === true ? { takesTooMuch: true } : {}),
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
