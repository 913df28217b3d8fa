/**
 * The desktop program with its page from Vite: what a plugin of rolldown changes in the bundle that `npm run dev` makes. The
 * sources know nothing of it, and no build but this one has it.
 */

import type { Plugin } from 'rolldown';

/** Replaces one place, and complains when the source has changed so that there is none. */
const replaced = (code: string, place: string, by: string): string => {
  if (code.split(place).length !== 2) throw new Error(`npm run dev finds no single place for: ${place}`);
  return code.replace(place, by);
};

/**
 * @param origin of Vite, http://127.0.0.1:port
 * @param nonce that Vite gives to the scripts and styles that it puts into the page
 */
export function pageFromVite(origin: string, nonce: string): Plugin {
  const socket = origin.replace(/^http/u, 'ws');
  return {
    name: 'hexdrop-page-from-vite',
    transform(code, id) {
      const path = id.replaceAll('\\', '/');
      if (path.endsWith('/electron/desktop/app-files.ts')) {
        let served = replaced(code, `"script-src 'self'"`, `"script-src 'self' 'nonce-${nonce}'"`);
        served = replaced(served, `"style-src 'self'"`, `"style-src 'self' 'nonce-${nonce}'"`);
        served = replaced(served, `"connect-src 'none'"`, `"connect-src 'self' ${socket}"`);
        return replaced(
          served,
          `  const parts = partsOf(request.url);`,
          `  const given = await fetch(request.url.replace(pageOrigin, ${JSON.stringify(origin)}));
  const givenType = given.headers.get('content-type') ?? 'text/plain';
  if (given.status !== 404) return new Response(given.body, { status: given.status, headers: { ...headers, 'Content-Type': givenType } });
  const parts = partsOf(request.url);`,
        );
      }
      if (path.endsWith('/electron/desktop/security.ts')) {
        return replaced(
          code,
          `(_details, answer) =>\n    answer({ cancel: true }),`,
          `(details, answer) =>\n    answer({ cancel: !details.url.startsWith(${JSON.stringify(`${socket}/`)}) }),`,
        );
      }
      return undefined;
    },
  };
}
