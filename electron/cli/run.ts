/** One call of `hexdrop`, from its words to its exit code. Everything outside comes in as a World. */

import { asHexdropError, HexdropError } from '../../shared/errors/errors.ts';
import { readRequest, takesStandardOutput, wantsJson } from './call/args.ts';
import type { Request } from './call/args.ts';
import type { CommandContext } from './context.ts';
import { exitCodeOf, exitCodes, exitDone } from './exit-codes.ts';
import { Interrupt } from './interrupt.ts';
import { Output } from './terminal/output.ts';
import { Prompter } from './terminal/prompt.ts';
import type { TextSink, World } from './world.ts';

const contextOf = (world: World, output: Output, interrupt: Interrupt): CommandContext => {
  let prompter: Prompter | undefined;
  return {
    world,
    output,
    interrupt,
    // Made when first asked for: standard input is not touched by a command that asks nothing.
    get prompter() {
      if (world.stderr.isTTY !== true || world.stdin.isTTY !== true) return undefined;
      prompter ??= new Prompter({
        source: world.stdin,
        sink: world.stderr,
        screen: output,
        onInterrupt: () => interrupt.raise(),
      });
      return prompter;
    },
  };
};

const perform = async (context: CommandContext, request: Request): Promise<number> => {
  const { world } = context;
  switch (request.kind) {
    case 'help': {
      const { commandHelp, overallHelp } = await import('./call/help.ts');
      world.stdout.write(request.command === undefined ? overallHelp() : commandHelp(request.command));
      return exitDone;
    }
    case 'version':
      world.stdout.write(`hexdrop ${world.version}\n`);
      return exitDone;
    case 'run': {
      const { call } = request;
      const { run } = await call.command.load();
      const exitCode = await run(call, context);
      // A list whose reader has seen enough is no failure; a transfer that was cut short is not done.
      return context.interrupt.isQuiet && call.command.isListing === true ? exitDone : exitCode;
    }
  }
};

/** What the system says has a code of its own; anything else is a fault of the program, and its place helps. */
const isOurFault = ({ code, cause }: HexdropError): boolean =>
  code === 'internal' && cause instanceof Error && !('code' in cause);

/** What was thrown, in words: a relative path means nothing once the folder that it counts from is gone. */
const asToldError = (thrown: unknown): HexdropError =>
  (thrown as NodeJS.ErrnoException | undefined)?.syscall === 'uv_cwd'
    ? new HexdropError(
        'usage',
        'The folder that this was started in is not there any more. Start it in another, or give whole paths.',
      )
    : asHexdropError(thrown);

/**
 * A listener serves others whether anybody reads what it says or not, and a transfer does without the terminal that it
 * was started on. The reader of a pipe is another matter: whoever closes it has seen enough.
 */
const goesOnUnheard = (request: Request | undefined, error: NodeJS.ErrnoException): boolean =>
  request?.kind === 'run' &&
  (request.call.command.isListener === true ||
    (request.call.command.isListing !== true && error.code === 'EIO'));

const flushed = (sink: TextSink): Promise<void> =>
  new Promise((resolve) => {
    sink.write('', () => resolve());
  });

/** Never rejects. */
export const run = async (world: World): Promise<number> => {
  const interrupt = new Interrupt((code) => world.exitNow(code));
  const output = new Output(world, wantsJson(world.argv), takesStandardOutput(world.argv));
  const stopListening = world.onSignal(() => interrupt.raise());
  let request: Request | undefined;
  let outputError: NodeJS.ErrnoException | undefined;
  let isToldUnheard = false;
  world.stdout.on('error', (error) => {
    if (goesOnUnheard(request, error)) {
      if (isToldUnheard) return;
      isToldUnheard = true;
      output.warn(`Standard output cannot be written: ${error.message}. What is said there is lost.`);
      return;
    }
    if (outputError !== undefined) return;
    outputError = error;
    output.breakPipe();
    interrupt.raiseQuietly();
  });
  // Nothing can be said about standard error.
  world.stderr.on('error', () => {});
  try {
    request = readRequest(world.argv);
    const exitCode = await perform(contextOf(world, output, interrupt), request);
    if (outputError === undefined || outputError.code === 'EPIPE') return exitCode;
    output.note(`hexdrop: Standard output cannot be written: ${outputError.message}.`);
    return exitCodes.failed;
  } catch (thrown) {
    if (interrupt.isQuiet) return exitCodes.interrupted;
    const error = asToldError(thrown);
    output.error(error);
    if (isOurFault(error)) output.note((error.cause as Error).stack ?? '');
    return exitCodeOf(error.code);
  } finally {
    output.live?.clear();
    if (outputError === undefined) await flushed(world.stdout);
    stopListening();
    interrupt.dispose();
  }
};
