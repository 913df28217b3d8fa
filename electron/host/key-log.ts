/** What the programs say of `--keylog FILE` as soon as keys are written. */

import { displayName } from '../../shared/model/display-name.ts';

export const keyLogInWords = (path: string): string =>
  `The keys of encrypted sessions go into ${displayName(path)}: whoever has that file can read what is sent.`;
