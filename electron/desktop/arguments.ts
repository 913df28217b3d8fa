/**
 * What the program was started with: paths to open, its home, whether it stays in the tray. Chromium adds options of
 * its own to the arguments of a second start, so options that are not ours are passed over and never taken for paths.
 */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface StartRequest {
  /** Absolute. */
  readonly paths: readonly string[];
  readonly home?: string;
  /** Started with the system: no window until somebody asks for one. */
  readonly isHidden: boolean;
  /** In place of what settings say, for this run. */
  readonly overrides: { readonly host?: string; readonly port?: number };
}

/** The program's own part of the command line. With `electron <app>` the app's path and options before it are not. */
export const ownArguments = (argv: readonly string[], isDefaultApp: boolean): readonly string[] => {
  const rest = argv.slice(1);
  if (!isDefaultApp) return rest;
  const app = rest.findIndex((argument) => !argument.startsWith('-'));
  return app < 0 ? [] : rest.slice(app + 1);
};

const optionsWithValue: ReadonlySet<string> = new Set(['--home', '--host', '--port']);

/** @param folder what relative paths are relative to */
export const startRequest = (args: readonly string[], folder: string): StartRequest => {
  const paths: string[] = [];
  const values = new Map<string, string>();
  let isHidden = false;
  let onlyPaths = false;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] as string;
    if (onlyPaths || !argument.startsWith('-')) {
      const path = localPath(argument, folder);
      if (path !== undefined) paths.push(path);
      continue;
    }
    if (argument === '--') onlyPaths = true;
    if (argument === '--hidden') isHidden = true;
    const [option = '', ...rest] = argument.split('=');
    if (!optionsWithValue.has(option)) continue;
    if (rest.length === 0) index += 1;
    values.set(option, rest.length === 0 ? (args[index] ?? '') : rest.join('='));
  }
  const home = values.get('--home') ?? '';
  const host = values.get('--host') ?? '';
  const port = values.get('--port') ?? '';
  return {
    paths,
    isHidden,
    ...(home === '' ? {} : { home: resolve(folder, home) }),
    overrides: {
      ...(host === '' ? {} : { host }),
      ...(/^\d{1,5}$/.test(port) && Number(port) <= 65_535 ? { port: Number(port) } : {}),
    },
  };
};

/** File managers hand over paths or file:// URLs. Other URLs, and those of other machines, name nothing here. */
const localPath = (argument: string, folder: string): string | undefined => {
  if (argument === '') return undefined;
  if (/^file:/i.test(argument)) {
    try {
      return fileURLToPath(argument);
    } catch {
      return undefined;
    }
  }
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(argument)) return undefined;
  return resolve(folder, argument);
};
