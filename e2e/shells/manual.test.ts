/** The manual page, read by the programs that show it. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { commands, optionsOf } from '../../electron/cli/call/commands.ts';
import { manualPage } from '../../electron/cli/call/manual.ts';
import { optionTable, optionUsage } from '../../electron/cli/call/options.ts';
import { needs } from '../support/needs.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld('file');

const utf8 = { LC_ALL: 'C.UTF-8', MANWIDTH: '200' };
const judged = (program: string, args: readonly string[]): string => {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...utf8 } });
  return stderr + stdout;
};

describe('the manual page', () => {
  let page = '';
  beforeAll(() => {
    page = join(world.path, 'hexdrop.1');
    writeFileSync(page, manualPage(manifest.version));
  });

  it('is ASCII whatever the tables say: groff takes its input for Latin-1 where nobody tells it otherwise', () => {
    const inTables = JSON.stringify(commands).match(/[^\p{ASCII}]/gu) ?? [];
    expect(inTables.length).toBeGreaterThan(0);
    expect(manualPage(manifest.version)).toMatch(/^\p{ASCII}*$/u);
    expect(manualPage(manifest.version)).toContain('\\[u2026]');
  });

  const groff = needs('groff', 'groff sets the manual page without a warning');
  it.skipIf(!groff.available)('is set by groff without a warning', () => {
    expect(judged(groff.path, ['-man', '-ww', '-z', '-Tutf8', page])).toBe('');
  });

  const mandoc = needs('mandoc', 'mandoc reads the manual page without a warning');
  it.skipIf(!mandoc.available)(
    'is read by mandoc without a warning, but for the date that it leaves out',
    () => {
      const told = judged(mandoc.path, ['-Tlint', '-Wwarning', page]).split('\n');
      expect(told.filter((line) => line !== '' && !line.includes('missing date'))).toEqual([]);
    },
  );

  const man = needs('man', 'man shows every command and option');
  it.skipIf(!man.available)(
    'is shown by man with every command, option and example, as they are typed',
    () => {
      const shown = judged(man.path, ['--warnings', '--no-hyphenation', '-P', 'cat', '-l', page])
        // eslint-disable-next-line no-control-regex -- a character struck over itself is bold
        .replaceAll(/.\u0008/gu, '');
      expect(shown).not.toContain('warning');
      for (const command of commands) {
        const start = shown.indexOf(`   hexdrop ${command.name} `);
        expect(start).toBeGreaterThan(0);
        for (const option of command.options)
          expect(shown.indexOf(`       ${optionUsage(optionTable[option])}`, start)).toBeGreaterThan(start);
        for (const example of command.examples) expect(shown).toContain(example);
      }
      for (const option of optionsOf(commands[0] as (typeof commands)[number]))
        expect(shown).toContain(`--${optionTable[option].flag}`);
    },
  );
});
