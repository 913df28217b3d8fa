/** Smaller limits for a test, so that a small tree meets what else takes a hundred thousand files. */

import { limits } from '../../../shared/protocol/limits.ts';
import type { LimitName } from '../../../shared/protocol/limits.ts';

export async function withLimits<Result>(
  changes: Partial<Record<LimitName, number>>,
  run: () => Promise<Result>,
): Promise<Result> {
  const before = { ...limits };
  Object.assign(limits, changes);
  try {
    return await run();
  } finally {
    Object.assign(limits, before);
  }
}
