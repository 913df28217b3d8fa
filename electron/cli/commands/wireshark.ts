/** `hexdrop wireshark`: says where Wireshark keeps what a person adds, and with --install puts our dissector there. */

import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { HexdropError } from '../../../shared/errors/errors.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { exitDone } from '../exit-codes.ts';
import type { World } from '../world.ts';

/** Where what is installed comes from: beside the bundle, or in the sources. */
const places = ['../wireshark', '../../wireshark', '../../../build/wireshark'];

const profileName = 'Hexdrop';

interface Installation {
  readonly plugins: string;
  readonly profile: string;
}

/**
 * The personal folders of Wireshark 4: "Personal Lua Plugins" and "Personal configuration" of Help, About, Folders; the
 * order of the latter as `tshark -G folders` tells it under each of these surroundings.
 * Source: the Wireshark User's Guide, appendix B.
 */
export function installationFor(
  world: Pick<World, 'platform' | 'env' | 'homeDirectory'>,
  exists: (path: string) => boolean = existsSync,
): Installation {
  const { platform, env } = world;
  const named = env['WIRESHARK_CONFIG_DIR'];
  const profileIn = (base: string): string => join(base, 'profiles', profileName);
  if (platform === 'win32') {
    const roaming = env['APPDATA'] ?? join(world.homeDirectory(), 'AppData', 'Roaming');
    const base = named ?? env['WIRESHARK_APPDATA'] ?? join(roaming, 'Wireshark');
    return { plugins: join(base, 'plugins'), profile: profileIn(base) };
  }
  const home = world.homeDirectory();
  const usual = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'wireshark');
  const former = join(home, '.wireshark');
  const base = named ?? (!exists(usual) && exists(former) ? former : usual);
  return { plugins: join(home, '.local', 'lib', 'wireshark', 'plugins'), profile: profileIn(base) };
}

function shippedFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = places
    .map((place) => join(here, place))
    .find((path) => existsSync(join(path, 'hexdrop.lua')));
  if (found !== undefined) return found;
  throw new HexdropError('file-vanished', 'The dissector is not there: build the program anew.');
}

function copy(from: string, to: string): void {
  try {
    mkdirSync(dirname(to), { recursive: true });
    copyTree(from, to);
  } catch (thrown) {
    const { message } = thrown as Error;
    throw new HexdropError('write-failed', `"${to}" could not be written: ${message}.`, { cause: thrown });
  }
}

/** The desktop program has the files in its archive, which Electron opens to these calls, and to `cpSync` not. */
function copyTree(from: string, to: string): void {
  if (!statSync(from).isDirectory()) return writeFileSync(to, readFileSync(from));
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) copyTree(join(from, name), join(to, name));
}

export const run = (call: CommandCall, { world, output }: CommandContext): Promise<number> => {
  const source = shippedFolder();
  const { plugins, profile } = installationFor(world);
  const dissector = join(plugins, 'hexdrop.lua');
  const isInstalled = call.options.install === true;
  if (isInstalled) {
    copy(join(source, 'hexdrop.lua'), dissector);
    copy(join(source, 'profile'), profile);
  }
  output.event({ event: isInstalled ? 'installed' : 'places', dissector, profile });
  output.result(`${isInstalled ? 'Installed' : 'The dissector goes to'} ${dissector}`);
  output.result(`${isInstalled ? 'Installed' : 'The profile goes to'} ${profile}`);
  output.note(
    isInstalled
      ? 'Start Wireshark anew, or press Ctrl+Shift+L in it; the profile is chosen at the right of its status bar.'
      : 'Nothing was changed. "hexdrop wireshark --install" puts them there.',
  );
  return Promise.resolve(exitDone);
};
