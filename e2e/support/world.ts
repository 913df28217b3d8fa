/** The stage of the tests of a file that vitest runs. */

import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { Stage } from './stage.ts';
import type { World } from './stage.ts';

/** A stage for each test of the file, or one for all of them. To be called at the top of a file. */
export function useWorld(per: 'test' | 'file' = 'test'): World {
  const stage = new Stage();
  const open = (): void => stage.open();
  const close = (): Promise<void> => stage.close();
  if (per === 'test') {
    beforeEach(open);
    afterEach(close);
  } else {
    beforeAll(open);
    afterAll(close);
  }
  return stage;
}
