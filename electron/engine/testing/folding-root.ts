/** A target on a file system as Windows has it, for tests on one that keeps all names apart. */

import type { SafeRoot } from '../../base/safe-path.ts';

/** It takes names for one that differ in case alone, and not in form, as far as it is asked. */
export const foldCase = (root: SafeRoot): void => {
  root.foldsNames = () => true;
  root.isOneEntry = (path, other) => path.toLowerCase() === other.toLowerCase();
};
