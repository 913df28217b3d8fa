/** The entries for file managers of Linux, judged by freedesktop.org's own tool where the format is theirs. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { config, fileManagerEntries } from '../../build/packaging/config.ts';
import { root } from '../desktop/desktop-app.ts';
import { needs } from '../support/needs.ts';

const validate = needs('desktop-file-validate', 'the entries for file managers are valid desktop files');
const folder = join(root, 'build/packaging/linux');
const names = readdirSync(folder);

describe('the entries for file managers', () => {
  it('are all packed, each into the place where its file manager looks', () => {
    expect(fileManagerEntries.map((argument) => argument.slice(0, argument.indexOf('='))).toSorted()).toEqual(
      names.map((name) => join(folder, name)).toSorted(),
    );
    for (const { fpm } of [config.deb, config.rpm])
      expect(fpm).toEqual(expect.arrayContaining(fileManagerEntries));
  });

  it.each(names)('%s starts the program with a purpose, and has a Chinese name', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [line] of text.matchAll(/^Exec=.*$/gm))
      expect(line).toMatch(/^Exec=hexdrop --(?:send|share) %F$/);
    expect(text).toMatch(/^(?:Name|Comment)\[zh_CN\]=/m);
  });

  // A service menu is of KDE's own type, which the tool of freedesktop.org does not know.
  it.skipIf(!validate.available).each(names.filter((name) => name.startsWith('thunar')))(
    '%s is a valid desktop file',
    (name) => {
      const judged = spawnSync(validate.path, [join(folder, name)], { encoding: 'utf8' });
      expect([judged.status, judged.stdout]).toEqual([0, '']);
    },
  );
});
