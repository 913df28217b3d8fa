/** How presence is shown: a lamp, always beside words. */

import type { Presence } from '../../shared/model/device.ts';

export const presenceLamp = {
  online: 'on',
  unreachable: 'warn',
  offline: 'off',
} as const satisfies Record<Presence, string>;
