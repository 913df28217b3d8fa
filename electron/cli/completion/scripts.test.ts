import { describe, expect, it } from 'vitest';

import { commands } from '../call/commands.ts';
import { optionTable } from '../call/options.ts';
import { manualPage } from '../call/manual.ts';
import { completionScripts } from './scripts.ts';

/** As fish writes them: "-l to". */
const flagForms = (flag: string): readonly string[] => [`--${flag}`, `-l ${flag}`];

describe.each(Object.entries(completionScripts))('the script for %s', (_shell, script) => {
  it('knows every command and every option of the tables', () => {
    const text = script();
    for (const { name } of commands) expect(text).toContain(name);
    for (const { flag } of Object.values(optionTable))
      expect(flagForms(flag).some((form) => text.includes(form))).toBe(true);
  });

  it('asks for devices where a device is meant', () => {
    expect(script()).toContain('hexdrop completion devices');
  });
});

describe('the manual page', () => {
  it('tells every command, option, and exit code', () => {
    const page = manualPage('1.2.3').replaceAll('\\-', '-');
    for (const { name } of commands) expect(page).toContain(`.SS "hexdrop ${name} `);
    for (const { flag } of Object.values(optionTable)) expect(page).toContain(`--${flag}`);
    expect(page).toContain('130\\fR\ninterrupted');
  });

  it('has no line of text that would be read as a request', () => {
    const requests = new Set(
      [...manualPage('1.2.3').matchAll(/^[.'](\S*)/gm)].map(([, request = '']) => request),
    );
    expect([...requests].toSorted()).toEqual(
      ['\\"', 'B', 'BR', 'I', 'PP', 'RI', 'SH', 'SS', 'TH', 'TP', 'fi', 'nf'].toSorted(),
    );
  });
});
