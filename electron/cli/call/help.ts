/** The texts of --help, made from the tables of commands.ts and options.ts. */

import { commands, commonOptions, optionsOf } from './commands.ts';
import type { CommandSpec } from '../context.ts';
import { exitMeanings } from '../exit-codes.ts';
import { optionTable, optionUsage } from './options.ts';
import type { OptionName } from './options.ts';

/** Wide enough to read, narrow enough for the smallest usual terminal. */
export const helpColumns = 80;

export const wrap = (text: string, columns: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
};

/** Terms up to this have their meaning beside them; longer ones below. */
const widestTerm = 24;

/** Two columns: the term, and its meaning wrapped beside it. */
const definitions = (rows: readonly (readonly [string, string])[]): readonly string[] => {
  const widths = rows.map(([term]) => term.length).filter((width) => width <= widestTerm);
  const termColumns = Math.max(...widths) + 2;
  return rows.flatMap(([term, meaning]) => {
    const isBeside = term.length <= widestTerm;
    const lines = wrap(meaning, helpColumns - 2 - termColumns).map(
      (line, index) => `  ${(isBeside && index === 0 ? term : '').padEnd(termColumns)}${line}`,
    );
    return isBeside ? lines : [`  ${term}`, ...lines];
  });
};

export const optionRows = (
  names: readonly OptionName[],
  wording: Partial<Record<OptionName, string>> = {},
): readonly (readonly [string, string])[] =>
  names.map((name) => [optionUsage(optionTable[name]), wording[name] ?? optionTable[name].summary]);

/** "send <path...> --to HOST". */
export const shortUsageOf = (command: CommandSpec): string => {
  const required = command.required.map((name) => optionUsage(optionTable[name]));
  return [command.name, command.operands, ...required].filter((part) => part !== '').join(' ');
};

const exitCodeLines: readonly string[] = wrap(
  `Exit codes: ${exitMeanings.map(([code, meaning]) => `${code} ${meaning}`).join(', ')}.`,
  helpColumns,
);

export const overallHelp = (): string =>
  [
    'Hexdrop moves files and folders between the machines of a local network,',
    'encrypted, verified and resumable.',
    '',
    'Usage: hexdrop <command> [options]',
    '',
    'Commands:',
    ...definitions(commands.map((command) => [shortUsageOf(command), command.summary])),
    '',
    'Common options:',
    ...definitions(optionRows([...commonOptions, 'version'])),
    '',
    'Examples:',
    '  hexdrop receive --dir ~/Downloads             on one machine',
    '  hexdrop send holiday/ --to 192.168.1.23       on the other',
    '',
    'See "hexdrop <command> --help" for what a command takes.',
    '',
    ...exitCodeLines,
    '',
  ].join('\n');

export const commandHelp = (command: CommandSpec): string => {
  const summary = `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`;
  return [
    `Usage: hexdrop ${shortUsageOf(command)} [options]`,
    '',
    ...wrap(summary, helpColumns),
    ...command.description.flatMap((paragraph) => ['', ...wrap(paragraph, helpColumns)]),
    '',
    'Options:',
    ...definitions(optionRows(optionsOf(command), command.wording)),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
    ...exitCodeLines,
    '',
  ].join('\n');
};
