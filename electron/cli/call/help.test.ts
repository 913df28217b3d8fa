import { describe, expect, it } from 'vitest';
import { commandNames } from '../../host/command-names.ts';
import { commands } from './commands.ts';
import { commandHelp, overallHelp } from './help.ts';
import { readRequest } from './args.ts';
import { optionTable } from './options.ts';

const texts = [overallHelp(), ...commands.map(commandHelp)];

/** The words of the program's own command in an example as a shell would split them. */
const words = (example: string): readonly string[] => {
  const own = example.split(' | ').find((command) => command.startsWith('hexdrop ')) ?? '';
  const [command = ''] = own.split(' < ');
  return Array.from(command.matchAll(/"([^"]*)"|(\S+)/g), (match) => match[1] ?? match[2] ?? '');
};

describe('help', () => {
  it('fits into 80 columns', () => {
    const tooLong = texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 80);
    // Examples are for copying and stay on one line.
    expect(tooLong.filter((line) => !line.startsWith('  hexdrop '))).toEqual([]);
  });

  it('names every command overall', () => {
    for (const command of commands) expect(overallHelp()).toContain(`  ${command.name} `);
  });

  it('of a command names each option that it takes', () => {
    for (const command of commands) {
      const text = commandHelp(command);
      expect(text).toContain(`hexdrop ${command.name}`);
      for (const name of [...command.options, 'json', 'home'] as const) {
        expect(text).toContain(`--${optionTable[name].flag}`);
      }
    }
  });

  it('gives examples that are accepted as they stand', () => {
    for (const command of commands) {
      for (const example of command.examples) {
        expect(readRequest(words(example).slice(1))).toMatchObject({ kind: 'run', call: { command } });
      }
    }
  });

  it('tells the exit codes', () => {
    for (const text of texts) expect(text).toContain('130 interrupted');
  });
});

describe('the tables', () => {
  it('have the commands that the desktop program knows, in the same order', () => {
    expect(commands.map(({ name }) => name)).toEqual(commandNames);
  });

  it('require only options that the command takes', () => {
    for (const command of commands) {
      for (const name of command.required) expect(command.options).toContain(name);
    }
  });

  it('name each command and flag once', () => {
    const flags = Object.values(optionTable).map((spec) => spec.flag);
    expect(new Set(flags).size).toBe(flags.length);
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
  });
});
