/** `hexdrop completion`: the script that makes a shell complete what is typed, and the names of devices that it asks for. */

import { displayName } from '../../../shared/model/display-name.ts';
import { KnownDevices } from '../../engine/devices.ts';
import { homeFolder } from '../../host/home.ts';
import { usageError } from '../call/options.ts';
import { completionScripts } from '../completion/scripts.ts';
import { shells } from '../completion/shells.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { exitDone } from '../exit-codes.ts';

/** Shells insert it as it is: a name that somebody else chose must not be more to them than a word. */
const plainWord = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;

export const run = (call: CommandCall, { world, output }: CommandContext): Promise<number> => {
  const [wanted = ''] = call.operands;
  if (wanted === 'devices') {
    // Read and nothing else: a home that is not there is not made by pressing Tab.
    const devices = KnownDevices.load(homeFolder(call.options.home, world)).list();
    const names = devices.filter(({ targets }) => targets.length > 0).map(({ alias }) => alias);
    for (const alias of new Set(names.filter((name) => plainWord.test(name)))) {
      output.event({ event: 'device', alias });
      output.result(alias);
    }
    return Promise.resolve(exitDone);
  }
  const shell = shells.find((name) => name === wanted);
  if (shell === undefined) {
    const allowed = [...shells, 'devices'].join(', ');
    throw usageError(`"completion" takes ${allowed}, not "${displayName(wanted)}".`, {
      seen: wanted,
      allowed,
    });
  }
  const script = completionScripts[shell]();
  output.event({ event: 'script', shell, script });
  output.result(script.trimEnd());
  return Promise.resolve(exitDone);
};
