/** Registers app://, the scheme that the window's page comes from. */

import { protocol } from 'electron';

import { serveAppFile } from './app-files.ts';
import { scheme } from './page.ts';

/** Must be called before the program is ready. A standard scheme has an origin, so that `'self'` means something. */
export const registerAppScheme = (): void => {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
};

/** @param folder absolute: dist/renderer */
export const serveApp = (folder: string): void => {
  protocol.handle(scheme, (request) => serveAppFile(folder, request));
};
