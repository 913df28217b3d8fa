/**
 * What the windows show, as one value that the parts of the host write to. Whoever feeds a window hears which entries
 * changed, not how: the value at the time of telling is what counts, so that many changes cost one.
 */

import { isDeepStrictEqual } from 'node:util';

import { collectionNames } from '../../shared/model/snapshot.ts';
import type {
  Change,
  CollectionName,
  Collections,
  ShellAbilities,
  SingleName,
  Singles,
  Snapshot,
} from '../../shared/model/snapshot.ts';

/** All windows share everything but what the shell around each can do. */
export type SharedSingles = Omit<Singles, 'shell'>;

/** One entry of one list, or one single value. */
export type Place = { readonly list: CollectionName; readonly id: string } | { readonly single: SingleName };

export class HostState {
  readonly #singles: SharedSingles;
  readonly #lists: { readonly [Name in CollectionName]: Map<string, Collections[Name]> };
  readonly #listeners = new Set<(place: Place) => void>();

  constructor(singles: SharedSingles) {
    this.#singles = singles;
    this.#lists = {
      devices: new Map(),
      offers: new Map(),
      transfers: new Map(),
      shares: new Map(),
      texts: new Map(),
    };
  }

  single<Name extends keyof SharedSingles>(name: Name): SharedSingles[Name] {
    return this.#singles[name];
  }

  set<Name extends keyof SharedSingles>(name: Name, value: SharedSingles[Name]): void {
    if (isDeepStrictEqual(this.#singles[name], value)) return;
    (this.#singles as Record<string, unknown>)[name] = value;
    this.#changed({ single: name });
  }

  list<Name extends CollectionName>(name: Name): ReadonlyMap<string, Collections[Name]> {
    return this.#lists[name];
  }

  put<Name extends CollectionName>(name: Name, id: string, value: Collections[Name]): void {
    const list: Map<string, Collections[Name]> = this.#lists[name];
    if (isDeepStrictEqual(list.get(id), value)) return;
    list.set(id, value);
    this.#changed({ list: name, id });
  }

  drop(name: CollectionName, id: string): void {
    if (this.#lists[name].delete(id)) this.#changed({ list: name, id });
  }

  snapshot(shell: ShellAbilities): Snapshot {
    const lists = Object.fromEntries(
      collectionNames.map((name) => [name, Object.fromEntries<unknown>(this.#lists[name])]),
    );
    return { ...this.#singles, shell, ...lists } as unknown as Snapshot;
  }

  /** What a place holds now, as a change; undefined for what no change tells. */
  changeAt(place: Place): Change | undefined {
    if ('single' in place) {
      if (place.single === 'shell') return undefined;
      return { set: place.single, value: this.#singles[place.single] } as Change;
    }
    const value = this.#lists[place.list].get(place.id);
    return value === undefined
      ? { drop: place.list, id: place.id }
      : ({ put: place.list, id: place.id, value } as Change);
  }

  onChange(listener: (place: Place) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(place: Place): void {
    for (const listener of this.#listeners) listener(place);
  }
}
