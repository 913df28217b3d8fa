// What is moved: content that neither compresses nor repeats, the same in every run.

import { createCipheriv } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const pieceBytes = 2 ** 20;
export const smallFileBytes = 4096;
const filesAFolder = 100;

function contentSource(): (bytes: number) => Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'hexdrop'), Buffer.alloc(16));
  return (bytes) => cipher.update(Buffer.alloc(bytes));
}

export function writeLargeFile(path: string, bytes: number): void {
  const next = contentSource();
  const file = openSync(path, 'wx');
  for (let written = 0; written < bytes; written += pieceBytes) {
    writeSync(file, next(Math.min(pieceBytes, bytes - written)));
  }
  closeSync(file);
}

export function writeTree(path: string, files: number, fileBytes = smallFileBytes): void {
  const next = contentSource();
  for (let index = 0; index < files; index += 1) {
    const folder = join(path, `folder-${String(Math.floor(index / filesAFolder)).padStart(4, '0')}`);
    if (index % filesAFolder === 0) {
      mkdirSync(folder, { recursive: true });
    }
    writeFileSync(join(folder, `file-${String(index).padStart(6, '0')}.bin`), next(fileBytes));
  }
}

/** The files below a folder, as paths relative to it. */
export function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

export interface Size {
  readonly files: number;
  readonly bytes: number;
}

/** Of a file, or of all files below a folder. */
export function sizeOf(path: string): Size {
  const stats = statSync(path);
  if (!stats.isDirectory()) {
    return { files: 1, bytes: stats.size };
  }
  const files = listFiles(path);
  return {
    files: files.length,
    bytes: files.reduce((bytes, file) => bytes + statSync(join(path, file)).size, 0),
  };
}
