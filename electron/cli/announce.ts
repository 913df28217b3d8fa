/** A listener on the network: announced as long as it listens, unless --no-announce. */

import { displayName } from '../../shared/model/display-name.ts';
import type { Endpoint } from '../../shared/model/peer.ts';
import type { HexdropError } from '../../shared/errors/errors.ts';
import type { Engine } from '../engine/api.ts';
import { thisMachineKind } from '../base/machine-kind.ts';
import { isLoopback } from '../base/origin.ts';
import type { CommandCall, CommandContext } from './context.ts';

const nothing = (): Promise<void> => Promise.resolve();

/** Until then some interface should have taken the announcement. */
const patienceMs = 2_000;

/** Ends with the returned function or with the interrupt, and says goodbye. Never fails: a listener works without. */
export const announceOnNetwork = async (
  { options }: CommandCall,
  { world, output, interrupt }: CommandContext,
  engine: Engine,
  { host, port }: Endpoint,
): Promise<() => Promise<void>> => {
  if (options.noAnnounce === true || isLoopback(host)) return nothing;
  const { deviceId, alias } = engine;
  const discovery = await world.startDiscovery({ deviceId, alias, kind: thisMachineKind(), host, port });
  let trouble: HexdropError | undefined;
  discovery.onTrouble((error) => {
    trouble ??= error;
  });
  // One interface that does not work is nobody's concern while another does.
  const timer = setTimeout(() => {
    if (discovery.isAnnounced || trouble === undefined) return;
    output.event({ event: 'not-announced', code: trouble.code, message: trouble.message });
    output.note(
      `This device is not announced on the network: ${displayName(trouble.message)} It can be reached by its address.`,
    );
  }, patienceMs);
  const end = (): Promise<void> => {
    clearTimeout(timer);
    interrupt.signal.removeEventListener('abort', endAtOnce);
    return discovery.close();
  };
  // A listener that is interrupted does not come to its own end.
  const endAtOnce = (): void => void end();
  interrupt.signal.addEventListener('abort', endAtOnce, { once: true });
  return end;
};
