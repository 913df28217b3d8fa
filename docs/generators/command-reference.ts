/** The reference of commands and options in docs/CLI.md, from the tables that the command line itself goes by. */

import { commands, commonOptions } from '../../electron/cli/call/commands.ts';
import { optionRows, shortUsageOf } from '../../electron/cli/call/help.ts';
import type { CommandSpec } from '../../electron/cli/context.ts';
import { table } from './markdown.ts';

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

const optionsTable = (rows: readonly (readonly [string, string])[]): string =>
  table(
    ['option', 'meaning'],
    rows.map(([option, meaning]) => [code(option), meaning.replaceAll('|', '\\|')]),
  );

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

const section = (command: CommandSpec): string =>
  [
    `### hexdrop ${command.name}`,
    code(`hexdrop ${shortUsageOf(command)} [options]`),
    [sentence(command.summary), ...command.description].join(' '),
    ...(command.options.length === 0 ? [] : [optionsTable(optionRows(command.options, command.wording))]),
    ['```text', ...command.examples, '```'].join('\n'),
  ].join('\n\n');

const commandReference = (): string =>
  [
    ...commands.map(section),
    '### All commands',
    optionsTable(optionRows([...commonOptions, 'version'])),
  ].join('\n\n');

const markers = /<!-- generated:commands -->\n[\s\S]*?<!-- end:commands -->/u;

/** @throws Error when the page has no place for it */
export function withCommandReference(page: string): string {
  if (!markers.test(page)) throw new Error('docs/CLI.md has no place for the reference of commands.');
  return page.replace(
    markers,
    () => `<!-- generated:commands -->\n\n${commandReference()}\n\n<!-- end:commands -->`,
  );
}
