/**
 * Main's end of the preload: every message is taken from our page alone and parsed before it is acted upon. Paths go in,
 * grants come out.
 */

import { isAbsolute } from 'node:path';

import { ipcMain } from 'electron';
import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import * as v from 'valibot';

import type { MessageLink } from '../../shared/ipc/link.ts';
import type { Ref } from '../../shared/model/local.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { channels } from './channels.ts';
import type { Dialogs } from './dialogs.ts';
import { PortLink } from './link.ts';
import { isFromPage } from './security.ts';
import type { MainWindow } from './window.ts';
import type { Words } from './words.ts';

/** A page has one; the one before a reload may not have heard of its end yet. */
const maxLinks = 4;
/** As many as the contract takes refs in one call. */
const maxPaths = 10_000;

const droppedPaths = v.pipe(
  v.array(v.pipe(v.string(), v.maxLength(32_767), v.check(isAbsolute))),
  v.minLength(1),
  v.maxLength(maxPaths),
);
const pickKind = v.picklist(['files', 'folder']);

export interface BridgeOptions {
  readonly window: MainWindow;
  readonly dialogs: Dialogs;
  words(): Words;
  connect(link: MessageLink): void;
  /** @throws HexdropError */
  grant(path: string): Ref;
}

/** Serves the window's page, and the page that it becomes by a reload. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #links = new Set<PortLink>();

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  listen(): void {
    ipcMain.on(channels.link, (event) => this.#openLink(event));
    ipcMain.on(channels.show, (event) => {
      if (this.#isOurs(event)) this.#options.window.show();
    });
    ipcMain.handle(channels.grant, (event, paths: unknown) => {
      this.#demandOurs(event);
      return this.#grantsFor(v.parse(droppedPaths, paths));
    });
    ipcMain.handle(channels.pick, async (event, kind: unknown) => {
      this.#demandOurs(event);
      const { dialogs, window } = this.#options;
      const words = this.#options.words();
      const paths = await dialogs.choose(v.parse(pickKind, kind), window.browserWindow, words);
      return this.#grantsFor(paths);
    });
  }

  /** The page has gone: crashed, left, or replaced by itself. */
  closeLinks(reason: string): void {
    for (const link of this.#links) link.end(reason);
    this.#links.clear();
  }

  #openLink(event: IpcMainEvent): void {
    const [port, ...more] = event.ports;
    if (port === undefined) return;
    for (const other of more) other.close();
    if (!this.#isOurs(event)) return port.close();
    const link = new PortLink(port, () => this.#links.delete(link));
    if (this.#links.size >= maxLinks) return link.end('too many links of one page');
    this.#links.add(link);
    this.#options.connect(link);
  }

  /** What has gone in the meantime has no grant; when nothing is left, that is an error. */
  #grantsFor(paths: readonly string[]): readonly Ref[] {
    const refs: Ref[] = [];
    let fault: unknown;
    for (const path of paths) {
      try {
        refs.push(this.#options.grant(path));
      } catch (thrown) {
        if (!(thrown instanceof HexdropError)) throw thrown;
        fault = thrown;
      }
    }
    if (refs.length === 0 && fault !== undefined) throw fault;
    return refs;
  }

  #isOurs(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
    const contents = this.#options.window.browserWindow?.webContents;
    return contents !== undefined && isFromPage(event, contents);
  }

  #demandOurs(event: IpcMainEvent | IpcMainInvokeEvent): void {
    if (!this.#isOurs(event)) throw new Error('Only the page of this program may ask.');
  }
}
