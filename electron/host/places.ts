/** Where people start to look for files on this machine: home, the usual folders, drives. Only what is there. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { PlaceKind } from '../../shared/model/local.ts';
import { userHome, userName } from './user.ts';

export interface FoundPlace {
  readonly kind: PlaceKind;
  readonly path: string;
  readonly name: string;
}

type UserFolder = 'desktop' | 'documents' | 'downloads' | 'pictures';

const userFolders: Readonly<Record<UserFolder, { readonly xdg: string; readonly name: string }>> = {
  desktop: { xdg: 'XDG_DESKTOP_DIR', name: 'Desktop' },
  documents: { xdg: 'XDG_DOCUMENTS_DIR', name: 'Documents' },
  downloads: { xdg: 'XDG_DOWNLOAD_DIR', name: 'Downloads' },
  pictures: { xdg: 'XDG_PICTURES_DIR', name: 'Pictures' },
};

/** Linux lets people move and rename these folders; the file that says so is of the form `XDG_X_DIR="$HOME/..."`. */
const xdgFolder = (name: string, home: string): string | undefined => {
  if (process.platform === 'win32' || process.platform === 'darwin') return undefined;
  const config = process.env['XDG_CONFIG_HOME'] ?? join(home, '.config');
  try {
    const text = readFileSync(join(config, 'user-dirs.dirs'), 'utf8');
    const value = new RegExp(`^${name}="([^"]*)"`, 'mu').exec(text)?.[1];
    const path = value?.replace(/^\$HOME/u, home).replace(/\/+$/u, '');
    return path === undefined || path === home || !path.startsWith('/') ? undefined : path;
  } catch {
    return undefined;
  }
};

const userFolder = (kind: UserFolder, home: string): string => {
  const { xdg, name } = userFolders[kind];
  return xdgFolder(xdg, home) ?? join(home, name);
};

/** Where received files go as long as nobody chose another folder. @param otherwise for a user without a home */
export const usualDownloads = (otherwise: string, home: string | undefined = userHome()): string =>
  userFolder('downloads', home ?? otherwise);

export function findPlaces(
  downloadDir: string,
  home: string | undefined = userHome(),
): readonly FoundPlace[] {
  const kinds: readonly UserFolder[] = ['desktop', 'documents', 'downloads', 'pictures'];
  const ofUser =
    home === undefined
      ? []
      : [
          { kind: 'home' as const, path: home, name: userName() },
          ...kinds.map((kind) => ({ kind, path: userFolder(kind, home), name: userFolders[kind].name })),
        ];
  const all: readonly FoundPlace[] = [
    ...ofUser,
    { kind: 'received', path: downloadDir, name: 'Received' },
    ...drives(),
  ];
  const seen = new Set<string>();
  return all.filter(({ kind, path }) => {
    if (!isFolder(path)) return false;
    // The downloads may be where received files go: one place, and its more telling name.
    if (kind === 'downloads' && path === downloadDir) return false;
    return !seen.has(path) && seen.add(path);
  });
}

function drives(): readonly FoundPlace[] {
  if (process.platform === 'win32') {
    return Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => `${letter}:\\`)
      .filter((path) => existsSync(path))
      .map((path) => ({ kind: 'drive', path, name: path.slice(0, 2) }));
  }
  const username = userName();
  const folders =
    process.platform === 'darwin' ? ['/Volumes'] : [`/media/${username}`, `/run/media/${username}`, '/mnt'];
  return [
    { kind: 'root', path: '/', name: '/' },
    ...folders.flatMap((folder) =>
      namesIn(folder).map((name) => ({ kind: 'drive' as const, path: join(folder, name), name })),
    ),
  ];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).slice(0, 20);
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
