/** Shares of other devices: looked through page by page, read in ranges for previews, fetched from and uploaded to. */

import type { CallArgs, CallResult } from '../../shared/ipc/contract/index.ts';
import { WithBytes } from './dispatch.ts';
import type { HostContext } from './context.ts';
import type { Devices } from './devices.ts';
import { asHexdropError } from '../../shared/errors/errors.ts';
import type { Route, Targets } from './targets.ts';

export class Remote {
  readonly #context: HostContext;
  readonly #devices: Devices;
  readonly #targets: Targets;

  constructor(context: HostContext, devices: Devices, targets: Targets) {
    this.#context = context;
    this.#devices = devices;
    this.#targets = targets;
  }

  async list(args: CallArgs<'remote.list'>): Promise<CallResult<'remote.list'>> {
    const route = this.#targets.route(args.at, args);
    const { path, after, pin } = args;
    const page = await this.#noting(route, () =>
      this.#context.engine.listPage({
        from: route.endpoint,
        ...route.options,
        path,
        ...(after === undefined ? {} : { after }),
        ...(pin === undefined ? {} : { pin }),
      }),
    );
    return {
      device: this.#devices.reached(page.peer, route.endpoint),
      writable: page.writable,
      entries: page.entries,
      more: page.more,
    };
  }

  async read(args: CallArgs<'remote.read'>): Promise<WithBytes<CallResult<'remote.read'>>> {
    const route = this.#targets.route(args.at, args);
    const { path, offset, length, pin } = args;
    const { size, bytes } = await this.#noting(route, () =>
      this.#context.engine.read({
        from: route.endpoint,
        ...route.options,
        path,
        offset,
        length,
        ...(pin === undefined ? {} : { pin }),
      }),
    );
    return new WithBytes({ size }, bytes);
  }

  /** Why a device could not be reached stands on its card. */
  async #noting<Value>(route: Route, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (thrown) {
      const error = asHexdropError(thrown);
      if (route.cardId !== undefined) this.#devices.missed(route.cardId, error.code);
      throw error;
    }
  }
}
