/** What a command is handed: the call as parsed, and its surroundings. */

import type { CommandSpec } from './call/commands.ts';
import type { Interrupt } from './interrupt.ts';
import type { OptionValues } from './call/options.ts';
import type { Output } from './terminal/output.ts';
import type { Prompter } from './terminal/prompt.ts';
import type { World } from './world.ts';

export interface CommandCall {
  readonly command: CommandSpec;
  readonly operands: readonly string[];
  readonly options: OptionValues;
}

export interface CommandContext {
  readonly world: World;
  readonly output: Output;
  readonly interrupt: Interrupt;
  /** Absent where nobody can be asked: standard input or standard error is not a terminal. */
  readonly prompter: Prompter | undefined;
}
