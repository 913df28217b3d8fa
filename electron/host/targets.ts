/** From whom a person means to where the engine dials, and which key has to answer there. */

import type { Target } from '../../shared/ipc/contract/index.ts';
import type { Endpoint } from '../../shared/model/peer.ts';
import type { ReachOptions } from '../engine/api.ts';
import { parseAddress } from '../base/address.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import type { HostContext } from './context.ts';
import type { Devices } from './devices.ts';

/** How a window asked for it to be reached. */
export interface AskedReach {
  readonly plain?: boolean | undefined;
  readonly acceptNewKey?: boolean | undefined;
}

export interface Route {
  readonly endpoint: Endpoint;
  readonly options: ReachOptions;
  /** The card that was meant, if it was one. */
  readonly cardId: string | undefined;
}

export class Targets {
  readonly #context: HostContext;
  readonly #devices: Devices;

  constructor(context: HostContext, devices: Devices) {
    this.#context = context;
    this.#devices = devices;
  }

  /** @throws HexdropError device-unknown, unreachable, usage, plain-not-allowed */
  route(target: Target, asked: AskedReach = {}): Route {
    const plain = asked.plain === true;
    const acceptNewKey = asked.acceptNewKey === true;
    if (plain && !this.#context.settings.current.allowPlain) {
      throw new HexdropError(
        'plain-not-allowed',
        'Connections without encryption are switched off in the settings.',
      );
    }
    if ('address' in target) {
      return { endpoint: parseAddress(target.address), options: { plain, acceptNewKey }, cardId: undefined };
    }
    const card = this.#devices.card(target.device);
    const [endpoint, ...others] = card.addresses;
    if (endpoint === undefined) {
      throw new HexdropError(
        'unreachable',
        `No address of "${card.alias}" is known: it is not announced now.`,
      );
    }
    // A person who takes a new key means the address, not the device that was there before.
    const expectDeviceId = acceptNewKey ? undefined : card.deviceId;
    return { endpoint, options: { plain, acceptNewKey, expectDeviceId, others }, cardId: card.id };
  }
}
