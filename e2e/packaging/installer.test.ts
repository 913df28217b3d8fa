/**
 * The part of the Windows installer that is ours: compiled by the compiler of installers itself, and run under Wine. What
 * Wine has no part of, such as the menus of the Explorer, is not shown by that; nor is the console of a real Windows.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { windowsLauncher } from '../../build/packaging/launchers.ts';
import { root } from '../desktop/desktop-app.ts';
import { needs } from '../support/needs.ts';
import { useWorld } from '../support/world.ts';

const makensis = needs(
  'makensis',
  'the installer puts the command on the PATH and writes context menus and links',
);
const world = useWorld('file');

/** 64 bits, for a Wine that has no more. */
const target = 'Target amd64-unicode\nUnicode true\nName "Hexdrop"\nRequestExecutionLevel user\n';

/** As electron-builder includes it: macros for both sections, and the executable's name. */
const installer = (output: string): string => `${target}
!include LogicLib.nsh
!define APP_EXECUTABLE_FILENAME "Hexdrop.exe"
!include "${join(root, 'build/packaging/windows/installer.nsh')}"
OutFile "${output}"
SilentInstall silent
SilentUnInstall silent
InstallDir "C:\\Hexdrop"
Section
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\\uninstall.exe"
  !insertmacro customInstall
SectionEnd
Section "un.Install"
  !insertmacro customUnInstall
SectionEnd
`;

/** A program without a console, as ours is: it takes its time, writes down how it was called, and ends with 7. */
const program = (output: string): string => `${target}
OutFile "${output}"
SilentInstall silent
Section
  Sleep 500
  FileOpen $0 "$EXEDIR\\told.txt" w
  FileWriteUTF16LE $0 "$CMDLINE"
  FileClose $0
  SetErrorLevel 7
SectionEnd
`;

const compile = (name: string, script: (output: string) => string): string => {
  const output = join(world.path, `${name}.exe`);
  const source = join(world.path, `${name}.nsi`);
  writeFileSync(source, script(output));
  const made = spawnSync(makensis.path, ['-WX', '-INPUTCHARSET', 'UTF8', source], { encoding: 'utf8' });
  expect(made.stdout + made.stderr).not.toMatch(/warning|error/i);
  expect(made.status).toBe(0);
  return output;
};

describe.skipIf(!makensis.available)('the installer of Windows', () => {
  it('compiles without a warning', () => {
    compile('installer', installer);
  });

  const wine = needs('wine', 'the installer and the command do on Windows what they should');

  describe.skipIf(!wine.available)('under Wine', () => {
    let env: NodeJS.ProcessEnv = {};
    /** Standard output goes to a file: Wine's programs take no pipe. */
    const run = (...args: string[]): { readonly status: number | null; readonly told: string } => {
      const file = join(world.path, 'told.txt');
      const { status } = spawnSync('sh', ['-c', '"$@" >"$0" 2>&1 </dev/null', file, wine.path, ...args], {
        env,
      });
      return { status, told: readFileSync(file, 'latin1').replaceAll('\r', '') };
    };
    const pathNow = (): string | undefined =>
      /^ +Path +REG_\w+ +(.*)$/m.exec(run('reg', 'query', 'HKCU\\Environment', '/v', 'Path').told)?.[1];
    const setPath = (value: string): void => {
      run('reg', 'add', 'HKCU\\Environment', '/v', 'Path', '/t', 'REG_EXPAND_SZ', '/d', value, '/f');
    };
    let setup = '';
    const install = (): void => void run(setup);
    const uninstall = (): void => void run('C:\\Hexdrop\\uninstall.exe', '_?=C:\\Hexdrop');

    beforeAll(() => {
      env = { ...process.env, WINEPREFIX: join(world.path, 'wine'), WINEDEBUG: '-all' };
      setup = compile('installer', installer);
      run('wineboot', '--init');
    }, 120_000);
    afterAll(() => {
      spawnSync('wineserver', ['--kill'], { env });
    });

    it("puts the command at the end of the user's PATH, once, and takes it away", () => {
      setPath('%USERPROFILE%\\bin;C:\\Tools');
      install();
      install();
      expect(pathNow()).toBe('%USERPROFILE%\\bin;C:\\Tools;C:\\Hexdrop\\resources\\bin');
      uninstall();
      expect(pathNow()).toBe('%USERPROFILE%\\bin;C:\\Tools');
    }, 60_000);

    it('opens links, folders and files with the program, and takes that away', () => {
      const command = (key: string): string | undefined =>
        /^ +\(Default\) +REG_SZ +(.*)$/m.exec(
          run('reg', 'query', `HKCU\\Software\\Classes\\${key}\\command`, '/ve').told,
        )?.[1];
      const verbs = {
        'hexdrop\\shell\\open': '"%1"',
        'Directory\\shell\\HexdropShare': '--share "%V"',
        'Directory\\shell\\HexdropSend': '--send "%V"',
        '*\\shell\\HexdropSend': '--send "%1"',
      };
      install();
      for (const [key, words] of Object.entries(verbs))
        expect([key, command(key)]).toEqual([key, `"C:\\Hexdrop\\Hexdrop.exe" ${words}`]);
      // Without this value Windows takes the key for the type of a file.
      const { told } = run('reg', 'query', 'HKCU\\Software\\Classes\\hexdrop', '/v', 'URL Protocol');
      expect(told).toMatch(/^ +URL Protocol +REG_SZ *$/m);
      uninstall();
      for (const key of ['hexdrop', ...Object.keys(verbs)])
        expect([key, run('reg', 'query', `HKCU\\Software\\Classes\\${key}`).status]).toEqual([key, 1]);
    }, 60_000);

    it('leaves a PATH alone that it could only write back cut off', () => {
      // This compiler's strings have 1,024 characters.
      const long = 'C:\\x;'.repeat(300);
      setPath(long);
      install();
      uninstall();
      expect(pathNow()).toBe(long);
    }, 60_000);

    it('is waited for by its command, which hands words on and ends as the program does', () => {
      const folder = world.folder('Programs');
      mkdirSync(join(folder, 'resources', 'bin'), { recursive: true });
      const made = compile('program', program);
      writeFileSync(join(folder, 'Hexdrop.exe'), readFileSync(made));
      const command = join(folder, 'resources', 'bin', 'hexdrop.cmd');
      writeFileSync(command, windowsLauncher);
      const { status, told } = run(
        'cmd',
        '/c',
        `Z:${command.replaceAll('/', '\\')}`,
        'send',
        'C:\\a b.txt',
        '--to',
        'nas',
      );
      expect([status, told]).toEqual([7, '']);
      expect(readFileSync(join(folder, 'told.txt'), 'utf16le')).toMatch(
        /Hexdrop\.exe" --command-line -- send "C:\\a b\.txt" --to nas$/,
      );
    }, 60_000);
  });
});
