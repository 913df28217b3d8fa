/** `hexdrop text`: sends a piece of text to be shown, from an argument or from standard input. */

import { usageError } from '../call/options.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { withEngine } from '../engine-session.ts';
import { checkText } from '../../../shared/protocol/text-limit.ts';
import { exitDone } from '../exit-codes.ts';
import { findTarget } from '../find-target.ts';
import { reachOptions } from '../reach.ts';
import { standardInput, standardInputBytes } from '../standard-input.ts';
import { formatCounted } from '../terminal/format.ts';
import { TransferReport, peerInWords } from '../transfer-report.ts';
import { limits } from '../../../shared/protocol/limits.ts';

/** No character takes more in UTF-8. */
const mostBytes = limits.textCharacters * 4;

/** Without the end of its last line, which `echo` and editors add and nobody means. */
const textFromStandardInput = async (context: CommandContext): Promise<string> => {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of standardInputBytes(context, 'the text')) {
    pieces.push(piece);
    length += piece.length;
    // Enough to say that it is too long, whatever else comes.
    if (length > mostBytes + 2) break;
  }
  try {
    const whole = new TextDecoder('utf-8', { fatal: length <= mostBytes + 2 }).decode(Buffer.concat(pieces));
    return whole.replace(/\r?\n$/, '');
  } catch {
    throw usageError(
      'Standard input is no text in UTF-8. What is no text is sent as a file: "hexdrop send - --name NAME --to HOST".',
    );
  }
};

export const run = async (call: CommandCall, context: CommandContext): Promise<number> => {
  const [to = '', typed = standardInput] = call.operands;
  const text = typed === standardInput ? await textFromStandardInput(context) : typed;
  // Before anybody is looked for on the network.
  checkText(text);
  const { output } = context;
  return withEngine(call, context, {
    body: async (engine) => {
      const report = new TransferReport(output, engine, 'asking', () => []);
      try {
        const target = await findTarget(to, call.options.port, engine, context);
        const peer = await engine.sendText({ ...reachOptions(call, target), to: target.endpoint, text });
        const characters = Array.from(text).length;
        output.event({ event: 'text-sent', peer, characters });
        output.result(`Sent a text of ${formatCounted(characters, 'character')} to ${peerInWords(peer)}.`);
        return exitDone;
      } finally {
        report.dispose();
      }
    },
  });
};
