/** Whole engines on loopback in one process, each with a home of its own, closed after the test. */

import { onTestFinished } from 'vitest';

import type { Endpoint } from '../../../shared/model/peer.ts';
import type { OfferView } from '../../../shared/model/transfer.ts';
import type { Engine, EngineEvent, EngineOptions, ReceivePolicy } from '../api.ts';
import { createEngine } from '../engine.ts';
import { protocolTimings } from '../session/session.ts';
import type { SessionTimings } from '../session/session.ts';
import { temporaryFolder } from '../../base/testing/trees.ts';

type Kind = EngineEvent['kind'];
type EventOf<Name extends Kind> = Extract<EngineEvent, { kind: Name }>;

export interface TestEngine {
  readonly engine: Engine;
  readonly home: string;
  readonly events: EngineEvent[];
  /** The first event of a kind that fits, from those that came already on. */
  next<Name extends Kind>(kind: Name, fits?: (event: EventOf<Name>) => boolean): Promise<EventOf<Name>>;
  kinds(): readonly Kind[];
}

export async function startEngine(
  options: Partial<EngineOptions> = {},
  timings: SessionTimings = protocolTimings,
): Promise<TestEngine> {
  const home = options.home ?? temporaryFolder();
  const engine = await createEngine({ alias: 'test', ...options, home }, timings);
  const events: EngineEvent[] = [];
  const waiting = new Set<() => void>();
  engine.onEvent((event) => {
    events.push(event);
    for (const look of waiting) look();
  });
  onTestFinished(() => engine.close());
  return {
    engine,
    home,
    events,
    kinds: () => events.map(({ kind }) => kind),
    next: <Name extends Kind>(kind: Name, fits: (event: EventOf<Name>) => boolean = () => true) =>
      new Promise<EventOf<Name>>((resolve) => {
        const look = (): void => {
          const found = events.find(
            (event): event is EventOf<Name> => event.kind === kind && fits(event as EventOf<Name>),
          );
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Takes everything into `dir`. */
export const takeAll = (dir: string, more: Partial<ReceivePolicy> = {}): ReceivePolicy => ({
  dir,
  onConflict: 'rename',
  decide: () => Promise.resolve({ accept: true }),
  ...more,
});

export interface Receiver extends TestEngine {
  readonly at: Endpoint;
  readonly dir: string;
  readonly offers: OfferView[];
}

/** An engine that listens on loopback and takes what it is offered. */
export async function startReceiver(
  more: Partial<ReceivePolicy> = {},
  options: Partial<EngineOptions> = {},
): Promise<Receiver> {
  const started = await startEngine({ alias: 'receiver', ...options });
  const dir = more.dir ?? temporaryFolder();
  const offers: OfferView[] = [];
  const policy = takeAll(dir, more);
  const decide: ReceivePolicy['decide'] = (offer) => {
    offers.push(offer);
    return policy.decide(offer);
  };
  const { host, port } = await started.engine.listen({
    host: '127.0.0.1',
    port: 0,
    receive: { ...policy, decide },
  });
  return { ...started, at: { host, port }, dir, offers };
}
