/**
 * Starting transfers: from what a person chose (refs) and whom they meant to the engine's requests, with a recipe for
 * starting them again.
 */

import type { CallArgs, Target } from '../../shared/ipc/contract/index.ts';
import type { Ref } from '../../shared/model/local.ts';
import type { ConflictPolicy } from '../../shared/model/transfer.ts';
import type { StreamedTree, TransferHandle } from '../engine/api.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import type { HostContext } from './context.ts';
import type { Devices } from './devices.ts';
import type { RetrySpec } from './retry-spec.ts';
import type { AskedReach, Route, Targets } from './targets.ts';
import { aboutNames, aboutPaths } from './transfers.ts';
import type { TransferDescription, RetryAction, Transfers } from './transfers.ts';
import type { Uploads } from './uploads.ts';

/** Through a change of networks or a closed lid for a moment; longer ones are for "retry". */
const retryMs = 60_000;

/** Where something goes: to a person, or into a share. */
interface Destination {
  readonly to: Target;
  readonly reach: AskedReach;
  /** A folder of a share, for uploads. */
  readonly into?: { readonly path: string; readonly pin?: string | undefined };
}

export interface StarterParts {
  readonly devices: Devices;
  readonly targets: Targets;
  readonly transfers: Transfers;
  readonly uploads: Uploads;
}

export class Starter {
  readonly #context: HostContext;
  readonly #parts: StarterParts;

  constructor(context: HostContext, parts: StarterParts) {
    this.#context = context;
    this.#parts = parts;
  }

  send({ to, refs, ...reach }: CallArgs<'transfers.send'>): Promise<string> {
    return this.#sendRefs({ to, reach }, refs);
  }

  put({ at, path, refs, pin, ...reach }: CallArgs<'remote.put'>): Promise<string> {
    return this.#sendRefs({ to: at, reach, into: { path, pin } }, refs);
  }

  async get(args: CallArgs<'remote.get'>): Promise<string> {
    const { at, paths, dir: dirRef, pin, onConflict, ...reach } = args;
    const { settings, grants } = this.#context;
    const dir = dirRef === undefined ? settings.current.downloadDir : grants.pathOf(dirRef);
    return this.#get(at, reach, paths, dir, onConflict ?? settings.current.onConflict, pin);
  }

  /** Starts a transfer again that is over; the new one's id. */
  async retry(id: string): Promise<string> {
    const how = this.#parts.transfers.retryOf(id);
    return 'run' in how ? how.run() : this.#follow(how);
  }

  #follow(recipe: RetrySpec): Promise<string> {
    const { to } = recipe;
    const reach = { plain: recipe.plain, acceptNewKey: recipe.acceptNewKey };
    switch (recipe.kind) {
      case 'push':
        return this.#sendPaths({ to, reach }, recipe.paths);
      case 'put':
        return this.#sendPaths({ to, reach, into: { path: recipe.path } }, recipe.paths);
      case 'get':
        return this.#get(to, reach, recipe.paths, recipe.dir, recipe.onConflict, undefined);
    }
  }

  /**
   * What is on this machine and what a page streams are sent by two transfers, since only one of them can be gone on
   * with after a restart; the first one's id.
   */
  async #sendRefs(destination: Destination, refs: readonly Ref[]): Promise<string> {
    const { grants } = this.#context;
    const isOfPage = (ref: Ref): boolean => this.#parts.uploads.has(ref);
    const paths = refs.filter((ref) => !isOfPage(ref)).map((ref) => grants.pathOf(ref));
    const roots = refs.filter(isOfPage);
    const first = paths.length === 0 ? undefined : await this.#sendPaths(destination, paths);
    const second = roots.length === 0 ? undefined : await this.#sendRoots(destination, roots);
    return (first ?? second) as string;
  }

  async #sendPaths(destination: Destination, paths: readonly string[]): Promise<string> {
    const { to, reach, into } = destination;
    const route = this.#parts.targets.route(to, reach);
    const handle = this.#start(destination, route, { paths });
    const kept = { to, paths: [...paths], ...keptReach(reach) };
    const recipe: RetrySpec =
      into === undefined
        ? { kind: 'push', ...kept }
        : { kind: 'put', path: into.path, isLocked: into.pin !== undefined, ...kept };
    return this.#started(handle, route, {
      ...aboutPaths(paths),
      recipe,
      // The PIN is known only in this run.
      again: into?.pin === undefined ? undefined : always(() => this.#sendPaths(destination, paths)),
    });
  }

  async #sendRoots(destination: Destination, roots: readonly Ref[]): Promise<string> {
    const { uploads, targets } = this.#parts;
    const items = uploads.items(roots);
    const route = targets.route(destination.to, destination.reach);
    let handle: TransferHandle | undefined;
    const tree = uploads.treeOf(roots, () => handle?.cancel(new HexdropError('page-gone')));
    handle = this.#start(destination, route, { tree });
    return this.#started(handle, route, {
      ...aboutNames(items.map(({ name }) => name)),
      again: {
        run: () => this.#sendRoots(destination, roots),
        isPossible: () => roots.every((ref) => uploads.has(ref)),
      },
    });
  }

  #start(
    { into }: Destination,
    { endpoint, options }: Route,
    what: { readonly paths: readonly string[] } | { readonly tree: StreamedTree },
  ): TransferHandle {
    const { engine } = this.#context;
    const request = { ...what, to: endpoint, ...options, retryMs };
    if (into === undefined) return engine.send(request);
    const { path, pin } = into;
    return engine.put({ ...request, path, ...(pin === undefined ? {} : { pin }) });
  }

  async #get(
    at: Target,
    reach: AskedReach,
    paths: readonly string[],
    dir: string,
    onConflict: ConflictPolicy,
    pin: string | undefined,
  ): Promise<string> {
    const route = this.#parts.targets.route(at, reach);
    const handle = this.#context.engine.get({
      from: route.endpoint,
      ...route.options,
      paths,
      dir,
      onConflict,
      retryMs,
      ...(pin === undefined ? {} : { pin }),
    });
    const recipe: RetrySpec = {
      kind: 'get',
      to: at,
      paths: [...paths],
      dir,
      onConflict,
      isLocked: pin !== undefined,
      ...keptReach(reach),
    };
    return this.#started(handle, route, {
      ...aboutPaths(paths),
      dir,
      recipe,
      again: pin === undefined ? undefined : always(() => this.#get(at, reach, paths, dir, onConflict, pin)),
    });
  }

  #started(handle: TransferHandle, route: Route, about: TransferDescription): string {
    const { transfers, devices } = this.#parts;
    const { cardId } = route;
    if (cardId !== undefined) {
      handle.done.catch((thrown: unknown) => {
        const { code } = thrown as { readonly code?: string };
        if (code !== undefined && handle.view().peer === undefined) devices.missed(cardId, code);
      });
    }
    return transfers.started(handle, about);
  }
}

const always = (run: () => Promise<string>): RetryAction => ({ run, isPossible: () => true });

/** A new key is accepted once, by a person who was asked. */
const keptReach = ({ plain }: AskedReach): { plain?: boolean } => (plain === undefined ? {} : { plain });
