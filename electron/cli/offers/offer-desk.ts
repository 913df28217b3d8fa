/**
 * Decides on offers for `hexdrop receive`: asks the person, one offer after another, or takes them all with --yes;
 * remembers the decision for an offer that comes again after a broken connection; with --once lets one transfer in.
 */

import { displayName } from '../../../shared/model/display-name.ts';
import type { Decision, EntryKind, OfferView } from '../../../shared/model/transfer.ts';
import { askAboutOffer } from './offer-question.ts';
import type { OfferAnswer } from './offer-question.ts';
import type { Output } from '../terminal/output.ts';
import type { Prompter } from '../terminal/prompt.ts';

type Wants = (path: string, kind: EntryKind) => boolean;

export interface OfferDeskOptions {
  readonly output: Output;
  readonly dir: string;
  /** Absent with --yes. */
  readonly prompter: Prompter | undefined;
  /** What --only takes. */
  readonly wants: Wants | undefined;
  readonly interrupted: AbortSignal;
  /** Why this offer cannot be taken now; asked before the person is. */
  refusal(offer: OfferView): string | undefined;
  accepted(offer: OfferView): void;
}

const both = (one: Wants | undefined, other: Wants | undefined): Wants | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  return (path, kind) => one(path, kind) && other(path, kind);
};

export class OfferDesk {
  readonly #options: OfferDeskOptions;
  /** Of offers accepted in this run, by transfer. */
  readonly #accepted = new Map<string, Decision>();
  /** Questions on the screen or waiting for it, by transfer. */
  readonly #questions = new Map<string, AbortController>();

  constructor(options: OfferDeskOptions) {
    this.#options = options;
  }

  async decide(offer: OfferView): Promise<Decision> {
    const { output } = this.#options;
    const before = this.#accepted.get(offer.transferId);
    if (offer.isResumed && before !== undefined) {
      this.#options.accepted(offer);
      return before;
    }
    const { transferId, peer, roots, rootCount, totals, isResumed, freeBytes } = offer;
    output.event({
      event: 'offer',
      transfer: transferId,
      peer,
      roots,
      rootCount,
      totals,
      isResumed,
      freeBytes,
    });
    const decision = this.#refused(offer) ?? (await this.#answered(offer));
    if (decision.accept) {
      this.#accepted.set(offer.transferId, decision);
      this.#options.accepted(offer);
    }
    return decision;
  }

  /** The offer is off: whoever is being asked about it need not answer. False when nobody is. */
  withdraw(transferId: string): boolean {
    const question = this.#questions.get(transferId);
    question?.abort();
    return question !== undefined;
  }

  #refused(offer: OfferView): Decision | undefined {
    const message = this.#options.refusal(offer);
    if (message === undefined) return undefined;
    this.#options.output.note(`Declined an offer of "${displayName(offer.peer.alias)}": ${message}`);
    return { accept: false, message };
  }

  async #answered(offer: OfferView): Promise<Decision> {
    const { prompter, wants, dir, output } = this.#options;
    if (prompter === undefined) return wants === undefined ? { accept: true } : { accept: true, wants };
    const withdrawn = new AbortController();
    this.#questions.set(offer.transferId, withdrawn);
    const signal = AbortSignal.any([withdrawn.signal, this.#options.interrupted]);
    try {
      const answer = await prompter.converse(async (): Promise<OfferAnswer | Decision> => {
        if (signal.aborted) return undefined;
        // While this one waited for its turn, another may have been let in.
        const refused = this.#refused(offer);
        if (refused !== undefined) return refused;
        const answer = await askAboutOffer(offer, dir, prompter, signal);
        if (answer === undefined) prompter.tell(withdrawn.signal.aborted ? '\nThe sender took it back.' : '');
        return answer;
      });
      if (answer === undefined) {
        if (!signal.aborted) output.note('Declined: the terminal was closed.');
        return { accept: false };
      }
      if (!answer.accept) return answer;
      const chosen = both(answer.wants, wants);
      return chosen === undefined ? { accept: true } : { accept: true, wants: chosen };
    } finally {
      this.#questions.delete(offer.transferId);
    }
  }
}
