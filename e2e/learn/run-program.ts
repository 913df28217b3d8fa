/** Runs the printed programs of the view Learn, as a student would. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type ProgramLanguage, programLanguages } from '../../shared/lab/program.ts';

const isThere = (command: string): boolean => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const has = { c: isThere('gcc'), python: isThere('python3'), node: true };
export const runnableLanguages = programLanguages.filter((language) => has[language]);

/** What it prints, line by line. */
export function runProgram(language: ProgramLanguage, source: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hexdrop-program-'));
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const save = (name: string): string => {
    writeFileSync(join(folder, name), source);
    return name;
  };
  try {
    const printed =
      language === 'python'
        ? execFileSync('python3', [save('program.py')], options)
        : language === 'node'
          ? execFileSync(process.execPath, [save('program.js')], options)
          : (execFileSync(
              'gcc',
              ['-Wall', '-Wextra', '-Werror', '-o', 'program', save('program.c')],
              options,
            ),
            execFileSync(join(folder, 'program'), options));
    return printed.trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
