/** `hexdrop partials`: lists what unfinished transfers left, and with --clean removes it. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { KnownDevice } from '../../engine/api.ts';
import { shortDeviceId } from '../../../shared/model/device-id.ts';
import type { PartialSummary } from '../../engine/api.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { withEngine } from '../engine-session.ts';
import { exitDone } from '../exit-codes.ts';
import { formatAge, formatBytes, formatCount, formatCounted } from '../terminal/format.ts';
import type { Output } from '../terminal/output.ts';

const rootsShown = 5;

const rootsInWords = ({ roots, rootCount }: PartialSummary): string => {
  if (roots.length === 0) return '(unreadable)';
  const shown = roots.slice(0, rootsShown).map(displayName).join(', ');
  const more = rootCount - Math.min(roots.length, rootsShown);
  return more > 0 ? `${shown} and ${formatCount(more)} more` : shown;
};

const peerInWords = (deviceId: string, devices: readonly KnownDevice[]): string => {
  if (deviceId === '') return 'an unknown device';
  // Over a plain connection an id is only claimed.
  if (deviceId.startsWith('claimed-')) return 'an unencrypted device';
  const alias = devices.find((device) => device.deviceId === deviceId)?.alias ?? '';
  return alias === '' ? shortDeviceId(deviceId) : `"${displayName(alias)}" (${shortDeviceId(deviceId)})`;
};

const linesOf = (
  partial: PartialSummary,
  devices: readonly KnownDevice[],
  nowMs: number,
): readonly string[] => {
  const { peerDeviceId, target, files, partialFiles, verifiedBytes, updatedAtMs, active } = partial;
  const age = active ? 'running now' : `${formatAge(nowMs - updatedAtMs)} ago`;
  return [
    rootsInWords(partial),
    `  from ${peerInWords(peerDeviceId, devices)} to ${target === '' ? 'an unknown folder' : displayName(target)}, ${age}`,
    `  ${formatCounted(files, 'file')} in place, ${formatCount(partialFiles)} begun with ${formatBytes(verifiedBytes)} verified`,
  ];
};

const tell = (
  event: string,
  partials: readonly PartialSummary[],
  devices: readonly KnownDevice[],
  output: Output,
): void => {
  const nowMs = Date.now();
  for (const partial of partials) {
    output.event({ event, ...partial });
    for (const line of linesOf(partial, devices, nowMs)) output.result(line);
  }
};

const sumOfBytes = (partials: readonly PartialSummary[]): string =>
  formatBytes(partials.reduce((sum, { verifiedBytes }) => sum + verifiedBytes, 0));

export const run = (call: CommandCall, context: CommandContext): Promise<number> =>
  withEngine(call, context, {
    body: async (engine) => {
      const { output } = context;
      const devices = engine.knownDevices();
      const before = await engine.partials();
      if (call.options.clean !== true) {
        tell('partial', before, devices, output);
        output.note(
          before.length === 0
            ? 'There are no unfinished transfers.'
            : `${formatCounted(before.length, 'unfinished transfer')}. Start one again to continue it, or remove with --clean.`,
        );
        return exitDone;
      }
      const removed = await engine.cleanPartials();
      tell('cleaned', removed, devices, output);
      output.result(
        `Removed ${formatCounted(removed.length, 'unfinished transfer')}, ${sumOfBytes(removed)}.`,
      );
      const kept = before.length - removed.length;
      if (kept > 0) output.note(`Kept ${formatCount(kept)}: running now, or not safe to remove.`);
      return exitDone;
    },
  });
