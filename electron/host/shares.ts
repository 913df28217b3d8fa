/**
 * The folders that this device serves, kept in <home>/shares.json and served again at the next start if settings say so.
 * A share whose folder is not there (a drive that is not plugged in) stays in the list with what is wrong, and is served
 * as soon as the folder is back. PINs are in that file as they are, for its owner alone: see docs/SECURITY.md.
 */

import { realpathSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';

import type { ShareCard, ShareView } from '../../shared/model/share.ts';
import type { TransferView } from '../../shared/model/transfer.ts';
import type { EngineEvent } from '../engine/api.ts';
import { freeName } from '../base/free-name.ts';
import { fileFaultOf } from '../base/file-fault.ts';
import { nameOfPath } from '../base/name-of-path.ts';
import { asHexdropError, HexdropError } from '../../shared/errors/errors.ts';
import type { HostContext } from './context.ts';
import { OwnersJson } from './owners-json.ts';

/** A drive that comes back need not be seen at once. */
const lookEveryMs = 5_000;

const fileSchema = v.object({
  version: v.literal(1),
  shares: v.array(
    v.object({
      name: v.string(),
      path: v.string(),
      writable: v.boolean(),
      pin: v.exactOptional(v.string()),
    }),
  ),
});

type KeptShare = v.InferOutput<typeof fileSchema>['shares'][number];

interface Share {
  kept: KeptShare;
  /** Why it is not served now; a code. */
  fault: string | undefined;
  /** Its folder is being looked at. */
  isLookedAt: boolean;
  /** Whether the engine has it. */
  isServed: boolean;
  served: { files: number; bytes: number };
  /** Transfers that run, with what they have moved so far. */
  readonly running: Map<string, { files: number; bytes: number }>;
}

export interface NewShare {
  readonly path: string;
  readonly name?: string | undefined;
  readonly writable?: boolean | undefined;
  readonly pin?: string | undefined;
}

export class HostShares {
  readonly #context: HostContext;
  readonly #file: OwnersJson<typeof fileSchema>;
  readonly #changed: () => void;
  readonly #shares = new Map<string, Share>();
  readonly #timer: NodeJS.Timeout;

  constructor(context: HostContext, changed: () => void) {
    this.#context = context;
    this.#file = new OwnersJson(join(context.home, 'shares.json'), fileSchema);
    this.#changed = changed;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  get count(): number {
    return this.#shares.size;
  }

  /** Serves again what was served when the program ended. */
  restore(): void {
    let kept: readonly KeptShare[] = [];
    try {
      kept = this.#file.read()?.shares ?? [];
    } catch (thrown) {
      this.#context.trouble(thrown);
    }
    for (const share of kept) {
      if (this.#shares.has(share.name)) continue;
      this.#add(share);
    }
    this.#show();
  }

  /** A folder that is served already keeps its name and what was set for it. @throws HexdropError not-a-folder and others */
  add({ path, name, writable, pin }: NewShare): string {
    const real = realOf(path);
    const before = [...this.#shares.values()].find(
      ({ kept }) => kept.path === real && (name === undefined || kept.name === name),
    );
    if (before !== undefined) {
      if (writable !== undefined || pin !== undefined) this.update(before.kept.name, { writable, pin });
      return before.kept.name;
    }
    const view = this.#context.engine.addShare({
      path,
      name: this.#freeName(name ?? nameOfPath(path)),
      ...(writable === undefined ? {} : { writable }),
      ...(pin === undefined ? {} : { pin }),
    });
    this.#shares.set(view.name, newShare(keptOf(view, pin), true));
    this.#keep();
    this.#show();
    return view.name;
  }

  /** `pin: null` takes it away. @throws HexdropError no-such-share */
  update(
    name: string,
    change: { readonly writable?: boolean | undefined; readonly pin?: string | null | undefined },
  ): void {
    const share = this.#share(name);
    const { writable, pin } = change;
    if (share.isServed) {
      this.#context.engine.updateShare(name, {
        ...(writable === undefined ? {} : { writable }),
        ...(pin === undefined ? {} : { pin }),
      });
    }
    const { pin: pinBefore, ...rest } = share.kept;
    const pinNow = pin === undefined ? pinBefore : (pin ?? undefined);
    share.kept = {
      ...rest,
      writable: writable ?? rest.writable,
      ...(pinNow === undefined ? {} : { pin: pinNow }),
    };
    this.#keep();
    this.#show();
  }

  /** @throws HexdropError no-such-share */
  remove(name: string): void {
    const share = this.#share(name);
    if (share.isServed) this.#context.engine.removeShare(name);
    this.#shares.delete(name);
    this.#context.state.drop('shares', name);
    this.#keep();
    this.#show();
  }

  /** @throws HexdropError no-such-share */
  folderOf(name: string): string {
    return this.#share(name).kept.path;
  }

  heard(event: EngineEvent): void {
    if (event.kind === 'shares') return this.#show();
    if (event.kind === 'transfer') this.#count(event.transfer, false);
    if (event.kind === 'finished') this.#count(event.transfer, true);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** What others fetched from a share. */
  #count(view: TransferView, isOver: boolean): void {
    if (view.kind !== 'serve' || view.direction !== 'send' || view.share === undefined) return;
    const share = this.#shares.get(view.share);
    if (share === undefined) return;
    const { files, bytes } = view;
    if (isOver) {
      share.running.delete(view.id);
      share.served = { files: share.served.files + files, bytes: share.served.bytes + bytes };
    } else share.running.set(view.id, { files, bytes });
    this.#showOne(share);
  }

  #share(name: string): Share {
    const share = this.#shares.get(name);
    if (share === undefined) throw new HexdropError('no-such-share');
    return share;
  }

  /** Shares that are not served now keep their names too. */
  #freeName(wanted: string): string {
    return this.#shares.has(wanted) ? freeName(wanted, (candidate) => this.#shares.has(candidate)) : wanted;
  }

  #add(kept: KeptShare): void {
    const share = newShare(kept, false);
    this.#shares.set(kept.name, share);
    this.#serve(share);
  }

  #serve(share: Share): void {
    const { name, path, writable, pin } = share.kept;
    try {
      this.#context.engine.addShare({ path, name, writable, ...(pin === undefined ? {} : { pin }) });
      share.isServed = true;
      share.fault = undefined;
    } catch (thrown) {
      share.fault = asHexdropError(thrown).code;
    }
  }

  /** Folders go and come back with their drives. */
  #look(): void {
    for (const share of this.#shares.values()) if (!share.isLookedAt) void this.#lookAt(share);
  }

  /** Not at once: a network drive that hangs must not hold up the program. */
  async #lookAt(share: Share): Promise<void> {
    share.isLookedAt = true;
    const fault = await faultOf(share.kept.path);
    share.isLookedAt = false;
    if (this.#shares.get(share.kept.name) !== share) return;
    share.fault = fault;
    if (fault === undefined && !share.isServed) this.#serve(share);
    this.#showOne(share);
  }

  #show(): void {
    const visitors = this.#context.engine.shareVisitors();
    for (const share of this.#shares.values()) this.#showOne(share, visitors);
    this.#changed();
  }

  #showOne(share: Share, visitors = this.#context.engine.shareVisitors()): void {
    const { name, path, writable, pin } = share.kept;
    let { files, bytes } = share.served;
    for (const running of share.running.values()) {
      files += running.files;
      bytes += running.bytes;
    }
    const card: ShareCard = {
      name,
      path,
      writable,
      locked: pin !== undefined,
      visitors: visitors.get(name) ?? [],
      servedFiles: files,
      servedBytes: bytes,
      ...(share.fault === undefined ? {} : { fault: share.fault }),
    };
    this.#context.state.put('shares', name, card);
  }

  #keep(): void {
    try {
      this.#file.write({ version: 1, shares: [...this.#shares.values()].map(({ kept }) => kept) });
    } catch (thrown) {
      this.#context.trouble(thrown);
    }
  }
}

const newShare = (kept: KeptShare, isServed: boolean): Share => ({
  kept,
  fault: undefined,
  isLookedAt: false,
  isServed,
  served: { files: 0, bytes: 0 },
  running: new Map(),
});

const keptOf = ({ name, path, writable }: ShareView, pin: string | undefined): KeptShare => ({
  name,
  path,
  writable,
  ...(pin === undefined ? {} : { pin }),
});

async function faultOf(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return 'not-a-folder';
    await access(path, constants.R_OK);
    return undefined;
  } catch (thrown) {
    return fileFaultOf(thrown, 'look at', basename(path)).code;
  }
}

/** Shares are kept by where their folder really is. */
function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path; // What is wrong with it is told when it is served.
  }
}
