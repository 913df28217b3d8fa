/** Which of the waiting offers this window shows, and which a person put off. */

import { create } from 'zustand';

import type { OfferCard } from '../../shared/model/offer.ts';

interface Waiting {
  /** Ids that were put off: they wait in the list until somebody asks for them. */
  readonly later: ReadonlySet<string>;
  /** Ids that were answered here: their card is about to go. */
  readonly answered: ReadonlySet<string>;
}

export const useWaiting = create<Waiting>(() => ({ later: new Set(), answered: new Set() }));

export const putOff = (id: string): void =>
  useWaiting.setState(({ later }) => ({ later: new Set([...later, id]) }));

export const showAgain = (): void => useWaiting.setState({ later: new Set() });

export const markAnswered = (id: string, isAnswered: boolean): void =>
  useWaiting.setState(({ answered }) => {
    const next = new Set(answered);
    if (isAnswered) next.add(id);
    else next.delete(id);
    return { answered: next };
  });

/** The oldest first. */
export const byAge = (one: OfferCard, other: OfferCard): number =>
  one.atMs - other.atMs || one.id.localeCompare(other.id);
