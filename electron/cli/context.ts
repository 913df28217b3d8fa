/** What a command is, and what it is handed: the call as parsed, and its surroundings. */

import type { Interrupt } from './interrupt.ts';
import type { CommandName } from '../host/command-names.ts';
import type { Offered, OptionName, OptionValues } from './call/options.ts';
import type { Output } from './terminal/output.ts';
import type { Prompter } from './terminal/prompt.ts';
import type { World } from './world.ts';

export interface CommandSpec {
  readonly name: CommandName;
  /** As in the usage line: "<path...>"; empty for none. */
  readonly operands: string;
  readonly fewestOperands: number;
  readonly mostOperands: number;
  /** What an operand is, for "needs ...". */
  readonly operandMeaning: string;
  /** What a shell offers for each operand; the last of these for all that follow it too. */
  readonly offers: readonly (Offered | 'nothing')[];
  readonly summary: string;
  /** Paragraphs of `--help`. */
  readonly description: readonly string[];
  readonly required: readonly OptionName[];
  /** Beside the common ones. */
  readonly options: readonly OptionName[];
  /** Where an option means something particular to this command. */
  readonly wording?: Partial<Record<OptionName, string>>;
  readonly examples: readonly string[];
  /** Its output is all it does: a reader that has seen enough ends it without complaint. */
  readonly isListing?: true;
  /** It serves others until it is told to stop, heard or not. */
  readonly isListener?: true;
  load(): Promise<{ readonly run: (call: CommandCall, context: CommandContext) => Promise<number> }>;
}

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
