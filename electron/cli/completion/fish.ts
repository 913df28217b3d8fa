/** The script for fish, from 3.0 on. */

import { completedCommands, devicesCall, helpWord, isWordList, overallOptions } from './vocabulary.ts';
import type { CompletedCommand, CompletedOption } from './vocabulary.ts';

/** Within single quotes, where fish reads a backslash. */
const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

/** What a value may be; `-x` keeps files away, and a value is required. */
const valueOptions = (offers: CompletedOption['offers'] | 'nothing'): string => {
  if (isWordList(offers)) return `-x -a ${quoted(offers.join(' '))}`;
  switch (offers) {
    case 'files':
      return '-r -F';
    case 'folders':
      return `-x -a ${quoted('(__fish_complete_directories)')}`;
    case 'devices':
      return `-x -a ${quoted(`(command ${devicesCall})`)}`;
    default:
      return '-x';
  }
};

const optionLine = (condition: string, { flags, summary, placeholder, offers }: CompletedOption): string => {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = placeholder === undefined ? [] : [valueOptions(offers)];
  return ['complete -c hexdrop', `-n ${quoted(condition)}`, ...names, ...value, `-d ${quoted(summary)}`].join(
    ' ',
  );
};

/** An operand is no value of an option: `-x` and `-r` would say that there must be one. */
const operandLine = (condition: string, offers: CompletedOption['offers'] | 'nothing'): readonly string[] => {
  const offered = valueOptions(offers).replace(/^-[xr]\s*/, '');
  return offered === '' ? [] : [`complete -c hexdrop -n ${quoted(condition)} ${offered}`];
};

const commandLines = (command: CompletedCommand): string => {
  const inside = `__hexdrop_in ${command.name}`;
  const { offers } = command;
  return [
    `complete -c hexdrop -n __hexdrop_before_command -a ${command.name} -d ${quoted(command.summary)}`,
    ...command.options.map((option) => optionLine(inside, option)),
    ...offers.flatMap((offer, at) =>
      operandLine(
        at === offers.length - 1
          ? `${inside} && test (__hexdrop_operands) -ge ${at}`
          : `${inside} && test (__hexdrop_operands) -eq ${at}`,
        offer,
      ),
    ),
  ].join('\n');
};

/** With their values they are passed over when words are counted. */
const valueFlags = [
  ...new Set(
    [...completedCommands.flatMap(({ options }) => options), ...overallOptions]
      .filter(({ placeholder }) => placeholder !== undefined)
      .flatMap(({ flags }) => flags),
  ),
];

export const fishScript = (): string => `# fish completion of hexdrop, printed by "hexdrop completion fish".

# The command and its operands, without options and their values, up to the word that is being typed.
function __hexdrop_words
    set -l passes_over 0
    for word in (commandline -opc)[2..-1]
        if test $passes_over -eq 1
            set passes_over 0
        else if contains -- $word ${valueFlags.join(' ')}
            set passes_over 1
        else if not string match -qr -- '^-.' $word
            echo $word
        end
    end
end

function __hexdrop_before_command
    test (count (__hexdrop_words)) -eq 0
end

function __hexdrop_in
    set -l words (__hexdrop_words)
    test "$words[1]" = $argv[1]
end

# How many operands stand before the word that is being typed.
function __hexdrop_operands
    math (count (__hexdrop_words)) - 1
end

complete -c hexdrop -f
${overallOptions.map((option) => optionLine('__hexdrop_before_command', option)).join('\n')}
complete -c hexdrop -n __hexdrop_before_command -a ${helpWord.name} -d ${quoted(helpWord.summary)}
complete -c hexdrop -n '__hexdrop_in ${helpWord.name}' -a ${quoted(completedCommands.map(({ name }) => name).join(' '))}
${completedCommands.map(commandLines).join('\n')}
`;
