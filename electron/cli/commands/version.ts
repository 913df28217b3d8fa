/** `hexdrop version`: tells the version, and with --check whether a newer one is published. */

import { latestRelease, releasesVariable } from '../../host/release-check.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { exitDone } from '../exit-codes.ts';

export const run = async (call: CommandCall, context: CommandContext): Promise<number> => {
  const { output, world, interrupt } = context;
  const { version } = world;
  if (call.options.check !== true) {
    output.event({ event: 'version', version });
    output.result(`hexdrop ${version}`);
    return exitDone;
  }
  const from = world.env[releasesVariable];
  const latest = await interrupt.orAborted(latestRelease({ version, from, signal: interrupt.signal }));
  output.event({
    event: 'version',
    version,
    latest: latest.version,
    isNewer: latest.isNewer,
    url: latest.url,
  });
  output.result(`hexdrop ${version}`);
  output.result(
    latest.isNewer
      ? `Version ${latest.version} is published: ${latest.url}. Nothing was downloaded.`
      : `There is no newer version; the latest is ${latest.version}.`,
  );
  return exitDone;
};
