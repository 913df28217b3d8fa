/** `hexdrop receive`: listens for offers, asks about each on a terminal, and takes what is accepted. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { TransferView } from '../../../shared/model/transfer.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { announceOnNetwork } from '../announce.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { withEngine } from '../engine-session.ts';
import { selectionOf } from '../offers/selection.ts';
import { announceListening, hearServedTransfers } from '../listening.ts';
import { exitCodes, exitDone } from '../exit-codes.ts';
import { targetFolder } from '../local-paths.ts';
import { OfferPrompter } from '../offers/offer-prompter.ts';
import { OnceWatch } from '../offers/once-watch.ts';
import { usageError } from '../call/options.ts';
import { listenOptions, retryMs } from '../reach.ts';
import { TransferReport } from '../transfer-report.ts';

const never = (): Promise<never> => new Promise(() => {});

const isUnderWay = ({ state }: TransferView): boolean =>
  state === 'running' || state === 'paused' || state === 'retrying';

export const run = (call: CommandCall, context: CommandContext): Promise<number> => {
  const { options } = call;
  const { output, interrupt } = context;
  const prompter = options.yes === true ? undefined : context.prompter;
  if (options.yes !== true && prompter === undefined) {
    throw usageError(
      '"receive" asks about each offer, and there is no terminal to ask on. Give --yes to accept every offer.',
    );
  }
  const dir = targetFolder(options.dir);
  const only = options.only ?? [];
  // A pattern that is none is refused now, and not with the first offer.
  selectionOf(only);

  return withEngine(call, context, {
    allowPlain: options.plain === true,
    interruptedAdvice: (engine) =>
      engine.snapshot().transfers.some(isUnderWay)
        ? 'What was verified is kept: when the sender starts again, it continues.'
        : undefined,
    body: async (engine) => {
      const once = new OnceWatch(retryMs(call), () =>
        output.note(`Waiting up to ${retryMs(call) / 1000} s for the sender to come back ...`),
      );
      const offers = new OfferPrompter({
        output,
        dir,
        prompter,
        takesTooMuch: options.force === true,
        only,
        interrupted: interrupt.signal,
        refusal: (offer) => (options.once === true ? once.refusal(offer) : undefined),
        accepted: (offer) => once.accepted(offer),
      });
      const report = new TransferReport(output, engine, 'serving', () => engine.snapshot().transfers);
      const stopHearing = hearServedTransfers(engine, report, output, {
        lost: (transferId) => {
          if (options.once === true) once.lost(transferId);
        },
        withdrawn: (transferId) => offers.withdraw(transferId),
        ended: (transferId, exitCode) => {
          offers.ended(transferId, exitCode === exitDone);
          if (options.once === true) once.finished(transferId, exitCode);
        },
      });
      let endAnnouncement = (): Promise<void> => Promise.resolve();
      try {
        const listening = await engine.listen({
          ...listenOptions(call),
          receive: {
            dir,
            onConflict: options.onConflict ?? 'rename',
            decidesAtOnce: options.yes === true,
            decide: (offer) => offers.decide(offer),
          },
        });
        announceListening(context, engine, listening, 'hexdrop send <path...> --to ADDRESS');
        output.result(`Files go to ${displayName(dir)}.`);
        if (offers === undefined) output.note('Every offer is accepted without asking (--yes).');
        endAnnouncement = await announceOnNetwork(call, context, engine, listening);
        if (options.once !== true) return await never();
        const exitCode = await once.ended;
        if (exitCode === exitCodes.unreachable) {
          output.error(new HexdropError('connection-lost', 'The sender did not come back.'));
        }
        return exitCode;
      } finally {
        await endAnnouncement();
        once.dispose();
        stopHearing();
        report.dispose();
      }
    },
  });
};
