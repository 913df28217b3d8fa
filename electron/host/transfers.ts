/**
 * The list of transfers: what runs, as the engine tells it, with what people want to see beside it (a title, the speed
 * of the last minute), and the latest of what is over. What it takes to start one again is kept with it.
 */

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type {
  FileFault,
  FileNotice,
  FileOmission,
  TransferResult,
  TransferView,
} from '../../shared/model/transfer.ts';
import type { TransferCard } from '../../shared/model/transfer-card.ts';
import type { EngineEvent, TransferHandle } from '../engine/api.ts';
import { localName } from '../base/name-mapping.ts';
import { rulesAt } from '../base/safe-path.ts';
import { compareUtf8 } from '../../shared/base/text.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import type { HostContext } from './context.ts';
import type { HistoryEntry } from './history-file.ts';
import type { History, HistoryQuery } from './history.ts';
import type { RetrySpec } from './retry-spec.ts';
import { shownPath } from './shown-path.ts';
import { SpeedLog } from './speed-log.ts';

/** So many finished transfers are shown; a window asks for older ones. */
const shownEnded = 200;
const keptFaults = 1_000;
const keptNames = 3;

export interface RetryAction {
  /** Resolves with the new transfer's id. */
  run(): Promise<string>;
  /** Not when the page that had the files is gone. */
  isPossible(): boolean;
}

/** What a transfer is about, before the engine can tell. */
export interface TransferDescription {
  readonly title: string;
  readonly moreRoots: number;
  /** The first names at the top. */
  readonly names: readonly string[];
  readonly dir?: string | undefined;
  readonly recipe?: RetrySpec | undefined;
  /** Starts it again within this run of the program, where a recipe does not suffice. */
  readonly again?: RetryAction | undefined;
}

interface Live {
  about: TransferDescription;
  readonly speeds: SpeedLog;
  faults: FileFault[];
  notices: FileNotice[];
  omissions: FileOmission[];
  view: TransferView;
  isBegun: boolean;
  /** Somebody at this device started it, was asked about it, or let it in. */
  isDescribed: boolean;
}

/** A transfer that is over and can be started again only by what this run of the program still holds. */
interface Ended {
  readonly entry: HistoryEntry;
  readonly again: RetryAction | undefined;
}

export class Transfers {
  readonly #context: HostContext;
  readonly #history: History;
  readonly #live = new Map<string, Live>();
  /** Transfers that ended in this run of the program, the latest last. */
  readonly #ended = new Map<string, Ended>();
  /** In the snapshot; the latest last. */
  #shown: string[];
  readonly #changed: () => void;

  /** @param changed something that `activity` depends on */
  constructor(context: HostContext, history: History, changed: () => void) {
    this.#context = context;
    this.#history = history;
    this.#changed = changed;
    const latest = history.latest(shownEnded).toReversed();
    this.#shown = latest.map(({ card }) => card.id);
    for (const entry of latest) context.state.put('transfers', entry.card.id, cardNow(entry));
  }

  /** Those that are not over, the latest last. */
  running(): readonly TransferCard[] {
    return [...this.#live.values()].map((live) => this.#cardOf(live));
  }

  /** Takes over a transfer that was just started here. */
  started(handle: TransferHandle, about: TransferDescription): string {
    const view = handle.view();
    const before = this.#live.get(handle.id);
    if (before === undefined) this.#begin(view, about);
    else {
      before.about = about;
      this.#show(before);
    }
    return handle.id;
  }

  /** What an offer or a share says of a transfer that another device started. */
  describe(id: string, about: Partial<TransferDescription>): void {
    const view = this.#context.engine.transfer(id)?.view();
    const live = this.#live.get(id) ?? (view === undefined ? undefined : this.#begin(view, aboutOf(view)));
    if (live === undefined) return;
    live.about = { ...live.about, ...about };
    live.isDescribed = true;
    this.#show(live);
  }

  heard(event: EngineEvent): void {
    switch (event.kind) {
      case 'transfer':
        return this.#progress(event.transfer);
      case 'fault': {
        const faults = this.#live.get(event.transferId)?.faults;
        if (faults !== undefined && faults.length < keptFaults) faults.push(event.fault);
        return;
      }
      case 'notice': {
        const notices = this.#live.get(event.transferId)?.notices;
        if (notices !== undefined && notices.length < keptFaults) notices.push(event.notice);
        return;
      }
      case 'omitted': {
        const omissions = this.#live.get(event.transferId)?.omissions;
        const { path, reason } = event;
        if (omissions !== undefined && omissions.length < keptFaults) omissions.push({ path, reason });
        return;
      }
      case 'finished':
        return this.#finish(event.transfer, event.result);
      default:
    }
  }

  pause(id: string): void {
    this.#handle(id).pause();
  }

  resume(id: string): void {
    this.#handle(id).resume();
  }

  cancel(id: string): void {
    this.#handle(id).cancel();
  }

  /** What it takes to start it again. @throws HexdropError transfer-unknown, not-possible-now */
  retryOf(id: string): RetrySpec | RetryAction {
    const ended = this.#ended.get(id);
    if (ended?.again?.isPossible() === true) return ended.again;
    const recipe = (ended?.entry ?? this.#known(id)).recipe;
    if (recipe === undefined) {
      if (ended?.again !== undefined) {
        throw new HexdropError('not-possible-now', 'The page that had the files is gone: choose them again.');
      }
      throw new HexdropError(
        'not-possible-now',
        'Only the device that began this transfer can start it again.',
      );
    }
    if ('isLocked' in recipe && recipe.isLocked) {
      throw new HexdropError('pin-required', 'The share asks for its PIN again: open the share.');
    }
    return recipe;
  }

  /** @throws HexdropError not-possible-now, transfer-unknown */
  remove(id: string): void {
    if (this.#live.has(id)) throw new HexdropError('not-possible-now', 'The transfer is still running.');
    if (!this.#history.remove(id)) throw new HexdropError('transfer-unknown');
    this.#ended.delete(id);
    this.#shown = this.#shown.filter((shown) => shown !== id);
    this.#context.state.drop('transfers', id);
  }

  clear(): void {
    this.#history.clear();
    this.#ended.clear();
    for (const id of this.#shown) if (!this.#live.has(id)) this.#context.state.drop('transfers', id);
    this.#shown = [];
  }

  faults(id: string): readonly FileFault[] {
    return this.#live.get(id)?.faults ?? this.#known(id).faults;
  }

  /** What arrived, and not quite as it was told. @throws HexdropError transfer-unknown */
  notices(id: string): readonly FileNotice[] {
    return this.#live.get(id)?.notices ?? this.#known(id).notices ?? [];
  }

  /** What does not travel. @throws HexdropError transfer-unknown */
  omissions(id: string): readonly FileOmission[] {
    return this.#live.get(id)?.omissions ?? this.#known(id).omissions ?? [];
  }

  /** The file or folder to point at, and the folder that it is in. @throws HexdropError file-vanished, transfer-unknown */
  place(id: string): { readonly path: string; readonly folder: string } {
    const place = placeOf(this.#live.get(id)?.about ?? this.#known(id));
    if (place === undefined) {
      throw new HexdropError('file-vanished', 'The files of this transfer are no longer where they were.');
    }
    return place;
  }

  /** A page with files has gone: what was sent from it cannot be started again. */
  recheck(): void {
    const { state } = this.#context;
    for (const [id, { entry, again }] of this.#ended) {
      const card = state.list('transfers').get(id);
      if (card === undefined || again === undefined || entry.recipe !== undefined) continue;
      state.put('transfers', id, { ...card, canRetry: card.canRetry && again.isPossible() });
    }
  }

  /** A page of what is over, the latest first. */
  page(query: HistoryQuery): { readonly entries: readonly TransferCard[]; readonly total: number } {
    const { entries, total } = this.#history.query(query);
    const { state } = this.#context;
    return {
      entries: entries.map((entry) => state.list('transfers').get(entry.card.id) ?? cardNow(entry)),
      total,
    };
  }

  close(): void {
    for (const { speeds } of this.#live.values()) speeds.close();
  }

  #known(id: string): HistoryEntry {
    const entry = this.#ended.get(id)?.entry ?? this.#history.get(id);
    if (entry === undefined) throw new HexdropError('transfer-unknown');
    return entry;
  }

  #handle(id: string): TransferHandle {
    const handle = this.#live.has(id) ? this.#context.engine.transfer(id) : undefined;
    if (handle !== undefined) return handle;
    this.#known(id);
    throw new HexdropError('not-possible-now', 'The transfer is over.');
  }

  #begin(view: TransferView, about: TransferDescription): Live {
    const live: Live = {
      about,
      view,
      faults: [],
      notices: [],
      omissions: [],
      isBegun: false,
      isDescribed: false,
      speeds: new SpeedLog(
        () => live.view.bytes,
        () => this.#show(live),
      ),
    };
    this.#live.set(view.id, live);
    this.#shown = [...this.#shown.filter((id) => id !== view.id), view.id];
    this.#ended.delete(view.id);
    this.#show(live);
    return live;
  }

  #progress(view: TransferView): void {
    const live = this.#live.get(view.id) ?? this.#begin(view, aboutOf(view));
    // Each attempt tells its own.
    if (live.view.state === 'retrying' && view.state !== 'retrying') {
      live.faults = [];
      live.notices = [];
      live.omissions = [];
    }
    live.view = view;
    live.speeds.isRunning = view.state === 'running';
    if (view.state === 'running' && !live.isBegun) {
      live.isBegun = true;
      if (view.kind !== 'serve') this.#history.begin(this.#entryOf(live));
    }
    this.#show(live);
  }

  #finish(view: TransferView, result: TransferResult | undefined): void {
    const live = this.#live.get(view.id) ?? this.#begin(view, aboutOf(view));
    live.speeds.close();
    live.view = view;
    live.about = { ...live.about, dir: result?.dir ?? live.about.dir };
    this.#live.delete(view.id);
    if (isUnasked(live)) return this.#forget(view.id);
    const entry = this.#entryOf(live, Date.now());
    this.#history.add(entry);
    this.#ended.set(view.id, { entry, again: live.about.again });
    this.#context.state.put('transfers', view.id, entry.card);
    this.#trim();
    this.#changed();
    this.#tell(entry.card);
  }

  #forget(id: string): void {
    this.#shown = this.#shown.filter((shown) => shown !== id);
    this.#context.state.drop('transfers', id);
    this.#changed();
  }

  /** Somebody who looks elsewhere may want to know. */
  #tell(card: TransferCard): void {
    if (card.kind === 'serve' || (card.state !== 'done' && card.state !== 'failed')) return;
    this.#context.tell('attention', {
      about: card.state === 'done' && card.failed === 0 ? 'done' : 'failed',
      id: card.id,
      title: card.title,
      ...(card.peer === undefined || card.peer.alias === '' ? {} : { alias: card.peer.alias }),
    });
  }

  /** The snapshot keeps what runs and the latest of what is over. */
  #trim(): void {
    let tooMany = this.#shown.length - this.#live.size - shownEnded;
    if (tooMany <= 0) return;
    this.#shown = this.#shown.filter((id) => {
      if (tooMany <= 0 || this.#live.has(id)) return true;
      tooMany -= 1;
      this.#ended.delete(id);
      this.#context.state.drop('transfers', id);
      return false;
    });
  }

  #show(live: Live): void {
    this.#context.state.put('transfers', live.view.id, this.#cardOf(live));
    this.#changed();
  }

  #entryOf(live: Live, endedAtMs?: number): HistoryEntry {
    const { recipe, dir, names } = live.about;
    const card = this.#cardOf(live, endedAtMs);
    const { faults, notices, omissions } = live;
    const told = {
      ...(notices.length === 0 ? {} : { notices }),
      ...(omissions.length === 0 ? {} : { omissions }),
    };
    return { card, recipe, dir, names: names.slice(0, keptNames), faults, ...told };
  }

  #cardOf({ about, view, speeds }: Live, endedAtMs?: number): TransferCard {
    const canStartAgain = about.recipe !== undefined || about.again?.isPossible() === true;
    const hasFailed = view.state !== 'done' || view.failed > 0;
    return {
      ...view,
      title: about.title,
      moreRoots: about.moreRoots,
      speeds: speeds.values,
      canRetry: endedAtMs !== undefined && canStartAgain && hasFailed,
      // While it runs the place is there or comes soon; the disk is not asked with every number.
      canReveal: endedAtMs === undefined ? isPlaced(about) : placeOf(about) !== undefined,
      ...(endedAtMs === undefined ? {} : { endedAtMs }),
      ...(about.dir === undefined ? {} : { shownDir: shownPath(about.dir) }),
    };
  }
}

/** An offer that was refused before anybody was asked: a flood of them may not take the place of what people know of. */
const isUnasked = ({ view, isDescribed }: Live): boolean =>
  view.kind === 'push' && view.direction === 'receive' && !isDescribed;

/** For a transfer that nobody described: what others fetch from a share, or bring to it. */
const aboutOf = (view: TransferView): TransferDescription => ({
  title: view.share ?? view.currentPath ?? '',
  moreRoots: 0,
  names: [],
});

/** The card of a transfer of an earlier run: files may have been moved since, and PINs are not kept. */
const cardNow = (entry: HistoryEntry): TransferCard => {
  const { card, recipe } = entry;
  const isLocked = recipe !== undefined && 'isLocked' in recipe && recipe.isLocked;
  return { ...card, canReveal: placeOf(entry) !== undefined, canRetry: card.canRetry && !isLocked };
};

const isPlaced = ({ dir, recipe }: TransferDescription): boolean =>
  dir !== undefined || (recipe !== undefined && recipe.kind !== 'get');

function placeOf({
  dir,
  names,
  recipe,
}: Pick<TransferDescription, 'dir' | 'names' | 'recipe'>): { path: string; folder: string } | undefined {
  if (dir !== undefined) {
    const path =
      names.map((name) => join(dir, localName(name, rulesAt(dir)))).find((one) => existsSync(one)) ?? dir;
    return existsSync(path) ? { path, folder: dir } : undefined;
  }
  const [path] = recipe !== undefined && recipe.kind !== 'get' ? recipe.paths : [];
  return path !== undefined && existsSync(path) ? { path, folder: dirname(path) } : undefined;
}

/** A title from names at the top: in the order in which the offer lists them, so that both devices name it alike. */
export const aboutNames = (
  names: readonly string[],
): Pick<TransferDescription, 'title' | 'moreRoots' | 'names'> => {
  const listed = names.toSorted(compareUtf8);
  return {
    title: listed[0] ?? '',
    moreRoots: Math.max(0, listed.length - 1),
    names: listed.slice(0, keptNames),
  };
};

/** The same from paths of this machine, or of a share. */
export const aboutPaths = (paths: readonly string[]): ReturnType<typeof aboutNames> =>
  aboutNames(paths.map((path) => basename(path) || path));
