/** The part of the Windows installer that is ours, compiled by the compiler of installers itself. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { root } from '../desktop/desktop-app.ts';
import { needs } from '../support/needs.ts';
import { useWorld } from '../support/world.ts';

const makensis = needs('makensis', "the installer's context menus compile");
const world = useWorld();

/** As electron-builder includes it: macros for both sections, and the executable's name. */
const installer = (include: string, output: string): string => `Unicode true
!include LogicLib.nsh
!define APP_EXECUTABLE_FILENAME "Hexdrop.exe"
!include "${include}"
Name "Hexdrop"
OutFile "${output}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\\Programs\\Hexdrop"
Section
  WriteUninstaller "$INSTDIR\\uninstall.exe"
  !insertmacro customInstall
SectionEnd
Section "un.Install"
  !insertmacro customUnInstall
SectionEnd
`;

describe.skipIf(!makensis.available)('the context menus of Windows', () => {
  it('compile without a warning', () => {
    const script = join(world.path, 'installer.nsi');
    const output = join(world.path, 'Hexdrop-test.exe');
    writeFileSync(script, installer(join(root, 'build/packaging/windows/verbs.nsh'), output));
    const made = spawnSync(makensis.path, ['-WX', '-INPUTCHARSET', 'UTF8', script], { encoding: 'utf8' });
    expect(made.stdout + made.stderr).not.toMatch(/warning|error/i);
    expect(made.status).toBe(0);
  });
});
