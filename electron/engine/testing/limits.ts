/** Smaller limits for one test, so that a small tree meets what else takes a hundred thousand files. */

import { onTestFinished } from 'vitest';

import { limits } from '../../../shared/protocol/limits.ts';
import type { LimitName } from '../../../shared/protocol/limits.ts';

const real = { ...limits };

/** Until the test is over, however it ends. */
export function setLimits(changes: Partial<Record<LimitName, number>>): void {
  Object.assign(limits, changes);
  onTestFinished(() => void Object.assign(limits, real));
}
