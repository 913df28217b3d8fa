/** PINs come from a file or from the terminal, never from arguments or the environment, where others can read them. */

import { readFile, stat } from 'node:fs/promises';
import { HexdropError } from '../../shared/errors/errors.ts';
import type { CommandCall, CommandContext } from './context.ts';
import { usageError } from './call/options.ts';

/** Read and write bits of group and others. */
const othersMayRead = 0o044;

/** More than any PIN, little enough to read by mistake: /dev/zero, a film. */
const largestPinFileBytes = 65_536;

const mostTries = 3;

export const readPinFile = async (path: string, context: CommandContext): Promise<string> => {
  let text: string;
  try {
    const { mode, size } = await stat(path);
    if (size > largestPinFileBytes) throw new Error('it is too large to hold a PIN');
    if (context.world.platform !== 'win32' && (mode & othersMayRead) !== 0) {
      context.output.warn(`Others on this machine may read ${path}. "chmod 600" keeps the PIN to you.`);
    }
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw usageError(`The PIN file ${path} cannot be read: ${reason}.`, { seen: path });
  }
  const pin = (text.split('\n', 1)[0] ?? '').trim();
  if (pin === '')
    throw usageError(`The first line of the PIN file ${path} is empty; the PIN must stand there.`);
  return pin;
};

const asksForPin = (thrown: unknown): thrown is HexdropError =>
  thrown instanceof HexdropError && (thrown.code === 'pin-required' || thrown.code === 'pin-wrong');

/**
 * Does `attempt` with the PIN of --pin-file, or without one; when the other side asks for it and there is a
 * terminal, asks the person, a few times.
 */
export const withPin = async <Result>(
  call: CommandCall,
  context: CommandContext,
  attempt: (pin: string | undefined) => Promise<Result>,
): Promise<Result> => {
  const { prompter, interrupt } = context;
  if (call.options.pinFile !== undefined) return attempt(await readPinFile(call.options.pinFile, context));
  let pin: string | undefined;
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt(pin);
    } catch (thrown) {
      if (!asksForPin(thrown) || prompter === undefined || tries === mostTries) throw thrown;
      const question =
        thrown.code === 'pin-wrong' ? 'That PIN is wrong. PIN: ' : 'The share asks for a PIN. PIN: ';
      pin = await prompter.converse(() => prompter.askHidden(question, interrupt.signal));
      if (pin === undefined || pin === '') throw thrown;
    }
  }
};
