/** The script for zsh: in a file `_hexdrop` on the fpath, or read with `source`. */

import { completedCommands, devicesCall, helpWord, isWordList, overallOptions } from './vocabulary.ts';
import type { CompletedCommand, CompletedOption } from './vocabulary.ts';

/** Within single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** In a specification of `_arguments` a colon ends a part, and a bracket the explanation. */
const explained = (text: string): string => text.replaceAll(/[:[\]\\]/g, '\\$&');

const actionFor = (offers: CompletedOption['offers'] | 'nothing'): string => {
  if (isWordList(offers)) return `(${offers.join(' ')})`;
  switch (offers) {
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    case 'devices':
      return '_hexdrop_devices';
    default:
      return '';
  }
};

const optionSpecs = ({ flags, summary, placeholder, offers, isRepeatable }: CompletedOption): string[] => {
  const others = isRepeatable || flags.length === 1 ? '' : `(${flags.join(' ')})`;
  const times = isRepeatable ? '*' : '';
  const value = placeholder === undefined ? '' : `:${placeholder}:${actionFor(offers)}`;
  return flags.map((flag) => {
    const joined = placeholder !== undefined && flag.startsWith('--') ? '=' : '';
    return quoted(`${others}${times}${flag}${joined}[${explained(summary)}]${value}`);
  });
};

const operandSpecs = ({ offers }: CompletedCommand): string[] =>
  offers.map((offer, at) => quoted(`${at === offers.length - 1 ? '*' : at + 1}: :${actionFor(offer)}`));

const lines = (indent: number, words: readonly string[]): string =>
  words.map((word) => ` \\\n${' '.repeat(indent)}${word}`).join('');

const commandCase = (command: CompletedCommand): string =>
  `    ${command.name})
      _arguments -s -S${lines(8, [...command.options.flatMap(optionSpecs), ...operandSpecs(command)])}
      ;;`;

const described = ({ name, summary }: { name: string; summary: string }): string =>
  `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`;

export const zshScript = (): string => `#compdef hexdrop
# zsh completion of hexdrop, printed by "hexdrop completion zsh".

_hexdrop_devices() {
  local -a devices
  devices=(\${(f)"$(command ${devicesCall})"})
  _describe -t devices device devices
}

_hexdrop_commands() {
  local -a described
  described=(
${completedCommands.map(described).join('\n')}
  )
  if [[ $1 != alone ]]; then
    described+=(
  ${described(helpWord)}
    )
  fi
  _describe -t commands command described
}

_hexdrop() {
  local curcontext="$curcontext" state line
  local -A opt_args
  _arguments -C -s -S${lines(4, [
    ...overallOptions.flatMap(optionSpecs),
    quoted('1: :_hexdrop_commands'),
    quoted('*:: :->call'),
  ])} && return
  case $line[1] in
${completedCommands.map(commandCase).join('\n')}
    ${helpWord.name})
      _arguments ${quoted('1: :_hexdrop_commands alone')}
      ;;
  esac
}

if [[ $funcstack[1] == _hexdrop ]]; then
  _hexdrop "$@"
else
  compdef _hexdrop hexdrop
fi
`;
