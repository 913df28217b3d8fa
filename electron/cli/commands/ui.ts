/** `hexdrop ui`: hands over to the browser shell and tells how it ended. */

import { HexdropError, isErrorCode } from '../../../shared/errors/errors.ts';
import { homeFolder } from '../../host/home.ts';
import type { UiProgram, UiRequest } from '../../host/ui-program.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { exitCodes, exitDone } from '../exit-codes.ts';
import { tellOfFirewall } from '../firewall-note.ts';
import { usageError } from '../call/options.ts';

const requestOf = ({ options, operands }: CommandCall, context: CommandContext): UiRequest => {
  const { world, output, interrupt } = context;
  const { port, alias, dir, host, passwordFile, keyLog } = options;
  if (options.open === true && options.noOpen === true) {
    throw usageError('--open and --no-open exclude each other.');
  }
  const asksBrowser = options.open === true || options.noOpen === true;
  return {
    home: homeFolder(options.home, world),
    paths: operands,
    allowRemote: options.allowRemote === true,
    allowedHosts: options.allowHost ?? [],
    isJson: output.isJson,
    env: world.env,
    startCommand: world.startCommand,
    signal: interrupt.signal,
    voice: output,
    ...(asksBrowser ? { opensBrowser: options.open === true } : {}),
    ...(port === undefined ? {} : { port }),
    ...(alias === undefined ? {} : { alias }),
    ...(dir === undefined ? {} : { downloadDir: dir }),
    ...(host === undefined ? {} : { transferHost: host }),
    ...(options.plain === true ? { allowPlain: true } : {}),
    ...(passwordFile === undefined ? {} : { passwordFile }),
    ...(keyLog === undefined ? {} : { keyLog }),
  };
};

const loaded = async ({ world }: CommandContext): Promise<UiProgram> => {
  try {
    return await world.loadUi();
  } catch (thrown) {
    throw new HexdropError(
      'internal',
      'The browser shell cannot be loaded. In its folder, run: npm run build',
      {
        cause: thrown,
      },
    );
  }
};

export const run = async (call: CommandCall, context: CommandContext): Promise<number> => {
  const request = requestOf(call, context);
  const program = await loaded(context);
  tellOfFirewall(call, context, request.home);
  const end = await program.runUi(request);
  switch (end.kind) {
    case 'done':
      return exitDone;
    case 'interrupted':
      if (!context.interrupt.isQuiet) context.output.error(new HexdropError('cancelled', 'Interrupted.'));
      return exitCodes.interrupted;
    case 'failed':
      throw new HexdropError(isErrorCode(end.code) ? end.code : 'internal', end.message, {
        seen: end.seen,
        allowed: end.allowed,
      });
  }
};
