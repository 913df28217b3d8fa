/** The command that packages bring along, and how deb and rpm put it on the PATH; with a stand-in for the program's binary. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  launcherFolder,
  linuxLauncher,
  macLauncher,
  writeLaunchers,
} from '../../build/packaging/launchers.ts';
import { callWords } from '../../electron/host/command-names.ts';
import { needsSystem } from '../support/needs.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld('file');

/** Tells its words one a line, and that it ran by its exit code. */
const standIn = '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 9\n';

const place = (path: string, text: string): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o755 });
  return path;
};

const shell = needsSystem(['linux', 'darwin'], 'the launchers hand their words on', 'runs no scripts of sh');

describe.skipIf(!shell.available).each([
  ['Linux', linuxLauncher, 'resources/bin/hexdrop', 'hexdrop', ['--no-sandbox', '--ozone-platform=headless']],
  ['macOS', macLauncher, 'Contents/Resources/bin/hexdrop', 'Contents/MacOS/Hexdrop', []],
] as const)('the launcher of %s', (system, script, at, binary, options) => {
  let link = '';
  let path = '';
  beforeAll(() => {
    place(join(world.folder(`programs of ${system}`), 'open'), standIn);
    path = [world.folder(`programs of ${system}`), process.env['PATH'] ?? ''].join(delimiter);
    const folder = world.folder(`Hexdrop for ${system}.app`);
    place(join(folder, binary), standIn);
    const launcher = place(join(folder, at), script);
    const links = world.folder(`bin of ${system}`);
    symlinkSync(launcher, join(links, 'alternative'));
    link = join(links, 'hexdrop');
    symlinkSync('alternative', link);
  });
  const call = (...args: string[]): { readonly status: number | null; readonly stdout: string } =>
    spawnSync(link, args, { encoding: 'utf8', env: { ...process.env, PATH: path } });

  it('hands a call on as it is, behind a mark, and ends as the program does', () => {
    for (const word of [callWords[0] ?? '', 'help', '--version']) {
      const words = [word, 'a b', '', '$HOME', '*', '--type=renderer', "it's"];
      const told = call(...words);
      expect(told.stdout.split('\n').slice(0, -1)).toEqual([...options, '--command-line', '--', ...words]);
      expect(told.status).toBe(9);
    }
  });

  it('leaves everything else to the window', () => {
    const told = call('./send', 'a b').stdout.split('\n').slice(0, -1);
    // On macOS a window is opened by the system, not by a terminal.
    const opened =
      system === 'macOS' ? ['-a', expect.stringMatching(/Hexdrop for macOS\.app$/) as string] : [];
    expect(told).toEqual([...opened, './send', 'a b']);
  });

  it('hands options for the window to the program as they are', () => {
    for (const words of [
      ['--share', 'a b'],
      ['a b', '--home=b c'],
    ])
      expect(
        call(...words)
          .stdout.split('\n')
          .slice(0, -1),
      ).toEqual(words);
  });

  it('knows every word of the command line', () => {
    expect(script).toContain(`\n  ${callWords.join('|')})\n`);
  });
});

describe.skipIf(!shell.available)('what deb and rpm run when they are installed and removed', () => {
  it.each(['after-install', 'after-remove'])(
    '%s links the launcher, and is a script that bash takes',
    (name) => {
      writeLaunchers(world.path);
      const script = join(world.path, launcherFolder, `${name}.tpl`);
      const text = readFileSync(script, 'utf8');
      expect(text).toContain("'/opt/${sanitizedProductName}/resources/bin/${executable}'");
      expect(text).not.toContain("'/opt/${sanitizedProductName}/${executable}'");
      execFileSync('bash', ['-n', script]);
    },
  );

  describe('when a package goes', () => {
    let script = '';
    let env: NodeJS.ProcessEnv = {};
    beforeAll(() => {
      writeLaunchers(world.path);
      const text = readFileSync(join(world.path, launcherFolder, 'after-remove.tpl'), 'utf8');
      // As electron-builder fills it in; the name is that of no program here.
      const filled = text
        .replaceAll('${sanitizedProductName}', 'Hexdrop')
        .replaceAll('${executable}', 'hexdrop-of-a-test');
      script = place(join(world.path, 'after-remove'), filled);
      const programs = world.folder('programs of Debian');
      place(join(programs, 'update-alternatives'), '#!/bin/sh\necho "$*"\n');
      env = { ...process.env, PATH: [programs, process.env['PATH'] ?? ''].join(delimiter) };
    });
    const remove = (...args: string[]): { readonly status: number | null; readonly stdout: string } =>
      spawnSync(script, args, { encoding: 'utf8', env });

    it.each([
      ['a deb', 'remove'],
      ['a deb', 'purge'],
      ['an rpm', '0'],
    ])('the script of %s that is called with "%s" takes its link away', (_, argument) => {
      expect(remove(argument)).toMatchObject({
        status: 0,
        stdout: '--remove hexdrop-of-a-test /opt/Hexdrop/resources/bin/hexdrop-of-a-test\n',
      });
    });

    it.each([
      ['a deb', 'upgrade'],
      ['a deb', 'failed-upgrade'],
      ['a deb', 'abort-upgrade'],
      ['a deb', 'abort-install'],
      ['an rpm', '1'],
      ['an rpm', '2'],
    ])('the script of %s that is called with "%s" leaves it to the version that stays', (_, argument) => {
      expect(remove(argument)).toMatchObject({ status: 0, stdout: '' });
    });
  });
});
