/** For tests: the code of what an action throws, "none", or a text that no code has. */

import { HexdropError } from '../errors/errors.ts';

export function thrownCode(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (error) {
    return error instanceof HexdropError ? error.code : `not a HexdropError: ${String(error)}`;
  }
}
