/**
 * The window's copy of the engine's snapshot, for React. Views take the smallest part that they show by a selector, so
 * that progress of one transfer renders one row and nothing else.
 */

import { createContext, useContext } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';

import type { Client, ConnectionState } from '../../shared/ipc/client.ts';
import type { Collections, CollectionName, Snapshot } from '../../shared/model/snapshot.ts';

interface EngineState {
  /** Absent only until the first one came: the app shows its frame without views until then. */
  readonly snapshot: Snapshot | undefined;
  readonly connection: ConnectionState;
}

export interface Engine {
  readonly client: Client;
  readonly store: StoreApi<EngineState>;
}

/**
 * Follows a client. Deltas of one animation frame reach React together; the first snapshot at once. Answers with the
 * engine and the way to stop following.
 */
export const followClient = (client: Client): { readonly engine: Engine; readonly stop: () => void } => {
  const store = createStore<EngineState>(() => ({ snapshot: client.snapshot, connection: client.state }));
  let frame = 0;
  const show = (): void => {
    frame = 0;
    store.setState({ snapshot: client.snapshot });
  };
  const ends = [
    client.subscribe((snapshot) => {
      if (store.getState().snapshot === undefined || document.hidden) store.setState({ snapshot });
      else if (frame === 0) frame = requestAnimationFrame(show);
    }),
    client.onState((connection) => store.setState({ connection })),
  ];
  return {
    engine: { client, store },
    stop: () => {
      cancelAnimationFrame(frame);
      for (const end of ends) end();
    },
  };
};

export const TransferContext = createContext<Engine | undefined>(undefined);

export const useEngine = (): Engine => {
  const engine = useContext(TransferContext);
  if (engine === undefined) throw new Error('No engine around this component.');
  return engine;
};

/** For calls: `client.call('devices.favourite', { id, on: true })`. Prefer `useAct` (shell/act.ts), which shows what fails. */
export const useClient = (): Client => useEngine().client;

export const useConnection = (): ConnectionState => useStore(useEngine().store, (state) => state.connection);

/** Views are rendered only when there is a snapshot. The selector must answer with a stable value. */
export const useSnapshot = <T>(select: (snapshot: Snapshot) => T): T =>
  useStore(useEngine().store, (state) => select(state.snapshot as Snapshot));

/** As useSnapshot, for selectors that make a new array or object each time: compared one level deep. */
const useSnapshotShallow = <T>(select: (snapshot: Snapshot) => T): T =>
  useStore(
    useEngine().store,
    useShallow((state: EngineState) => select(state.snapshot as Snapshot)),
  );

const listOf = <Name extends CollectionName>(
  snapshot: Snapshot,
  name: Name,
): Readonly<Record<string, Collections[Name]>> =>
  snapshot[name] as unknown as Readonly<Record<string, Collections[Name]>>;

/** One element of a list by its id. */
export const useItem = <Name extends CollectionName>(name: Name, id: string): Collections[Name] | undefined =>
  useSnapshot((snapshot) => listOf(snapshot, name)[id]);

/** Ids of a list in an order; renders again only when the ids or their order change. */
export const useIds = <Name extends CollectionName>(
  name: Name,
  compare: (one: Collections[Name], other: Collections[Name]) => number,
  isShown: (item: Collections[Name]) => boolean = () => true,
): readonly string[] =>
  useSnapshotShallow((snapshot) =>
    Object.entries(listOf(snapshot, name))
      .filter(([, item]) => isShown(item))
      .sort(([, one], [, other]) => compare(one, other))
      .map(([id]) => id),
  );
