/** The seed of a run: from HEXDROP_TEST_SEED, or a new one that a failing test prints. */

import { randomInt } from 'node:crypto';
import { onTestFailed } from 'vitest';
import { Random } from './random.ts';

/** To be called within a test: the seed is printed should it fail. */
export function seededRandom(): Random {
  const given = process.env['HEXDROP_TEST_SEED'];
  const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
  onTestFailed(() => console.log(`To repeat: HEXDROP_TEST_SEED=${seed}`));
  return new Random(seed);
}
