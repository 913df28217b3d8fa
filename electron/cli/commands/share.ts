/** `hexdrop share`: serves folders for others to browse, fetch from and, where --writable, upload into. */

import { displayName } from '../../../shared/model/display-name.ts';
import { announceOnNetwork } from '../announce.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { withEngine } from '../engine-session.ts';
import { announceListening, hearServedTransfers } from '../listening.ts';
import { sharedFolder } from '../local-paths.ts';
import { readPinFile } from '../pin.ts';
import { listenOptions } from '../reach.ts';
import { TransferReport, peerInWords } from '../transfer-report.ts';

const never = (): Promise<never> => new Promise(() => {});

export const run = async (call: CommandCall, context: CommandContext): Promise<number> => {
  const { options, operands } = call;
  const { output } = context;
  const folders = operands.map(sharedFolder);
  const pin = options.pinFile === undefined ? undefined : await readPinFile(options.pinFile, context);

  return withEngine(call, context, {
    allowPlain: options.plain === true,
    body: async (engine) => {
      const report = new TransferReport(output, engine, 'serving', () => engine.snapshot().transfers);
      const stopHearing = hearServedTransfers(engine, report, output);
      const stopGreeting = engine.onEvent((event) => {
        if (event.kind !== 'session-opened') return;
        output.event({ event: 'connected', peer: event.peer });
        output.note(`${peerInWords(event.peer)} connected from ${displayName(event.peer.address)}.`);
      });
      let endAnnouncement = (): Promise<void> => Promise.resolve();
      try {
        const shares = folders.map((given) => ({
          given,
          ...engine.addShare({
            path: given,
            writable: options.writable === true,
            ...(pin === undefined ? {} : { pin }),
          }),
        }));
        const listening = await engine.listen(listenOptions(call));
        announceListening(context, engine, listening, 'hexdrop ls ADDRESS');
        for (const { name, path, given, writable, locked } of shares) {
          output.event({ event: 'share', name, path, writable, locked });
          const manner = `${writable ? 'writable' : 'read-only'}${locked ? ', asks for the PIN' : ''}`;
          // Others see what the link leads to now, also when it leads elsewhere later.
          const by = path === given ? '' : `, by way of ${displayName(given)}`;
          output.result(`Sharing "${displayName(name)}" (${displayName(path)}${by}), ${manner}.`);
        }
        endAnnouncement = await announceOnNetwork(call, context, engine, listening);
        return await never();
      } finally {
        await endAnnouncement();
        stopGreeting();
        stopHearing();
        report.dispose();
      }
    },
  });
};
