/** What can be shown of a file without downloading it, and reading it by ranges. */

import type { Client } from '../../../shared/ipc/client.ts';
import { pinFor, type RemotePlace } from './place.ts';

export type PreviewKind = 'picture' | 'text' | 'bytes';

/** Larger pictures are fetched by downloading them. */
export const mostPictureBytes = 24_000_000;
export const mostTextBytes = 262_144;
export const shownBytes = 512;
const rangeBytes = 1_048_576;

/** What browsers draw. SVG is a document that may hold more than a picture: it is shown as text. */
const pictures: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
};

const texts = new Set(
  'txt md markdown log csv tsv json jsonl xml svg html htm css js mjs cjs ts tsx jsx py rb rs go c h cc cpp hpp java kt swift sh bash zsh fish ps1 bat yml yaml toml ini cfg conf env sql tex srt vtt lua diff patch gitignore'.split(
    ' ',
  ),
);

const extensionOf = (name: string): string =>
  name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : '';

export const pictureTypeOf = (name: string): string | undefined => pictures[extensionOf(name)];

export const previewKindOf = (name: string, size: number): PreviewKind => {
  if (pictureTypeOf(name) !== undefined && size <= mostPictureBytes) return 'picture';
  return texts.has(extensionOf(name)) || extensionOf(name) === '' ? 'text' : 'bytes';
};

/** The first `most` bytes, in ranges of a megabyte. */
export const readStart = async (
  client: Client,
  place: RemotePlace,
  path: string,
  most: number,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const { value, bytes } = await client.callForBytes(
      'remote.read',
      { at: place.at, path, offset: at, length: Math.min(rangeBytes, most - at), ...pinFor(place) },
      { signal },
    );
    parts.push(bytes);
    at += bytes.length;
    if (bytes.length === 0 || at >= Math.min(value.size, most)) break;
  }
  const whole = new Uint8Array(at);
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  return whole;
};

/** As text where it is UTF-8 without control characters; a character that the end cuts is left out. */
export const textOf = (bytes: Uint8Array): string | undefined => {
  for (let cut = 0; cut < 4; cut += 1) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytes.length - cut));
      // oxlint-disable-next-line no-control-regex
      return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/u.test(text) ? undefined : text;
    } catch {
      // Perhaps the last character is only cut.
    }
  }
  return undefined;
};

/** Lines of a hex dump: offset, sixteen bytes in two groups, characters. */
export const dumpOf = (bytes: Uint8Array): readonly string[] =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
    const line = bytes.subarray(row * 16, row * 16 + 16);
    const hex = Array.from(line, (byte) => byte.toString(16).padStart(2, '0'));
    const groups = [hex.slice(0, 8).join(' '), hex.slice(8).join(' ')].map((group) => group.padEnd(23));
    const characters = Array.from(line, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    return `${(row * 16).toString(16).padStart(8, '0')}  ${groups.join('  ')}  ${characters}`;
  });
