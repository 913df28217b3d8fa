/** How long a text may be that is sent to a person (docs/PROTOCOL.md, "TEXT"). */

import { HexdropError } from '../errors/errors.ts';
import { limits } from './limits.ts';

/** @throws HexdropError usage for what is no text to send */
export function checkText(text: string): void {
  const characters = Array.from(text).length;
  if (characters >= 1 && characters <= limits.textCharacters) return;
  const message =
    characters === 0
      ? 'There is no text to send: it is empty.'
      : `A text has at most ${limits.textCharacters} characters. A longer one can be sent as a file.`;
  throw new HexdropError('usage', message, {
    seen: `${characters} characters`,
    allowed: `1 to ${limits.textCharacters}`,
  });
}
