/**
 * The built page, read once when the program starts and served from memory: no request ever becomes a path of the disk,
 * and a page that is open never gets files of a newer build. It is about a megabyte.
 */

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

import { HexdropError } from '../../shared/errors/errors.ts';

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
  /** Its name has a digest of its content in it. */
  readonly isImmutable: boolean;
}

/** By path below the page's folder, with `/`: `index.html`, `assets/index-3f2a.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

export const indexName = 'index.html';

/** What a build makes. Anything else is not served, since browsers guess about what they are not told. */
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** @throws HexdropError file-vanished when the page was not built */
export const readPageFiles = (folder: string): PageFiles => {
  const files = new Map<string, PageFile>();
  for (const name of namesIn(folder)) {
    const type = types[extname(name).toLowerCase()];
    if (type === undefined) continue;
    const bytes = readFileSync(join(folder, name));
    const urlName = name.replaceAll(sep, '/');
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
    files.set(urlName, { type, bytes, etag, isImmutable: /^assets\/.+-[\w-]{8}\.\w+$/.test(urlName) });
  }
  if (files.has(indexName)) return files;
  throw new HexdropError('file-vanished', `The page is not built: ${folder} has no ${indexName}.`);
};

/** Regular files only; links are not followed. */
const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
};
