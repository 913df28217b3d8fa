import { describe } from 'vitest';

import { findDesktopRuntime, machineFiles } from '../../electron/cli/start/desktop-runtime.ts';
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
  ...machineFiles,
});
const missing =
  runtime.kind === 'absent'
    ? "Electron's runtime has not been fetched"
    : runtime.kind === 'impossible'
      ? runtime.reason
      : undefined;
const need = missing === undefined ? { available: true } : lacking(proves, missing);

describe.skipIf(!need.available)('with a real runtime', () => {
  desktopJourneys('Electron', (options) => {
    if (runtime.kind !== 'ready') throw new Error(missing);
    return launchReal(runtime.executable, options);
  });
});
