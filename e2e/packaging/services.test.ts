/** What runs the program in the background, judged by the tools that read it; the calls in it by the command line itself. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readRequest } from '../../electron/cli/call/args.ts';
import { defaultPort } from '../../shared/model/peer.ts';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../desktop/desktop-app.ts';
import { needs } from '../support/needs.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const folder = join(root, 'build/services');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** Complains when the command line would. */
const expectCall = (words: readonly string[], command: string): void => {
  const [program, ...argv] = words;
  expect(program).toBe('hexdrop');
  expect(readRequest(argv)).toMatchObject({ kind: 'run', call: { command: { name: command } } });
};

/** Without the expansion of a shell, which no call here has in its words. */
const words = (line: string): string[] => line.split(' ').map((word) => word.replaceAll('"', ''));

const commandOf = (name: string): string => /(ui|share|receive)/.exec(name)?.[0] ?? '';

describe('the units for systemd', () => {
  const units = readdirSync(join(folder, 'systemd'));
  const analyze = needs('systemd-analyze', 'the units are what systemd takes');

  it.skipIf(!analyze.available)('are taken without a complaint', () => {
    const program = join(world.path, 'hexdrop');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    const copies = units.map((name) => {
      const copy = join(world.path, name);
      // systemd looks for programs in folders of its own.
      writeFileSync(copy, read(`systemd/${name}`).replace('ExecStart=hexdrop', `ExecStart=${program}`));
      return copy;
    });
    const judged = spawnSync(analyze.path, ['--user', '--man=no', 'verify', ...copies], {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: world.path },
    });
    expect([judged.status, judged.stdout + judged.stderr]).toEqual([0, '']);
  });

  it.each(units)('%s makes a call that the command line accepts', (name) => {
    const [, call = ''] = /^ExecStart=(.*)$/m.exec(read(`systemd/${name}`)) ?? [];
    expectCall(words(call), commandOf(name));
  });
});

describe('the agents for launchd', () => {
  const agents = readdirSync(join(folder, 'launchd'));
  const python = needs('python3', 'the agents are property lists');

  it.skipIf(!python.available).each(agents)('%s is a property list with a call that is accepted', (name) => {
    const program = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
    const agent = JSON.parse(
      execFileSync(python.path, ['-c', program, join(folder, 'launchd', name)], { encoding: 'utf8' }),
    ) as { Label: string; ProgramArguments: readonly string[]; KeepAlive: unknown };
    expect(`${agent.Label}.plist`).toBe(name);
    expect(agent.KeepAlive).toEqual({ SuccessfulExit: false });
    const [shell, option, script = ''] = agent.ProgramArguments;
    expect([shell, option]).toEqual(['/bin/sh', '-c']);
    const [, call = ''] = /^exec (hexdrop .*?) 2?>/.exec(script) ?? [];
    expectCall(words(call), commandOf(name));
    expect(spawnSync('sh', ['-n', '-c', script]).status).toBe(0);
  });
});

describe('the Containerfile', () => {
  const lines = read('Containerfile').split('\n');
  const instructions = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
  const only = (name: string): string =>
    instructions.find((instruction) => instruction.name === name)?.rest ?? '';

  it('copies what is there, and all that a package is made of', () => {
    const copied = instructions
      .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    for (const name of copied) expect([name, existsSync(join(root, name))]).toEqual([name, true]);
    const made = [...manifest.files, ...Object.values(manifest.bin)]
      .filter((name) => !name.startsWith('!'))
      .map((name) => name.split('/')[0] ?? '')
      .filter((name) => name !== 'dist');
    expect(copied).toEqual(expect.arrayContaining([...made, 'package-lock.json', 'rolldown.config.ts']));
  });

  it('opens the ports of the program, and makes calls that the command line accepts', () => {
    expect(only('EXPOSE')).toBe(`${defaultPort} ${defaultPort + 1}`);
    expectCall([...JSON.parse(only('ENTRYPOINT')), ...JSON.parse(only('CMD'))], 'ui');
    for (const line of lines) {
      const [, call] = /^# {3}podman run .* (hexdrop .*?)(?: {2,}.*)?$/.exec(line) ?? [];
      if (call !== undefined && call.trim() !== 'hexdrop') expectCall(words(call), commandOf(call));
    }
  });

  it('runs as nobody of importance', () => {
    expect(only('USER')).toBe('node');
  });
});
