/** The lab of the view Learn: exchanges between sockets of the engine's machine, within bounds (shared/model/lab.ts). */

import * as v from 'valibot';

import { type ConnectionLife, labLimits, lifeSteps, type LoopbackRun, tcpStates } from '../../model/lab.ts';
import { count, nothing, number, port } from './atoms.ts';
import { call, parserOf } from './define.ts';

const lengths = v.pipe(
  v.array(v.pipe(count, v.minValue(1), v.maxValue(labLimits.streamBytes))),
  v.minLength(1),
  v.maxLength(labLimits.writes),
);
const delay = v.pipe(count, v.maxValue(labLimits.delayMs));

export const labCalls = {
  /** Sends the bytes beside the arguments over one TCP connection of the loopback interface; tells what each read brought. */
  'lab.loopback': call(
    v.strictObject({
      writes: lengths,
      reads: v.exactOptional(lengths),
      nagle: v.boolean(),
      pauseMs: delay,
      readDelayMs: delay,
    }),
    parserOf<LoopbackRun>()(
      v.object({
        reads: v.array(v.object({ bytes: count, atMs: number })),
        senderPort: port,
        receiverPort: port,
      }),
    ),
    'args',
  ),
  /** Opens and closes one connection of the loopback interface; tells the states of both sides after each step. */
  'lab.connection': call(
    nothing,
    parserOf<ConnectionLife>()(
      v.object({
        clientPort: port,
        serverPort: port,
        isTold: v.boolean(),
        steps: v.array(
          v.object({
            step: v.picklist(lifeSteps),
            client: v.exactOptional(v.picklist(tcpStates)),
            server: v.exactOptional(v.picklist(tcpStates)),
          }),
        ),
      }),
    ),
  ),
};
