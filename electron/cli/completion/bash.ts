/**
 * The script for bash, from 3.2 on, which macOS has. Paths are left to readline, which knows how to quote them: where
 * nothing is offered by the function, `compopt` (from 4.0 on) asks for them, and where there is no compopt they always come.
 */

import {
  allOptions,
  completedCommands,
  devicesCall,
  helpWord,
  isWordList,
  overallOptions,
} from './vocabulary.ts';
import type { CompletedCommand, CompletedOption } from './vocabulary.ts';

const flagsOf = (options: readonly CompletedOption[]): string =>
  options.flatMap(({ flags }) => flags).join(' ');

const actionFor = (offers: CompletedOption['offers'] | 'nothing'): string => {
  if (isWordList(offers)) return `offered="${offers.join(' ')}"`;
  switch (offers) {
    case 'files':
      return 'paths=default';
    case 'folders':
      return 'paths=dirnames';
    case 'devices':
      return `offered="$(command ${devicesCall})"`;
    default:
      return ':';
  }
};

const valueCases = (): string =>
  allOptions
    .filter(({ placeholder }) => placeholder !== undefined)
    .map(({ flags, offers }) => `      ${flags.join('|')}) ${actionFor(offers)} ;;`)
    .join('\n');

const flagCases = (): string =>
  completedCommands
    .map(({ name, options }) => `        ${name}) offered="${flagsOf(options)}" ;;`)
    .join('\n');

/** By command and number of the operand; the last holds for all that follow. */
const operandCases = ({ name, offers }: CompletedCommand): readonly string[] =>
  offers.map((offer, at) => `        ${name}:${at === offers.length - 1 ? '*' : at}) ${actionFor(offer)} ;;`);

const valueFlags = (): string =>
  allOptions
    .filter(({ placeholder }) => placeholder !== undefined)
    .flatMap(({ flags }) => flags)
    .join('|');

export const bashScript = (): string => `# bash completion of hexdrop, printed by "hexdrop completion bash".

_hexdrop() {
  local word="\${COMP_WORDS[COMP_CWORD]}" command="" option="" offered="" paths="" prefix="" each at
  local operands=0 only_operands=""
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    each="\${COMP_WORDS[at]}"
    if [[ -n $option ]]; then
      # readline splits "--port=1" at the "=".
      [[ $each == "=" ]] || option=""
      continue
    fi
    if [[ -z $only_operands ]]; then
      case "$each" in
        --) only_operands=1; continue ;;
        ${valueFlags()}) option="$each"; continue ;;
        -?*) continue ;;
      esac
    fi
    if [[ -z $command ]]; then command="$each"; else operands=$((operands + 1)); fi
  done
  if [[ $word == "=" ]]; then word=""; fi
  if [[ -z $option && -z $only_operands && $word == --*=* ]]; then
    option="\${word%%=*}"
    prefix="$option="
    word="\${word#*=}"
  fi

  if [[ -n $option ]]; then
    case "$option" in
${valueCases()}
    esac
  elif [[ -z $only_operands && $word == -* ]]; then
    case "$command" in
        "") offered="${flagsOf(overallOptions)}" ;;
${flagCases()}
    esac
  elif [[ -z $command || $command == ${helpWord.name} ]]; then
    offered="${completedCommands.map(({ name }) => name).join(' ')}"
    if [[ -z $command ]]; then offered="$offered ${helpWord.name}"; fi
  else
    case "$command:$operands" in
${completedCommands.flatMap(operandCases).join('\n')}
    esac
  fi

  if [[ -n $paths ]]; then
    compopt -o "$paths" 2>/dev/null
  elif [[ -n $offered ]]; then
    while IFS="" read -r each; do
      COMPREPLY+=("$prefix$each")
    done < <(compgen -W "$offered" -- "$word")
  fi
  return 0
}

if type compopt >/dev/null 2>&1; then
  complete -F _hexdrop hexdrop
else
  complete -o default -F _hexdrop hexdrop
fi
`;
