/** Windows asks whether a program may be reached as soon as it listens for the first time: why is said before, once a home. */

import { existsSync } from 'node:fs';

import type { CommandCall, CommandContext } from './context.ts';

/** The home is made by what comes next. */
export const tellOfFirewall = (
  { command, options }: CommandCall,
  { world, output }: CommandContext,
  home: string,
): void => {
  const isReachedByOthers = command.isListener === true && options.host !== '127.0.0.1';
  if (world.platform !== 'win32' || !isReachedByOthers || existsSync(home)) return;
  output.note(
    'Windows may ask now whether this program, or "Node.js", may communicate on networks. Other devices send straight to this one: allow it in private networks. Without that nobody can reach this device; sending to others works all the same.',
  );
};
