/** Standard input as what a command works on: bytes to their end, from a pipe, a file, or typed at a terminal. */

import { HexdropError } from '../../shared/errors/errors.ts';
import type { CommandContext } from './context.ts';

/** What stands for standard input among operands, as in most programs. */
export const standardInput = '-';

/**
 * Ends when the input does, or with the interrupt.
 * @param whatIsTyped what a person at a terminal is asked for
 * @throws HexdropError read-failed, cancelled
 */
export const standardInputBytes = (
  context: CommandContext,
  whatIsTyped: string,
): AsyncGenerator<Uint8Array> => {
  const { world, output } = context;
  if (world.stdin.isTTY === true) output.note(`Type ${whatIsTyped}; Ctrl-D at the start of a line ends it.`);
  return readToEnd(world.standardInputBytes(), 'Standard input', context);
};

/**
 * The same of any stream, which is given up with the interrupt.
 * @param what it is, at the start of a sentence
 * @throws HexdropError read-failed, cancelled
 */
export async function* readToEnd(
  stream: AsyncIterable<Uint8Array>,
  what: string,
  { interrupt }: Pick<CommandContext, 'interrupt'>,
): AsyncGenerator<Uint8Array> {
  const bytes = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await interrupt.orAborted(bytes.next()).catch((thrown: unknown) => {
      if (thrown instanceof HexdropError) throw thrown;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new HexdropError('read-failed', `${what} could not be read to its end: ${reason}.`);
    });
    if (next.done === true) return;
    yield next.value;
  }
}
