import { existsSync } from 'node:fs';
import { describe } from 'vitest';

import { findDesktopRuntime } from '../../electron/cli/desktop-runtime.ts';
import { lacking } from '../support/needs.ts';
import { launchReal, root } from './desktop-app.ts';
import { desktopJourneys } from './journeys.ts';

const proves = 'the desktop program runs on a real Electron: sandbox, native menus, MessagePorts';
// As root it is started without its sandbox; people are not offered that.
const runtime = findDesktopRuntime({
  root,
  env: process.env,
  platform: process.platform,
  userId: undefined,
  exists: existsSync,
});
const need = runtime.kind === 'ready' ? { available: true } : lacking(proves, runtime.reason);

describe.skipIf(!need.available)('with a real runtime', () => {
  desktopJourneys('Electron', (options) => {
    if (runtime.kind !== 'ready') throw new Error(runtime.reason);
    return launchReal(runtime.executable, options);
  });
});
