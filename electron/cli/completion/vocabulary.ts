/**
 * What the scripts of all shells are made of: the tables of call/commands.ts and call/options.ts, as a shell needs them.
 * Nothing here depends on a shell, and no script knows a word that is not from here.
 */

import { commands, commonOptions, optionsOf } from '../call/commands.ts';
import type { CommandSpec } from '../context.ts';
import { optionNames, optionTable } from '../call/options.ts';
import type { Offered, OptionName, OptionSpec } from '../call/options.ts';

export interface CompletedOption {
  /** As typed: "-R", "--recursive". */
  readonly flags: readonly string[];
  readonly summary: string;
  /** "HOST"; absent for a switch. */
  readonly placeholder: string | undefined;
  readonly offers: Offered | undefined;
  readonly isRepeatable: boolean;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly offers: CommandSpec['offers'];
}

const completed = (name: OptionName, wording: CommandSpec['wording'] = {}): CompletedOption => {
  const spec: OptionSpec = optionTable[name];
  const { flag, short, placeholder } = spec;
  return {
    flags: short === undefined ? [`--${flag}`] : [`-${short}`, `--${flag}`],
    summary: wording[name] ?? spec.summary,
    placeholder,
    offers: placeholder === undefined ? undefined : spec.offers,
    isRepeatable: placeholder !== undefined && spec.isRepeatable === true,
  };
};

export const completedCommands: readonly CompletedCommand[] = commands.map((command) => ({
  name: command.name,
  summary: command.summary,
  options: optionsOf(command).map((name) => completed(name, command.wording)),
  offers: command.offers,
}));

/** In front of a command. */
export const overallOptions: readonly CompletedOption[] = [...commonOptions, 'version' as const].map((name) =>
  completed(name),
);

/** Every option of every command, once. */
export const allOptions: readonly CompletedOption[] = optionNames.map((name) => completed(name));

/** `hexdrop help COMMAND`, which is no command of its own. */
export const helpWord = { name: 'help', summary: 'show what a command takes' } as const;

/** Shells run this to learn the names of devices. */
export const devicesCall = 'hexdrop completion devices 2>/dev/null';

export const isWordList = (offers: Offered | 'nothing' | undefined): offers is readonly string[] =>
  typeof offers === 'object';
