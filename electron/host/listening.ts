/**
 * The port that others reach this device at. The one that settings ask for is taken if it is free, else one of the next
 * twenty; a failure leaves the program usable, only nobody can reach it.
 */

import type { Endpoint } from '../../shared/model/peer.ts';
import type { Engine, ReceivePolicy } from '../engine/api.ts';
import { asHexdropError } from '../../shared/errors/errors.ts';

const fallbackPorts = 20;

export interface Listening {
  readonly endpoint?: Endpoint;
  /** Set where another one had to be taken. */
  readonly wishedPort?: number;
  /** A code of shared/errors/errors.ts. */
  readonly error?: string;
}

/** Never throws. */
export async function listenNear(
  engine: Engine,
  host: string | undefined,
  port: number,
  receive: ReceivePolicy,
): Promise<Listening> {
  for (let candidate = port; ; candidate += 1) {
    try {
      const { host: at, port: taken } = await engine.listen({
        port: candidate,
        receive,
        ...(host === undefined ? {} : { host }),
      });
      const isOther = port !== 0 && taken !== port;
      return { endpoint: { host: at, port: taken }, ...(isOther ? { wishedPort: port } : {}) };
    } catch (thrown) {
      const { code } = asHexdropError(thrown);
      const isLast = port === 0 || candidate >= Math.min(port + fallbackPorts, 65_535);
      if (code !== 'port-taken' || isLast) return { error: code };
    }
  }
}
