/**
 * The words of the command line to a call: node:util parseArgs splits them, the tables of commands.ts and
 * options.ts say what is allowed. Whatever is not throws a usage error that names it.
 */

import { parseArgs } from 'node:util';
import { displayName } from '../../../shared/model/display-name.ts';
import { commandNamed, commands, optionsOf } from './commands.ts';
import type { CommandCall, CommandSpec } from '../context.ts';
import { optionNames, optionTable, usageError } from './options.ts';
import type { OptionName, OptionSpec, OptionValues } from './options.ts';
import { similarWord } from './similar.ts';

export type Request =
  | { readonly kind: 'run'; readonly call: CommandCall }
  | { readonly kind: 'help'; readonly command?: CommandSpec }
  | { readonly kind: 'version' };

interface Given {
  readonly name: OptionName;
  readonly value: string | undefined;
}

const specOf = (name: OptionName): OptionSpec => optionTable[name];

const nameByFlag = new Map(optionNames.map((name) => [specOf(name).flag, name]));

const parserOptions = Object.fromEntries(
  optionNames.map((name) => {
    const { flag, placeholder, short } = specOf(name);
    const type = placeholder === undefined ? ('boolean' as const) : ('string' as const);
    return [flag, short === undefined ? { type } : { type, short }];
  }),
);

const flagsOf = (command: CommandSpec | undefined): readonly string[] =>
  (command === undefined ? optionNames : optionsOf(command)).map((name) => specOf(name).flag);

const helpHint = (command: CommandSpec | undefined): string =>
  command === undefined ? 'See "hexdrop --help".' : `See "hexdrop ${command.name} --help".`;

/** Quoted for a message, harmless on a terminal. */
const quoted = (text: string): string => `"${displayName(text)}"`;

const refuseOption = (rawName: string, typed: string, command: CommandSpec | undefined): never => {
  const nearest = rawName.startsWith('--') ? similarWord(typed, flagsOf(command)) : undefined;
  const meant = nearest === undefined ? '' : ` Did you mean --${nearest}?`;
  const whose = command === undefined ? '' : ` for "${command.name}"`;
  throw usageError(`There is no option ${displayName(rawName)}${whose}.${meant} ${helpHint(command)}`, {
    seen: rawName,
  });
};

const splitWords = (
  argv: readonly string[],
): { readonly words: readonly string[]; readonly tokens: readonly OptionToken[] } => {
  const { tokens } = parseArgs({
    args: [...argv],
    options: parserOptions,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words: string[] = [];
  const found: OptionToken[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    else if (token.kind === 'option') found.push(token);
  }
  return { words, tokens: found };
};

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

const shorts = optionNames.flatMap((name) => specOf(name).short ?? []);

/** Whether a word where a value is due is rather an option, or a mistyped one. Devices and files may be called "-x". */
const looksLikeOption = (word: string): boolean =>
  word.startsWith('--') || shorts.some((short) => word.startsWith(`-${short}`));

const givenOption = (token: OptionToken, command: CommandSpec | undefined): Given => {
  const name = nameByFlag.get(token.name);
  if (name === undefined) return refuseOption(token.rawName, token.name, command);
  const spec = specOf(name);
  if (spec.placeholder === undefined) {
    if (token.value !== undefined) {
      throw usageError(`--${spec.flag} takes no value. ${helpHint(command)}`, { seen: token.value });
    }
    return { name, value: undefined };
  }
  if (token.value === undefined) {
    throw usageError(
      `--${spec.flag} needs a value: --${spec.flag} ${spec.placeholder}. ${helpHint(command)}`,
    );
  }
  if (token.inlineValue !== true && looksLikeOption(token.value)) {
    throw usageError(
      `--${spec.flag} needs a value and is followed by ${quoted(token.value)}. ` +
        `If that is the value, write --${spec.flag}=${displayName(token.value)}.`,
      { seen: token.value },
    );
  }
  return { name, value: token.value };
};

const refuseCommand = (typed: string): never => {
  const names = commands.map((command) => command.name);
  const nearest = similarWord(typed, names);
  const meant =
    nearest === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean "${nearest}"?`;
  throw usageError(`There is no command ${quoted(typed)}. ${meant} ${helpHint(undefined)}`, {
    seen: typed,
    allowed: names.join(', '),
  });
};

const collect = (given: readonly Given[]): OptionValues => {
  const values: Partial<Record<OptionName, unknown>> = {};
  for (const { name, value } of given) {
    const spec = specOf(name);
    if (spec.placeholder === undefined) {
      values[name] = true;
      continue;
    }
    const parsed = spec.parse(value ?? '');
    const before = values[name];
    values[name] = spec.isRepeatable ? [...(Array.isArray(before) ? before : []), parsed] : parsed;
  }
  return values as OptionValues;
};

const checkOperands = (command: CommandSpec, operands: readonly string[]): void => {
  const usage = `hexdrop ${command.name}${command.operands === '' ? '' : ` ${command.operands}`}`;
  if (operands.length < command.fewestOperands) {
    throw usageError(`"${command.name}" needs ${command.operandMeaning}: ${usage}. ${helpHint(command)}`);
  }
  if (operands.length > command.mostOperands) {
    const extra = operands[command.mostOperands] ?? '';
    const allowed = command.mostOperands === 0 ? 'no arguments' : `at most ${command.mostOperands}`;
    throw usageError(
      `"${command.name}" takes ${allowed}; ${quoted(extra)} was not expected. ${helpHint(command)}`,
      {
        seen: extra,
        allowed,
      },
    );
  }
  if (operands.includes(''))
    throw usageError(`"${command.name}" got an empty argument. ${helpHint(command)}`);
};

const callOf = (command: CommandSpec, operands: readonly string[], given: readonly Given[]): CommandCall => {
  const allowed = optionsOf(command);
  for (const { name } of given) {
    if (!allowed.includes(name)) refuseOption(`--${specOf(name).flag}`, specOf(name).flag, command);
  }
  checkOperands(command, operands);
  for (const name of command.required) {
    if (!given.some((option) => option.name === name)) {
      const { flag, placeholder } = specOf(name);
      throw usageError(`"${command.name}" needs --${flag} ${placeholder ?? ''}. ${helpHint(command)}`);
    }
  }
  return { command, operands, options: collect(given) };
};

/** True when the caller reads JSON lines: asked before anything is parsed, since a usage error must be JSON too. */
export const wantsJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
};

/** True when a capture, or a file, goes to standard output: then nothing else may. */
export const takesStandardOutput = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--');
  const options = end === -1 ? argv : argv.slice(0, end);
  return options.some(
    (word, at) =>
      word === '--stdout' || word === '--capture=-' || (word === '--capture' && options[at + 1] === '-'),
  );
};

export const readRequest = (argv: readonly string[]): Request => {
  const { words, tokens } = splitWords(argv);
  const [word, ...operands] = words;
  const asksHelp = tokens.some((token) => token.name === 'help') || word === 'help';
  const name = word === 'help' ? operands[0] : word;
  const command = name === undefined ? undefined : commandNamed(name);
  if (asksHelp && (name === undefined || command !== undefined)) {
    return command === undefined ? { kind: 'help' } : { kind: 'help', command };
  }
  if (name !== undefined && command === undefined) return refuseCommand(name);
  const given = tokens.map((token) => givenOption(token, command));
  if (command === undefined) {
    if (given.some((option) => option.name === 'version')) return { kind: 'version' };
    throw usageError(
      `No command was given. The commands are ${commands.map(({ name }) => name).join(', ')}. ${helpHint(undefined)}`,
    );
  }
  return { kind: 'run', call: callOf(command, operands, given) };
};
