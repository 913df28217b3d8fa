/** The entries for file managers of Linux, judged by freedesktop.org's own tool where the format is theirs. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { config, fileManagerEntries } from '../../build/packaging/config.ts';
import { root } from '../desktop/desktop-app.ts';
import manifest from '../../package.json' with { type: 'json' };
import { needs } from '../support/needs.ts';
import { useWorld } from '../support/world.ts';

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
  it.skipIf(!validate.available).each(names.filter((name) => /^(?:gnome|thunar).*\.desktop$/.test(name)))(
    '%s is a valid desktop file',
    (name) => {
      const judged = spawnSync(validate.path, [join(folder, name)], { encoding: 'utf8' });
      expect([judged.status, judged.stdout]).toEqual([0, '']);
    },
  );
});

/** The part of electron-builder that writes the menu entry; its packages differ in what they start. */
interface EntryWriter {
  computeDesktopEntry(options: object): Promise<string>;
}
const load = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const { LinuxTargetHelper } = load('app-builder-lib/out/targets/LinuxTargetHelper.js') as {
  LinuxTargetHelper: new (packager: object) => EntryWriter;
};
const { default: AppImageTarget } = load('app-builder-lib/out/targets/appimage/AppImageTarget.js') as {
  default: new (
    name: string,
    packager: object,
    helper: EntryWriter,
    output: string,
  ) => { readonly desktopEntry: { readonly value: Promise<string> } };
};

describe('the menu entry that electron-builder writes', () => {
  const world = useWorld();
  const packager = {
    config,
    platformSpecificBuildOptions: config.linux,
    fileAssociations: [],
    executableName: config.linux.executableName,
    appInfo: {
      productName: config.productName,
      sanitizedProductName: config.productName,
      description: manifest.description,
      buildVersion: manifest.version,
    },
    info: { metadata: { desktopName: 'hexdrop.desktop' } },
  };
  const entry = (kind: 'deb' | 'rpm'): Promise<string> => {
    const options = structuredClone({ ...config.linux, ...config[kind] });
    return new LinuxTargetHelper(packager).computeDesktopEntry(options);
  };
  const appImageEntry = (): Promise<string> =>
    new AppImageTarget('AppImage', packager, new LinuxTargetHelper(packager), world.path).desktopEntry.value;

  it.skipIf(!validate.available).each([
    ['deb', () => entry('deb')],
    ['rpm', () => entry('rpm')],
    ['AppImage', appImageEntry],
  ] as const)('of the %s is a valid desktop file without a hint', async (_, write) => {
    const file = join(world.path, 'hexdrop.desktop');
    writeFileSync(file, await write());
    const judged = spawnSync(validate.path, [file], { encoding: 'utf8' });
    expect([judged.status, judged.stdout]).toEqual([0, '']);
  });

  it('takes folders, links and files, and says what it is in Chinese', async () => {
    const text = await entry('deb');
    expect(text).toContain('Exec=/opt/Hexdrop/hexdrop %U\n');
    expect(text).toContain('MimeType=inode/directory;x-scheme-handler/hexdrop;\n');
    expect(text).toContain('GenericName[zh_CN]=文件传输\n');
  });

  it('is given a list of types that no other package has', () => {
    const lists = [config.appImage, config.deb, config.rpm].map(({ mimeTypes }) => mimeTypes);
    expect(new Set(lists).size).toBe(lists.length);
  });

  it('of the AppImage leaves the sandbox on', async () => {
    const text = await appImageEntry();
    expect(text).toContain('Exec=AppRun %U\n');
  });
});
