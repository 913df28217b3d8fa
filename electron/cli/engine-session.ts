/** The life of an engine within one command: made, used until done or interrupted, closed in any case. */

import { displayName } from '../../shared/model/display-name.ts';
import type { TransferView } from '../../shared/model/transfer.ts';
import { HexdropError, asHexdropError } from '../../shared/errors/errors.ts';
import type { Engine, TransferHandle } from '../engine/api.ts';
import { homeFolder } from '../host/home.ts';
import { keyLogInWords } from '../host/key-log.ts';
import { usageError } from './call/options.ts';
import { captureIntoFile } from './capture-file.ts';
import type { OpenCapture } from './capture-file.ts';
import type { CommandCall, CommandContext } from './context.ts';
import { exitCodeOfResult, exitCodes } from './exit-codes.ts';
import { tellOfFirewall } from './firewall-note.ts';
import { Lookout } from './lookout.ts';
import { formatBytes, formatCounted } from './terminal/format.ts';
import { waitingInWords } from './terminal/progress.ts';
import { TransferReport, peerInWords } from './transfer-report.ts';

export interface EngineSession {
  readonly allowPlain?: boolean;
  /** What to say beside "Interrupted."; asked when it happens. */
  interruptedAdvice?(engine: Engine): string | undefined;
  body(engine: Engine): Promise<number>;
}

const close = async (engine: Engine, context: CommandContext): Promise<void> => {
  try {
    await engine.close();
  } catch (thrown) {
    context.output.warn(asHexdropError(thrown).message);
  }
};

/** Exit code of the body, or 130. */
export const withEngine = async (
  call: CommandCall,
  context: CommandContext,
  session: EngineSession,
): Promise<number> => {
  const { output, interrupt, world } = context;
  const { alias, limit, keyLog, plain = false } = call.options;
  if (keyLog !== undefined && plain && call.command.isListener !== true) {
    throw usageError('A plain session has no keys: leave out --plain or --keylog.');
  }
  const lookout = new Lookout(world, () => ({
    deviceId: engine.deviceId,
    alias: engine.alias,
    kind: 'unknown',
  }));
  const home = homeFolder(call.options.home, world);
  tellOfFirewall(call, context, home);
  const engine = await world.createEngine({
    home,
    whereabouts: lookout.find,
    allowPlain: session.allowPlain ?? false,
    ...(alias === undefined ? {} : { alias }),
    ...(keyLog === undefined ? {} : { keyLog }),
  });
  const stopListening = engine.onEvent((event) => {
    if (event.kind !== 'trouble') return;
    const { code, message } = event.error;
    output.event({ event: 'trouble', code, message });
    output.warn(displayName(message));
  });
  if (keyLog !== undefined) output.note(keyLogInWords(keyLog));
  if (limit !== undefined) engine.configure({ uploadLimit: limit, downloadLimit: limit });
  let file: OpenCapture | undefined;
  try {
    file = await captureIntoFile(call, context, engine);
    return await interrupt.orAborted(session.body(engine));
  } catch (thrown) {
    if (!interrupt.signal.aborted) throw thrown;
    if (!interrupt.isQuiet) {
      const advice = session.interruptedAdvice?.(engine);
      output.error(
        new HexdropError('cancelled', advice === undefined ? 'Interrupted.' : `Interrupted. ${advice}`),
      );
    }
    return exitCodes.interrupted;
  } finally {
    stopListening();
    await Promise.all([close(engine, context), lookout.close()]);
    await file?.close();
  }
};

const hasMoved = ({ files, bytes, resumedBytes }: TransferView): boolean => files + bytes + resumedBytes > 0;

/** How to go on with a transfer that was started here; undefined where there is nothing to go on from. */
export const resumeAdvice = (engine: Engine): string | undefined =>
  engine.snapshot().transfers.some(hasMoved)
    ? 'Start the same command again to continue: what was verified is kept.'
    : undefined;

const saysWhatCameThrough = (handle: TransferHandle, context: CommandContext): void => {
  const { files, bytes } = handle.view();
  if (files + bytes === 0) return;
  context.output.note(`${formatCounted(files, 'file')}, ${formatBytes(bytes)} had been transferred by then.`);
};

/** One transfer that we asked for, from its start to its summary and exit code. */
export const runTransfer = async (
  context: CommandContext,
  engine: Engine,
  start: () => TransferHandle,
): Promise<number> => {
  const { output, interrupt } = context;
  let handle: TransferHandle | undefined;
  const report = new TransferReport(output, engine, 'asking', () =>
    handle === undefined ? [] : [handle.view()],
  );
  let isWaitingTold = false;
  const stopListening = engine.onEvent((event) => {
    if (event.kind === 'session-opened') {
      const { peer } = event;
      output.event({ event: 'connected', peer });
      output.note(`Connected to ${peerInWords(peer)}, ${peer.secure ? 'encrypted' : 'NOT encrypted'}.`);
    } else if (event.kind === 'transfer' && event.transfer.state === 'waiting' && !isWaitingTold) {
      isWaitingTold = true;
      // A person may take long to accept; a terminal shows it in its progress line.
      if (output.live === undefined && event.transfer.kind === 'push')
        output.note(waitingInWords(event.transfer));
    }
  });
  const cancel = (): void => handle?.cancel();
  interrupt.signal.addEventListener('abort', cancel, { once: true });
  try {
    handle = start();
    report.watch();
    const result = await handle.done;
    report.finished(handle.view(), result);
    return exitCodeOfResult(result);
  } catch (thrown) {
    output.live?.clear();
    if (handle !== undefined && !interrupt.signal.aborted) saysWhatCameThrough(handle, context);
    throw thrown;
  } finally {
    interrupt.signal.removeEventListener('abort', cancel);
    stopListening();
    report.dispose();
  }
};
