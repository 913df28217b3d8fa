/** The real Electron, where its runtime was fetched. */

import { join } from 'node:path';

import { findDesktopRuntime, machineFiles } from '../../electron/cli/start/desktop-runtime.ts';
import { lacking } from './needs.ts';
import type { Need } from './needs.ts';

export function electronNeed(proves: string): Need {
  const runtime = findDesktopRuntime({
    root: join(import.meta.dirname, '../..'),
    env: process.env,
    platform: process.platform,
    // As root it is started without its sandbox; people are not offered that.
    userId: undefined,
    ...machineFiles,
  });
  switch (runtime.kind) {
    case 'ready':
      return { available: true, reason: '', path: runtime.executable };
    case 'absent':
      return lacking(proves, "Electron's runtime has not been fetched");
    case 'impossible':
      return lacking(proves, runtime.reason);
  }
}
