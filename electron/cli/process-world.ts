/** The World of the real process. Looks at nothing before it is asked for: start-up time counts. */

import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { onEndSignal } from '../host/hang-up.ts';
import type { UiProgram } from '../host/ui-program.ts';
import { requiredUserHome } from '../host/user.ts';
import type { NetworkAddress, World } from './world.ts';

const addresses = (): readonly NetworkAddress[] =>
  Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map(({ address, family, internal }) => ({ address, family, internal })),
  );

export interface ProcessOptions {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  /** That of the entry in dist/cli: only an entry knows where it comes to lie. */
  readonly folder: string;
  /** What starts this program again. */
  readonly startCommand: readonly string[];
  /** Electron on Windows is no program of a console: what comes on standard input does not reach it. */
  readonly hasStandardInput: boolean;
}

const noStandardInput: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({
    next: async () => {
      const { HexdropError } = await import('../../shared/errors/errors.ts');
      throw new HexdropError(
        'usage',
        'On Windows standard input does not reach the desktop program. Name a file instead, or use the command line of the npm package.',
      );
    },
  }),
};

export const processWorld = ({ argv, folder, startCommand, hasStandardInput }: ProcessOptions): World => ({
  argv,
  env: process.env,
  platform: process.platform,
  get stdin() {
    return process.stdin;
  },
  standardInputBytes: () => (hasStandardInput ? process.stdin : noStandardInput),
  get stdout() {
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
  version: manifest.version,
  homeDirectory: requiredUserHome,
  networkAddresses: addresses,
  createEngine: async (options) => {
    const { createEngine } = await import('../engine/engine.ts');
    return createEngine(options);
  },
  startDiscovery: async (options) => {
    const { startDiscovery } = await import('../engine/discovery.ts');
    return startDiscovery(options);
  },
  knowsHost: async (name, signal) => {
    const { knowsHost } = await import('../engine/discovery.ts');
    return knowsHost(name, signal);
  },
  // Another shell, which the command line does not import: a program of its own beside this one in dist.
  loadUi: () => import(pathToFileURL(join(folder, '../headless/ui.js')).href) as Promise<UiProgram>,
  startCommand,
  onSignal: onEndSignal,
  exitNow: (code) => process.exit(code),
});
