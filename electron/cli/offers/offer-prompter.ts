/**
 * Decides on offers for `hexdrop receive`: asks the person, one offer after another, or takes them all with --yes;
 * remembers the decision for an offer that comes again after a broken connection; with --once lets one transfer in.
 */

import { displayName } from '../../../shared/model/display-name.ts';
import type { Decision, EntryKind, OfferView } from '../../../shared/model/transfer.ts';
import { formatBytes } from '../terminal/format.ts';
import { askAboutOffer } from './offer-question.ts';
import type { OfferAnswer } from './offer-question.ts';
import { selectionOf } from './selection.ts';
import type { Selection } from './selection.ts';
import type { Output } from '../terminal/output.ts';
import type { Prompter } from '../terminal/prompt.ts';

/** An offer that was accepted in this run. */
interface Accepted {
  readonly decision: Decision;
  readonly selections: readonly Selection[];
}

type Wants = (path: string, kind: EntryKind) => boolean;

export interface OfferPrompterOptions {
  readonly output: Output;
  readonly dir: string;
  /** Absent with --yes. */
  readonly prompter: Prompter | undefined;
  /** Without a person, an offer that does not fit is declined, unless it is taken by --force. */
  readonly takesTooMuch: boolean;
  /** The patterns of --only; each offer is held against them by itself. */
  readonly only: readonly string[];
  readonly interrupted: AbortSignal;
  /** Why this offer cannot be taken now; asked before the person is. */
  refusal(offer: OfferView): string | undefined;
  accepted(offer: OfferView): void;
}

const both = (one: Wants | undefined, other: Wants | undefined): Wants | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  return (path, kind) => one(path, kind) && other(path, kind);
};

export class OfferPrompter {
  readonly #options: OfferPrompterOptions;
  /** By transfer, until it is over. */
  readonly #accepted = new Map<string, Accepted>();
  /** Questions on the screen or waiting for it, by transfer. */
  readonly #questions = new Map<string, AbortController>();

  constructor(options: OfferPrompterOptions) {
    this.#options = options;
  }

  async decide(offer: OfferView): Promise<Decision> {
    const { output } = this.#options;
    const before = this.#accepted.get(offer.transferId);
    if (offer.isResumed && before !== undefined) {
      this.#options.accepted(offer);
      return before.decision;
    }
    const { transferId, peer, roots, rootCount, totals, renamed, isResumed, freeBytes } = offer;
    output.event({
      event: 'offer',
      transfer: transferId,
      peer,
      roots,
      rootCount,
      totals,
      renamed,
      isResumed,
      freeBytes,
    });
    const selections: Selection[] = [];
    const decision = this.#refused(offer) ?? (await this.#answered(offer, selections));
    if (decision.accept) {
      this.#accepted.set(offer.transferId, { decision, selections });
      this.#options.accepted(offer);
    }
    return decision;
  }

  /** The transfer is over. @param isDone it came to its end, so that what no pattern fitted was not there */
  ended(transferId: string, isDone: boolean): void {
    const accepted = this.#accepted.get(transferId);
    this.#accepted.delete(transferId);
    if (!isDone) return;
    for (const selection of accepted?.selections ?? []) selection.tellMisses(this.#options.output);
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

  #answeredAlone({ missingBytes, peer }: OfferView, only: Selection | undefined): Decision {
    // How much of it the patterns take is not known.
    if (only !== undefined) return { accept: true, wants: only.wants };
    if (this.#options.takesTooMuch) return { accept: true };
    if (missingBytes === undefined) return { accept: true, mustFit: true };
    this.#options.output.note(
      `Declined an offer of "${displayName(peer.alias)}": there is no space for it, ${formatBytes(missingBytes)} are missing. With --force it is taken all the same.`,
    );
    return { accept: false, code: 'no-space' };
  }

  /** @param selections takes what was chosen by patterns */
  async #answered(offer: OfferView, selections: Selection[]): Promise<Decision> {
    const { prompter, dir, output } = this.#options;
    const only = selectionOf(this.#options.only);
    if (only !== undefined) selections.push(only);
    if (prompter === undefined) return this.#answeredAlone(offer, only);
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
      const choice = 'choice' in answer ? answer.choice : undefined;
      if (choice?.selection !== undefined) selections.push(choice.selection);
      const chosen = both(choice?.wants, only?.wants);
      return chosen === undefined ? { accept: true } : { accept: true, wants: chosen };
    } finally {
      this.#questions.delete(offer.transferId);
    }
  }
}
