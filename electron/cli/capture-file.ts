/** `--capture FILE`: the file that a command writes while it moves data, and what is said about it in the end. */

import { displayName } from '../../shared/model/display-name.ts';
import type { Engine, FileCapture } from '../engine/api.ts';
import { usageError } from './call/options.ts';
import type { CommandCall, CommandContext } from './context.ts';
import { formatBytes, formatCounted } from './terminal/format.ts';

export interface OpenCapture {
  /** The engine is closed: nothing more crosses. */
  close(): Promise<void>;
}

/** Standard output can carry one thing. */
const toStandardOutput = '-';

/** Undefined without --capture. Throws when the file cannot be made. */
export const captureIntoFile = async (
  call: CommandCall,
  { output }: CommandContext,
  engine: Engine,
): Promise<OpenCapture | undefined> => {
  const { capture: path, captureFormat: format = 'raw-ip', json } = call.options;
  if (path === undefined) {
    if (call.options.captureFormat === undefined) return undefined;
    throw usageError('--capture-format says how --capture writes its file: give --capture FILE as well.');
  }
  if (path === toStandardOutput && call.command.name !== 'receive') {
    throw usageError(`--capture - writes to standard output, which only "receive" leaves free.`);
  }
  if (path === toStandardOutput && json === true) {
    throw usageError('--capture - and --json both want standard output: give one of them.');
  }
  const file = await engine.capture.toFile({ path, format });
  file.onFailure((error) => output.warn(`${displayName(error.message)} The transfer goes on without it.`));
  return { close: () => closed(file, path, output) };
};

const closed = async (file: FileCapture, path: string, output: CommandContext['output']): Promise<void> => {
  const { packets, bytes, lostBytes, failed } = await file.close();
  output.event({ event: 'captured', packets, bytes, lostBytes });
  if (lostBytes > 0) {
    output.warn(
      `${formatBytes(lostBytes)} are not in the capture: it could not be written as fast as the transfer went.`,
    );
  }
  if (failed) return;
  const where = path === toStandardOutput ? 'standard output' : displayName(path);
  output.note(`Captured ${formatCounted(packets, 'packet')}, ${formatBytes(bytes)}, in ${where}.`);
};
