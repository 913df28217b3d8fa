/** A listening command in a test, and the offers and transfers that come to it. */

import type { Decision, OfferView, TransferView } from '../../../shared/model/transfer.ts';
import { offerView, transferResult, transferView } from './fake-views.ts';
import { fakeCall, until } from './fake-world.ts';
import type { FakeCall, FakeCallOptions } from './fake-world.ts';

export interface Listener {
  readonly call: FakeCall;
  readonly ended: Promise<number>;
  offer(over?: Partial<OfferView>): Promise<Decision>;
  /** The transfer of an offer comes to its end. */
  finish(over?: Partial<TransferView>, isDone?: boolean): void;
}

export const listener = async (argv: readonly string[], options: FakeCallOptions = {}): Promise<Listener> => {
  const call = fakeCall(argv, options);
  const ended = call.run();
  await until(() => call.engine.listening !== undefined);
  return {
    call,
    ended,
    offer: async (over) => call.engine.listening?.receive?.decide(offerView(over)) ?? { accept: false },
    finish: (over = {}, isDone = true) => {
      const transfer = transferView({ direction: 'receive', state: isDone ? 'done' : 'failed', ...over });
      call.engine.emit(
        isDone
          ? { kind: 'finished', transfer, result: transferResult({ dir: '/in' }) }
          : { kind: 'finished', transfer },
      );
    },
  };
};

export const stop = async ({ call, ended }: Listener): Promise<void> => {
  call.signal();
  await ended;
};
