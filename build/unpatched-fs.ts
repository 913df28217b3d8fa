/**
 * Electron replaces the functions of `fs` by its own, which take every file called `*.asar` for a folder, so that a program
 * reads what is packed with it (https://www.electronjs.org/docs/latest/tutorial/asar-archives). Among the files that
 * people move such a name is a file like any other: code that touches them is bundled with `original-fs`, which Electron
 * has beside it. What reads the program's own files, from within its archive, keeps `fs`.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';

const modules = ['node:fs', 'node:fs/promises'] as const;
type ModuleName = (typeof modules)[number];

const root = join(import.meta.dirname, '..');
const handlesPeoplesFiles = /[\\/]electron[\\/](?:base|engine|host|cli)[\\/]/;
/** Reads the program's own files, or is needed before it is known whether there will be others. */
const readsOwnFiles =
  /[\\/](?:wireshark|hang-up|capture-thread)\.ts$|[\\/]cli[\\/](?:start[\\/].*|hexdrop|embedded|process-world)\.ts$/;

/** The chunk of the engine takes in whatever lies in a folder of this name (rolldown.config.ts). */
const idOf = (name: ModuleName): string => `\0/electron/${name.replace('node:', '')}`;

export const unpatchedFs = (): Plugin => ({
  name: 'unpatched-fs',
  resolveId(source, importer) {
    const name = modules.find((one) => one === source);
    if (name === undefined) return null;
    const isReplaced =
      importer !== undefined && handlesPeoplesFiles.test(importer) && !readsOwnFiles.test(importer);
    return isReplaced ? idOf(name) : { id: name, external: true };
  },
  load(id) {
    const name = modules.find((one) => idOf(one) === id);
    return name === undefined ? null : moduleText(name);
  },
});

/** Outside of Electron there is one `fs`, and no archive that it could take a file for. */
const moduleText = (name: ModuleName): string => `
import * as given from '${name}';
const fs = process.versions.electron === undefined
  ? given
  : (process.getBuiltinModule?.('${name.replace('node:fs', 'original-fs')}') ?? given);
${importedNames(name)
  .map((one) => `export const ${one} = fs.${one};`)
  .join('\n')}
`;

/** Only what is imported somewhere: asking for a name that is out of use makes newer Nodes warn. */
const importedNames = (name: ModuleName): readonly string[] => {
  const found = new Set<string>();
  const imports = new RegExp(`^import \\{([^}]*)\\} from '${name}';`, 'gmu');
  const files = readdirSync(join(root, 'electron'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((path) => path.endsWith('.ts'))) {
    for (const [, names = ''] of readFileSync(join(root, 'electron', file), 'utf8').matchAll(imports))
      for (const one of names.split(',').map((text) => text.trim()))
        if (one !== '' && !one.startsWith('type ')) found.add(one.split(' as ')[0] as string);
  }
  return [...found].toSorted();
};
