/** Starting with the session on Linux desktops: an entry in XDG's autostart folder. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HexdropError } from '../../shared/errors/errors.ts';
import { requiredUserHome } from './user.ts';

export interface AutostartOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `hexdrop.desktop` */
  readonly fileName: string;
  readonly comment: string;
  /** The words that start the program. */
  readonly command: readonly string[];
}

/** @throws HexdropError when the entry cannot be written */
export const setAutostart = ({ env, fileName, comment, command }: AutostartOptions, on: boolean): void => {
  const config = env['XDG_CONFIG_HOME'];
  const folder = join(
    config === undefined || config === '' ? join(requiredUserHome(), '.config') : config,
    'autostart',
  );
  const path = join(folder, fileName);
  try {
    if (!on) return rmSync(path, { force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, autostartEntry(comment, command));
  } catch (thrown) {
    if (thrown instanceof HexdropError) throw thrown;
    throw new HexdropError('write-failed', `${path} cannot be changed.`, { cause: thrown });
  }
};

/** Desktop Entry Specification, "The Exec key": quoted as for a shell, then escaped as a string, `%` doubled. */
export const autostartEntry = (comment: string, command: readonly string[]): string => {
  if (command.some((word) => /[\r\n\0]/.test(word))) {
    throw new HexdropError(
      'not-supported',
      'A program whose path has a line break cannot start with the system.',
    );
  }
  const exec = command
    .map((word) =>
      `"${word.replace(/["`$\\]/g, String.raw`\$&`)}"`.replaceAll('\\', '\\\\').replaceAll('%', '%%'),
    )
    .join(' ');
  return `[Desktop Entry]
Type=Application
Name=Hexdrop
Comment=${comment}
Exec=${exec}
Terminal=false
X-GNOME-Autostart-enabled=true
`;
};
