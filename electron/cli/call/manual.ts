/**
 * The manual page hexdrop(1), made from the tables of commands.ts and options.ts in the language of man(7). `npm run build`
 * writes it into dist/man.
 */

import { exitMeanings } from '../exit-codes.ts';
import { commands, commonOptions } from './commands.ts';
import type { CommandSpec } from '../context.ts';
import { helpColumns, optionRows, shortUsageOf, wrap } from './help.ts';

/**
 * As groff reads it: nothing is a request, a backslash is one, a dash is one that can be copied, and a character outside ASCII
 * has its escape of groff_char(7), because groff takes its input for Latin-1 unless it is told otherwise.
 */
const escaped = (line: string): string =>
  line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll(/[^\p{ASCII}]/gu, (character) => {
      const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
      return `\\[u${code}]`;
    })
    .replace(/^[.']/, '\\&$&');

const text = (words: string): string => wrap(words, helpColumns).map(escaped).join('\n');

const bold = (words: string): string => `\\fB${escaped(words)}\\fR`;

/** An argument of a request. */
const argument = (words: string): string => `"${escaped(words).replaceAll('"', '\\(dq')}"`;

const paragraphs = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => ['.PP', text(line)]);

const definitions = (rows: readonly (readonly [string, string])[]): readonly string[] =>
  rows.flatMap(([term, meaning]) => ['.TP', bold(term), text(meaning)]);

const examples = (lines: readonly string[]): readonly string[] => [
  '.PP',
  '.nf',
  ...lines.map((line) => `\\&    ${escaped(line)}`),
  '.fi',
];

const capitalised = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

const commandSection = (command: CommandSpec): readonly string[] => [
  `.SS ${argument(`hexdrop ${shortUsageOf(command)} [options]`)}`,
  text(`${capitalised(command.summary)}.`),
  ...paragraphs(command.description),
  ...definitions(optionRows(command.options, command.wording)),
  ...examples(command.examples),
];

const environment: readonly (readonly [string, string])[] = [
  ['HEXDROP_HOME', 'folder of identity, known devices and journals, where --home names none'],
  [
    'HEXDROP_UI_PASSWORD_FILE',
    'for "ui --allow-remote", where --password-file names none: file whose first line is the password',
  ],
  ['TMPDIR', 'where what comes from a pipe is kept until it is sent (default: /var/tmp)'],
  ['XDG_CONFIG_HOME', 'the home is the folder "hexdrop" in it (default: ~/.config)'],
  ['HEXDROP_RELEASES_URL', 'where "version --check" asks, in place of GitHub; with https'],
  ['NO_COLOR', 'when it is not empty, nothing is coloured'],
];

const files: readonly (readonly [string, string])[] = [
  ['~/.config/hexdrop/identity.json', 'the key of this device; whoever has it is this device'],
  ['~/.config/hexdrop/devices.json', 'devices that were met before'],
  ['~/.config/hexdrop/journal/', 'what is verified of unfinished transfers'],
];

/** The page says no date: what it tells belongs to a version, and the same sources make the same page. */
export const manualPage = (version: string): string =>
  [
    '.\\" Made from the table of commands: do not edit.',
    `.TH HEXDROP 1 "" ${argument(`hexdrop ${version}`)} "User Commands"`,
    '.SH NAME',
    'hexdrop \\- move files and folders between the machines of a local network',
    '.SH SYNOPSIS',
    '.B hexdrop',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(
      'Hexdrop moves files and folders between the machines of a local network, straight over TCP: encrypted, verified and resumable. It can show every frame that crosses the wire.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap(commandSection),
    '.SH "COMMON OPTIONS"',
    ...definitions(optionRows([...commonOptions, 'version'])),
    '.SH "EXIT STATUS"',
    ...definitions(exitMeanings.map(([code, meaning]) => [String(code), meaning])),
    '.SH ENVIRONMENT',
    ...definitions(environment),
    '.SH FILES',
    text('On Linux, unless HEXDROP_HOME or --home names another folder:'),
    ...definitions(files),
    '.SH EXAMPLES',
    text('On one machine, and then on the other:'),
    ...examples(['hexdrop receive --dir ~/Downloads', 'hexdrop send holiday/ --to 192.168.1.23']),
    '.SH "SEE ALSO"',
    '.BR wireshark (1),',
    '.BR tshark (1)',
    '',
  ].join('\n');
