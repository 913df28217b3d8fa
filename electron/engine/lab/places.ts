/** How much the lab does at a time, and for how long: of all windows together. */

import { HexdropError } from '../../../shared/errors/errors.ts';
import { labLimits } from '../../../shared/model/lab.ts';

let taken = 0;

/**
 * Gives the work a signal that ends with the caller's, or when the work takes too long; what the work throws then is told as
 * that.
 * @throws HexdropError too-many-calls, cancelled; connection-lost for what is not typed
 */
export async function inPlace<Result>(
  signal: AbortSignal,
  work: (ending: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (taken >= labLimits.runs)
    throw new HexdropError('too-many-calls', undefined, { allowed: `${labLimits.runs} runs at once` });
  taken += 1;
  const ending = AbortSignal.any([signal, AbortSignal.timeout(labLimits.runMs)]);
  try {
    return await work(ending);
  } catch (thrown) {
    if (ending.aborted)
      throw new HexdropError('cancelled', 'The run was broken off.', {
        allowed: `${labLimits.runMs / 1_000} s`,
      });
    if (thrown instanceof HexdropError) throw thrown;
    throw new HexdropError('connection-lost', undefined, { cause: thrown });
  } finally {
    taken -= 1;
  }
}
