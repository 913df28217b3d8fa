/**
 * Answers requests for app://hexdrop/ from one folder: files of known types under names that stay in it, each with the
 * content security policy. No Electron in here; app-protocol.ts registers it.
 */

import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { pageOrigin } from './page.ts';

/** A module script of a wrong type is not run; what is not in this list is not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Scripts, styles and pictures of our own; `blob:` for pictures that the page makes of bytes; no network at all. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "connect-src 'none'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "webrtc 'block'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

const refused = (status: number, reason: string): Response =>
  new Response(reason, { status, headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' } });

/** @param folder absolute: dist/renderer */
export async function serveAppFile(
  folder: string,
  request: { url: string; method: string },
): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refused(405, 'Only GET and HEAD.');
  const parts = partsOf(request.url);
  if (parts === undefined) return refused(400, 'No such address.');
  const name = parts.length === 0 ? ['index.html'] : parts;
  const type = contentTypes[extname(name.at(-1) as string).toLowerCase()];
  if (type === undefined) return refused(404, 'No such file.');
  try {
    const content = await readFile(join(folder, ...name));
    const body = request.method === 'HEAD' ? null : new Uint8Array(content);
    return new Response(body, { status: 200, headers: { ...headers, 'Content-Type': type } });
  } catch {
    return refused(404, 'No such file.');
  }
}

/**
 * The path's components, decoded once; undefined for what is not a plain path under our origin. Each must be a plain
 * name: the build makes no others, so nothing else needs to be understood.
 */
function partsOf(url: string): readonly string[] | undefined {
  if (!url.startsWith(`${pageOrigin}/`)) return undefined;
  const [path = ''] = url.slice(pageOrigin.length + 1).split(/[?#]/, 1);
  if (path === '') return [];
  const parts = path.split('/');
  return parts.every((part) => /^[\w-][\w.-]*$/.test(part)) ? parts : undefined;
}
