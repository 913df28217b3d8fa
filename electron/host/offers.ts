/**
 * Offers that wait for a person: one card each, until it is answered here or taken back there. Offers of devices that a
 * person verified and trusts with it are taken without asking.
 */

import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

import type { OfferCard } from '../../shared/model/offer.ts';
import type { ConflictPolicy, Decision, OfferView, Totals } from '../../shared/model/transfer.ts';
import type { ReceivePolicy } from '../engine/api.ts';
import { MinuteGate } from '../base/minute-gate.ts';
import { localName } from '../base/name-mapping.ts';
import { rulesAt } from '../base/safe-path.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import type { HostContext } from './context.ts';
import type { Devices } from './devices.ts';
import { freeBytesAt } from './local-files.ts';
import { shownPath } from './shown-path.ts';
import type { Transfers } from './transfers.ts';

const shownConflicts = 100;
/** Beyond it a stranger only fills the screen. */
const mostWaiting = 50;
/** Offers of one address that may wait: the others shall get their turn. */
const mostWaitingOfOne = 10;
/** Offers of one address in a minute, with those that it takes back at once: each calls a person and is kept in the history. */
const mostAMinute = 60;

interface Waiting {
  readonly offer: OfferView;
  readonly answer: (decision: Decision) => void;
  /** As last told: a large tree is still counted while the offer waits. */
  totals: Totals;
}

export interface Acceptance {
  readonly dir?: string | undefined;
  readonly onConflict: ConflictPolicy;
  /** Paths that are not wanted; a folder takes its content with it. */
  readonly except?: readonly string[] | undefined;
}

export class Offers {
  readonly #context: HostContext;
  readonly #devices: Devices;
  readonly #transfers: Transfers;
  readonly #changed: () => void;
  readonly #waiting = new Map<string, Waiting>();
  readonly #gate = new MinuteGate(mostAMinute);

  constructor(context: HostContext, devices: Devices, transfers: Transfers, changed: () => void) {
    this.#context = context;
    this.#devices = devices;
    this.#transfers = transfers;
    this.#changed = changed;
  }

  get count(): number {
    return this.#waiting.size;
  }

  /** What the engine does with offers under the settings of now. */
  policy(): ReceivePolicy {
    const { downloadDir, onConflict } = this.#context.settings.current;
    return { dir: downloadDir, onConflict, decide: (offer) => this.#decide(offer) };
  }

  /** @throws HexdropError transfer-unknown */
  accept(id: string, { dir, onConflict, except }: Acceptance): void {
    const { offer, answer } = this.#taken(id);
    this.#describe(offer, dir ?? this.#context.settings.current.downloadDir);
    const refused = new Set(except);
    answer({
      accept: true,
      dir: dir ?? this.#context.settings.current.downloadDir,
      onConflict,
      ...(refused.size === 0 ? {} : { wants: (path) => !refused.has(path) }),
    });
  }

  /** @throws HexdropError transfer-unknown */
  decline(id: string): void {
    this.#taken(id).answer({ accept: false });
  }

  /** The sender has counted on. */
  recounted(id: string, totals: Totals): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    waiting.totals = totals;
    const card = this.#context.state.list('offers').get(id);
    if (card !== undefined && !isSame(card.totals, totals))
      this.#context.state.put('offers', id, { ...card, totals });
  }

  /** The transfer is over, or somebody answered: the card goes. */
  withdraw(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#drop(id);
    waiting.answer({ accept: false });
  }

  /** What is taken in a folder already. @throws HexdropError transfer-unknown */
  async check(
    id: string,
    dir: string = this.#context.settings.current.downloadDir,
  ): Promise<{
    readonly shownDir: string;
    readonly freeBytes?: number;
    readonly conflicts: readonly string[];
    readonly conflictCount: number;
  }> {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) throw new HexdropError('transfer-unknown', 'The offer is no longer there.');
    const conflicts = await takenNames(
      dir,
      waiting.offer.roots.map(({ name }) => name),
    );
    const freeBytes = await freeBytesAt(dir);
    return {
      shownDir: shownPath(dir),
      conflicts: conflicts.slice(0, shownConflicts),
      conflictCount: conflicts.length,
      ...(freeBytes === undefined ? {} : { freeBytes }),
    };
  }

  #decide(offer: OfferView): Promise<Decision> {
    const { downloadDir, onConflict } = this.#context.settings.current;
    if (this.#devices.takesAll(offer.peer)) {
      this.#describe(offer, downloadDir);
      return Promise.resolve(
        offer.missingBytes === undefined
          ? { accept: true, dir: downloadDir, onConflict, mustFit: true }
          : { accept: false, code: 'no-space' },
      );
    }
    const ofOne = [...this.#waiting.values()].filter(
      (waiting) => waiting.offer.peer.address === offer.peer.address,
    );
    if (this.#waiting.size >= mostWaiting || ofOne.length >= mostWaitingOfOne) {
      return Promise.resolve({ accept: false, message: 'Too many offers wait for an answer.' });
    }
    if (this.#gate.pass(offer.peer.address, Date.now()) !== undefined) {
      return Promise.resolve({ accept: false, message: 'Too many offers in a minute.' });
    }
    // The same one over another connection: whoever waits at the old one waits for nothing.
    this.withdraw(offer.transferId);
    return new Promise((resolve) => {
      this.#waiting.set(offer.transferId, { offer, answer: resolve, totals: offer.totals });
      this.#describe(offer, undefined);
      void this.#show(offer);
    });
  }

  async #show(offer: OfferView): Promise<void> {
    const id = offer.transferId;
    const { freeBytes: _there, missingBytes: _missing, ...told } = offer;
    const found = await this.check(id).catch(() => undefined);
    const waiting = this.#waiting.get(id);
    if (found === undefined || waiting?.offer !== offer) return;
    const card: OfferCard = { ...told, ...found, totals: waiting.totals, id, atMs: Date.now() };
    this.#context.state.put('offers', id, card);
    this.#changed();
    this.#context.tell('attention', {
      about: 'offer',
      id,
      ...(offer.peer.alias === '' ? {} : { alias: offer.peer.alias }),
      ...(offer.roots[0] === undefined ? {} : { title: offer.roots[0].name }),
    });
  }

  #describe(offer: OfferView, dir: string | undefined): void {
    this.#transfers.describe(offer.transferId, {
      title: offer.roots[0]?.name ?? '',
      moreRoots: Math.max(0, offer.rootCount - 1),
      names: offer.roots.map(({ name }) => name),
      dir,
    });
  }

  #taken(id: string): Waiting {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) throw new HexdropError('transfer-unknown', 'The offer is no longer there.');
    this.#drop(id);
    return waiting;
  }

  #drop(id: string): void {
    this.#waiting.delete(id);
    this.#context.state.drop('offers', id);
    this.#changed();
  }
}

const isSame = (one: Totals, other: Totals): boolean =>
  one.files === other.files &&
  one.folders === other.folders &&
  one.bytes === other.bytes &&
  one.complete === other.complete;

async function takenNames(dir: string, names: readonly string[]): Promise<readonly string[]> {
  const rules = rulesAt(dir);
  const found = await Promise.all(
    names.map((name) =>
      lstat(join(dir, localName(name, rules))).then(
        () => name,
        () => undefined,
      ),
    ),
  );
  return found.filter((name) => name !== undefined);
}
