/**
 * What the program was started with: what to open, its home, whether it stays in the tray. Chromium adds options of
 * its own to the arguments of a second start, so options that are not ours are passed over and never taken for paths. Or a call of the command line.
 */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parsePeerLink } from '../../shared/model/peer-link.ts';
import { callMarker, callWords } from '../host/command-names.ts';
import type { Opening } from '../host/opening.ts';

export interface StartRequest {
  readonly openings: readonly Opening[];
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

/** What launchers and AppImages put in front for Chromium. */
const runtimeOptions: ReadonlySet<string> = new Set(['--no-sandbox', '--ozone-platform=headless']);

/** What the command line is called with; undefined where a window is meant. */
export const commandLineCall = (args: readonly string[]): readonly string[] | undefined => {
  const start = args.findIndex((argument) => !runtimeOptions.has(argument));
  const [first, ...rest] = start < 0 ? [] : args.slice(start);
  if (first === undefined) return undefined;
  if (first === callMarker) return rest[0] === '--' ? rest.slice(1) : rest;
  return callWords.includes(first) ? [first, ...rest] : undefined;
};

/** @param folder what relative paths are relative to */
export const startRequest = (args: readonly string[], folder: string): StartRequest => {
  const openings: Opening[] = [];
  const values = new Map<string, string>();
  let isHidden = false;
  let purpose: 'send' | 'share' | undefined;
  let onlyPaths = false;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] as string;
    if (onlyPaths || !argument.startsWith('-')) {
      const opening = openingOf(argument, folder);
      if (opening === undefined) continue;
      openings.push('path' in opening && purpose !== undefined ? { ...opening, purpose } : opening);
      continue;
    }
    if (argument === '--') onlyPaths = true;
    if (argument === '--hidden') isHidden = true;
    // For what follows: "Send with Hexdrop" of a folder must not share it.
    if (argument === '--send') purpose = 'send';
    if (argument === '--share') purpose = 'share';
    const [option = '', ...rest] = argument.split('=');
    if (!optionsWithValue.has(option)) continue;
    if (rest.length === 0) index += 1;
    values.set(option, rest.length === 0 ? (args[index] ?? '') : rest.join('='));
  }
  const home = values.get('--home') ?? '';
  const host = values.get('--host') ?? '';
  const port = values.get('--port') ?? '';
  return {
    openings,
    isHidden,
    ...(home === '' ? {} : { home: resolve(folder, home) }),
    overrides: {
      ...(host === '' ? {} : { host }),
      ...(/^\d{1,5}$/.test(port) && Number(port) <= 65_535 ? { port: Number(port) } : {}),
    },
  };
};

/** File managers hand over paths or file:// URLs, browsers hexdrop:// links. Other URLs, and files of other machines, name nothing here. */
const openingOf = (argument: string, folder: string): Opening | undefined => {
  if (argument === '') return undefined;
  if (/^file:/i.test(argument)) {
    try {
      return { path: fileURLToPath(argument) };
    } catch {
      return undefined;
    }
  }
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(argument)) {
    return parsePeerLink(argument) === undefined ? undefined : { link: argument };
  }
  return { path: resolve(folder, argument) };
};
