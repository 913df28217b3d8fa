/**
 * What the inspector of this window is looking at: which capture, which frame, which bytes of it, through which filter.
 * One for each link to an engine; it outlives the view, so that coming back shows what was there.
 */

import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';

import type { Client } from '../../shared/ipc/client.ts';
import type { TimeMode } from './list/words.ts';
import { CaptureFeed } from './data/feed.ts';
import { Heads } from './data/heads.ts';
import type { ChipName, Only } from './filter/combine.ts';
import type { ByteRange } from './frame/hex-grid.ts';

export const liveSource = 'live';

export type DockTab = 'frame' | 'chunks' | 'request' | 'notes' | 'rates';
/** In small windows one pane is shown at a time. */
export type SmallPane = 'list' | 'fields' | 'bytes' | Exclude<DockTab, 'frame'>;

export interface LoadedSource {
  readonly id: string;
  readonly name: string;
}

export interface InspectorState {
  readonly source: string;
  readonly loaded: readonly LoadedSource[];
  /** Number of the chosen record. */
  readonly selected: number | undefined;
  /** Bytes of the frame that are chosen, and the field in whose name. */
  readonly cursor: (ByteRange & { readonly path?: string }) | undefined;
  readonly hover: ByteRange | undefined;
  readonly typed: string;
  readonly chips: readonly ChipName[];
  readonly only: Only | undefined;
  readonly timeMode: TimeMode;
  /** Record from which time counts in the mode `reference`. */
  readonly reference: number | undefined;
  readonly tab: DockTab;
  readonly pane: SmallPane;
  /** Shows the latest as it comes. */
  readonly follows: boolean;
}

const start: InspectorState = {
  source: liveSource,
  loaded: [],
  selected: undefined,
  cursor: undefined,
  hover: undefined,
  typed: '',
  chips: [],
  only: undefined,
  timeMode: 'relative',
  reference: undefined,
  tab: 'frame',
  pane: 'list',
  follows: true,
};

interface Followed {
  readonly feed: CaptureFeed;
  readonly heads: Heads;
}

export class Inspector {
  readonly client: Client;
  readonly store: StoreApi<InspectorState> = createStore<InspectorState>(() => start);
  readonly #followed = new Map<string, Followed>();
  #isWatched = false;

  constructor(client: Client) {
    this.client = client;
  }

  get state(): InspectorState {
    return this.store.getState();
  }

  set(change: Partial<InspectorState>): void {
    this.store.setState(change);
  }

  get feed(): CaptureFeed {
    return this.#of(this.state.source).feed;
  }

  get heads(): Heads {
    return this.#of(this.state.source).heads;
  }

  /** Rows come only while somebody looks. */
  watch(): () => void {
    this.#isWatched = true;
    this.feed.start();
    return () => {
      this.#isWatched = false;
      for (const { feed } of this.#followed.values()) feed.stop();
    };
  }

  choose(record: number | undefined, cursor?: ByteRange): void {
    if (record === this.state.selected && cursor === undefined) return;
    this.set({ selected: record, cursor, hover: undefined });
  }

  show(source: string): void {
    if (source === this.state.source) return;
    this.feed.stop();
    const isLive = source === liveSource;
    this.set({
      source,
      selected: undefined,
      cursor: undefined,
      only: undefined,
      reference: undefined,
      follows: isLive,
    });
    if (this.#isWatched) this.feed.start();
  }

  opened(loaded: LoadedSource): void {
    this.set({ loaded: [...this.state.loaded, loaded] });
    this.show(loaded.id);
  }

  closed(id: string): void {
    if (this.state.source === id) this.show(liveSource);
    this.#followed.get(id)?.feed.stop();
    this.#followed.delete(id);
    this.set({ loaded: this.state.loaded.filter((each) => each.id !== id) });
  }

  #of(source: string): Followed {
    let followed = this.#followed.get(source);
    if (followed === undefined) {
      const feed = new CaptureFeed(this.client, source);
      followed = { feed, heads: new Heads(this.client, feed) };
      this.#followed.set(source, followed);
    }
    return followed;
  }
}

const inspectors = new WeakMap<Client, Inspector>();

export const inspectorOf = (client: Client): Inspector => {
  let inspector = inspectors.get(client);
  if (inspector === undefined) {
    inspector = new Inspector(client);
    inspectors.set(client, inspector);
  }
  return inspector;
};

export const InspectorContext = createContext<Inspector | undefined>(undefined);

export const useInspector = (): Inspector => {
  const inspector = useContext(InspectorContext);
  if (inspector === undefined) throw new Error('No inspector around this component.');
  return inspector;
};

export const useInspected = <T>(select: (state: InspectorState) => T): T =>
  useStore(useInspector().store, select);

/** The feed of the shown capture; the component renders again a few times a second while something happens. */
export const useFeed = (): CaptureFeed => {
  const inspector = useInspector();
  useInspected((state) => state.source);
  const { feed } = inspector;
  useSyncExternalStore(
    feed.onTick,
    useCallback(() => feed.version, [feed]),
  );
  return feed;
};
