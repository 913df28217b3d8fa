/** The completion scripts, asked through the shells that they are for. */

import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';

import { commands, optionsOf } from '../../electron/cli/call/commands.ts';
import { optionTable } from '../../electron/cli/call/options.ts';
import type { OptionSpec } from '../../electron/cli/call/options.ts';
import { needs } from '../support/needs.ts';
import { useWorld } from '../support/world.ts';
import { bashOffers, devices, fishOffers, surroundings, zshOffers } from './shells.ts';
import type { Surroundings } from './shells.ts';

const world = useWorld('file');

const names = commands.map(({ name }) => name);
const longFlags = (name: string): string[] =>
  commands
    .filter((command) => command.name === name)
    .flatMap(optionsOf)
    .map((option) => `--${optionTable[option].flag}`);
const flags = (name: string): string[] => [
  ...longFlags(name),
  ...commands
    .filter((command) => command.name === name)
    .flatMap(optionsOf)
    .flatMap((option) => {
      const { short }: OptionSpec = optionTable[option];
      return short === undefined ? [] : [`-${short}`];
    }),
];

/** What every shell offers alike. */
const lines: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['hexdrop pe', ['peers']],
  ['hexdrop --home /srv pe', ['peers']],
  ['hexdrop help wi', ['wireshark']],
  ['hexdrop send plan.txt --to ', devices],
  ['hexdrop ls ', devices],
  ['hexdrop receive --on-conflict ', ['rename', 'skip', 'overwrite']],
  ['hexdrop receive --on-conflict o', ['overwrite']],
  ['hexdrop receive --dir in --on-conflict s', ['skip']],
  ['hexdrop completion f', ['fish']],
  ['hexdrop receive --capture-f', ['--capture-format']],
];

describe('bash', () => {
  const bash = needs('bash', 'bash completes commands, options and values');
  let around: Surroundings;
  beforeAll(() => {
    around = surroundings(world.folder('bash'), 'bash');
  });
  const offers = (...typed: string[]) => bashOffers(bash.path, around, typed);

  it.skipIf(!bash.available)('takes the script without a complaint', () => {
    const read = spawnSync(bash.path, ['-n', around.script], { encoding: 'utf8' });
    expect([read.status, read.stderr]).toEqual([0, '']);
  });

  it.skipIf(!bash.available)('offers every command, and of each every option', () => {
    const [first = [], ...ofCommands] = offers('hexdrop ', ...names.map((name) => `hexdrop ${name} -`));
    expect(first).toEqual([...names, 'help']);
    for (const [at, name] of names.entries())
      expect(ofCommands[at]?.toSorted()).toEqual(flags(name).toSorted());
  });

  it.skipIf(!bash.available)('offers what a value or an operand may be', () => {
    expect(offers(...lines.map(([line]) => line))).toEqual(lines.map(([, offered]) => offered));
  });

  it.skipIf(!bash.available)('leaves paths to readline, which quotes them', () => {
    expect(
      offers(
        'hexdrop send ',
        'hexdrop share ',
        'hexdrop receive --dir ',
        'hexdrop text nas --keylog ',
        'hexdrop send --to nas -- -',
      ),
    ).toEqual([['<default>'], ['<dirnames>'], ['<dirnames>'], ['<default>'], ['<default>']]);
  });

  it.skipIf(!bash.available)('reads a value behind "=", which it splits', () => {
    expect(offers('hexdrop receive --on-conflict=', 'hexdrop receive --on-conflict=re')).toEqual([
      ['rename', 'skip', 'overwrite'],
      ['rename'],
    ]);
  });

  it.skipIf(!bash.available)('offers nothing where nobody can know', () => {
    expect(offers('hexdrop receive --port ', 'hexdrop text nas ', 'hexdrop peers ')).toEqual([[], [], []]);
  });
});

describe('fish', () => {
  const fish = needs('fish', 'fish completes commands, options and values');
  let around: Surroundings;
  beforeAll(() => {
    around = surroundings(world.folder('fish'), 'fish');
  });
  const offers = (line: string): readonly string[] => fishOffers(fish.path, around, line);

  it.skipIf(!fish.available)('offers every command, and of each every option', () => {
    expect(offers('hexdrop ').toSorted()).toEqual([...names, 'help'].toSorted());
    for (const name of names)
      expect(offers(`hexdrop ${name} --`).toSorted()).toEqual(longFlags(name).toSorted());
  });

  it.skipIf(!fish.available).each(lines)('offers for "%s" %j', (line, offered) => {
    expect(offers(line).toSorted()).toEqual([...offered].toSorted());
  });

  it.skipIf(!fish.available)('offers paths where paths are meant', () => {
    expect(offers('hexdrop send ')).toEqual(['photos/', 'plan.txt']);
    expect(offers('hexdrop share ')).toEqual(['photos/']);
    expect(offers('hexdrop receive --dir ')).toEqual(['photos/']);
    expect(offers('hexdrop peers ')).toEqual([]);
  });
});

describe('zsh', () => {
  const zsh = needs('zsh', 'zsh completes commands, options and values');
  let around: Surroundings;
  beforeAll(() => {
    around = surroundings(world.folder('zsh'), 'zsh');
  });
  const offers = (line: string): readonly string[] => zshOffers(zsh.path, around, line);

  it.skipIf(!zsh.available)('takes the script without a complaint', () => {
    const read = spawnSync(zsh.path, ['-n', around.script], { encoding: 'utf8' });
    expect([read.status, read.stderr]).toEqual([0, '']);
  });

  it.skipIf(!zsh.available)(
    'offers every command, options of the one that was typed, and what values may be',
    () => {
      expect(offers('hexdrop ').toSorted()).toEqual([...names, 'help'].toSorted());
      expect(
        offers('hexdrop receive --')
          .map((flag) => flag.replace(/=$/, ''))
          .toSorted(),
      ).toEqual(longFlags('receive').toSorted());
      expect(offers('hexdrop --home /srv send plan.txt --to ')).toEqual(devices);
      expect(offers('hexdrop receive --on-conflict=')).toEqual(['rename', 'skip', 'overwrite']);
      expect(offers('hexdrop share ')).toEqual(['photos']);
    },
  );
});

// No Debian package brings PowerShell. Where it is not there, the list of what was not proved says so.
const pwsh = needs('pwsh', 'PowerShell completes commands, options and values');

describe.each(pwsh.available ? ['PowerShell'] : [])('%s', () => {
  let around: Surroundings;
  beforeAll(() => {
    around = surroundings(world.folder('powershell'), 'powershell');
  });

  it('offers commands, options and values', () => {
    const ask = (line: string): string[] =>
      spawnSync(
        pwsh.path,
        [
          '-NoProfile',
          '-Command',
          `. '${around.script}'; (TabExpansion2 '${line}' ${line.length}).CompletionMatches.CompletionText`,
        ],
        { env: around.env, cwd: around.cwd, encoding: 'utf8' },
      )
        .stdout.split('\n')
        .filter((word) => word !== '');
    expect(ask('hexdrop ').toSorted()).toEqual([...names, 'help'].toSorted());
    expect(ask('hexdrop receive -').toSorted()).toEqual(flags('receive').toSorted());
    expect(ask('hexdrop receive --on-conflict o')).toEqual(['overwrite']);
  });
});
