/** `hexdrop doctor`: examines this machine, or the way to another one, and says what to do. */

import { resolve } from 'node:path';

import { defaultPort } from '../../../shared/model/peer.ts';
import { diagnose } from '../../engine/doctor.ts';
import { examineMachine } from '../../engine/doctor.ts';
import type { MachineCheck } from '../../engine/doctor.ts';
import { machineMeans } from '../../engine/doctor.ts';
import { homeFolder } from '../../host/home.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { causeWords, wordsOfCheck, wordsOfStep } from '../doctor/words.ts';
import type { Words } from '../doctor/words.ts';
import { withEngine } from '../engine-session.ts';
import { exitCodeOf, exitCodes, exitDone } from '../exit-codes.ts';
import { findTarget } from '../find-target.ts';
import type { Output } from '../terminal/output.ts';

const signs = { good: 'ok', unsure: '??', bad: '!!' } as const satisfies Record<
  MachineCheck['outcome'],
  string
>;

const tell = (output: Output, sign: string, { says, remedy }: Words): void => {
  output.result(`${sign}  ${says}`);
  if (remedy !== undefined) output.result(`    ${remedy}`);
};

export const run = async (call: CommandCall, context: CommandContext): Promise<number> => {
  const [target] = call.operands;
  return target === undefined ? examineThisMachine(call, context) : examineWay(target, call, context);
};

const examineThisMachine = async (call: CommandCall, context: CommandContext): Promise<number> => {
  const { output, world, interrupt } = context;
  const { options } = call;
  const port = options.port ?? defaultPort;
  const checks = await interrupt.orAborted(
    examineMachine(
      { home: resolve(homeFolder(options.home, world)), folder: resolve(options.dir ?? '.'), port },
      machineMeans({
        port,
        // It only listens, so it needs no id; nor has this machine one before its first start.
        startDiscovery: () => world.startDiscovery({ deviceId: '', alias: '', kind: 'unknown' }),
        signal: interrupt.signal,
      }),
    ),
  );
  const count = (outcome: MachineCheck['outcome']): number =>
    checks.filter((check) => check.outcome === outcome).length;
  for (const check of checks) {
    output.event({ event: 'check', ...check });
    if (!output.isJson) tell(output, signs[check.outcome], wordsOfCheck(check, port));
  }
  output.event({ event: 'examined', good: count('good'), unsure: count('unsure'), bad: count('bad') });
  return count('bad') === 0 ? exitDone : exitCodes.failed;
};

const examineWay = (typed: string, call: CommandCall, context: CommandContext): Promise<number> =>
  withEngine(call, context, {
    body: async (engine) => {
      const { output } = context;
      const found = await findTarget(typed, call.options.port, engine, context);
      const { endpoint, others = [], expectDeviceId } = found;
      const { steps, causes } = await diagnose(
        { addresses: [endpoint, ...others] },
        { probe: (to) => engine.probe({ to, expectDeviceId, onlyThere: true }) },
      );
      for (const step of steps) {
        output.event({ event: 'step', ...step });
        if (!output.isJson) output.note(`${signs[step.outcome]}  ${wordsOfStep(step)}`);
      }
      output.event({ event: 'diagnosed', causes });
      const [cause = 'unknown', ...further] = causes;
      if (!output.isJson) {
        tell(output, cause === 'fine' ? signs.good : signs.bad, causeWords[cause]);
        for (const other of further) tell(output, signs.unsure, causeWords[other]);
      }
      if (cause === 'fine') return exitDone;
      return cause === 'key-changed' ? exitCodeOf('peer-key-changed') : exitCodes.unreachable;
    },
  });
