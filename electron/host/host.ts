/**
 * The host: one engine with everything that outlives a window, served to any number of windows over MessageLinks. Makes
 * the parts, connects windows to them, and tells the shell how busy the program is. What each part does is in its file.
 */

import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

import type { EventData, EventName } from '../../shared/ipc/contract/index.ts';
import { parsePeerLink } from '../../shared/model/peer-link.ts';
import type { PeerLink } from '../../shared/model/peer-link.ts';
import type { Endpoint } from '../../shared/model/peer.ts';
import type { Settings } from '../../shared/model/settings.ts';
import type { Engine, EngineEvent } from '../engine/api.ts';
import { createEngine } from '../engine/engine.ts';
import { fileFaultOf } from '../base/file-fault.ts';
import { asHexdropError, HexdropError } from '../../shared/errors/errors.ts';
import { ActivityWatch } from './activity.ts';
import type { Activity, Host, HostOptions, WindowPort } from './api.ts';
import { captureHandlers } from './capture.ts';
import type { CaptureHandlers } from './capture.ts';
import type { HostContext } from './context.ts';
import { DeviceNotes } from './device-notes.ts';
import { Devices } from './devices.ts';
import { Dispatch } from './dispatch.ts';
import type { Handlers } from './dispatch.ts';
import { Grants } from './grants.ts';
import { handlersOf } from './handlers.ts';
import type { HostParts } from './handlers.ts';
import { History } from './history.ts';
import { labHandlers } from './lab.ts';
import { systemLanguage } from './language.ts';
import { LocalFiles } from './local-files.ts';
import { NetworkPresence, quietSelf } from './network-presence.ts';
import { Offers } from './offers.ts';
import type { Opening } from './opening.ts';
import { usualDownloads } from './places.ts';
import { Remote } from './remote.ts';
import { SettingsStore } from './settings-store.ts';
import { HostShares } from './shares.ts';
import { Starter } from './starter.ts';
import { HostState } from './state.ts';
import { Targets } from './targets.ts';
import { Texts } from './texts.ts';
import { Transfers } from './transfers.ts';
import { Uploads } from './uploads.ts';
import { WindowFeed } from './window-feed.ts';
import { WindowConnections } from './window-connections.ts';

/** A person has a few; a page that opens one after the other is broken. */
const mostWindows = 32;
/** Whoever does not mend a home that takes nothing knows of it. */
const homeToldEveryMs = 10 * 60_000;
/** What nobody could be told yet. */
const mostKeptEvents = 50;

/** Loads what is kept in the home folder, makes the engine and listens. */
export async function createHost(options: HostOptions): Promise<Host> {
  const { home, keyLog } = options;
  let host: LocalHost | undefined;
  const engine = await createEngine({
    home,
    capture: true,
    ...(keyLog === undefined ? {} : { keyLog }),
    whereabouts: async (deviceId) => host?.announcedAt(deviceId) ?? [],
  });
  host = new LocalHost(options, engine);
  await host.start();
  return host;
}

class LocalHost implements Host {
  readonly deviceId: string;
  readonly #options: HostOptions;
  readonly #engine: Engine;
  readonly #settings: SettingsStore;
  readonly #context: HostContext;
  readonly #parts: HostParts;
  readonly #handlers: Handlers;
  readonly #capture: CaptureHandlers;
  readonly #activity: ActivityWatch;
  readonly #windows = new Set<WindowConnections>();
  readonly #settingsListeners = new Set<(settings: Settings) => void>();
  /** Events that came before there was a window. */
  #kept: { readonly name: EventName; readonly data: EventData<EventName> }[] = [];
  #homeToldAtMs = 0;
  #isClosed = false;

  constructor(options: HostOptions, engine: Engine) {
    this.#options = options;
    this.#engine = engine;
    this.deviceId = engine.deviceId;
    const trouble = (thrown: unknown): void => this.#trouble(thrown);
    const { home, overrides = {}, shell } = options;
    const { host: _host, ...settingOverrides } = overrides;
    this.#settings = new SettingsStore({
      home,
      deviceId: engine.deviceId,
      downloadDir: usualDownloads(home),
      overrides: settingOverrides,
      trouble,
    });
    const settings = this.#settings.current;
    engine.configure(engineSettings(settings));
    const context: HostContext = {
      home,
      engine,
      state: new HostState({ self: quietSelf(engine, settings), settings }),
      grants: new Grants(),
      settings: this.#settings,
      shell,
      tell: (name, data) => this.#tell(name, data),
      trouble,
    };
    this.#context = context;
    this.#parts = this.#makeParts(context);
    this.#activity = new ActivityWatch(() => ({
      transfers: this.#parts.transfers.running(),
      waitingOffers: this.#parts.offers.count,
      shares: this.#parts.shares.count,
    }));
    this.#capture = captureHandlers(context);
    this.#handlers = { ...handlersOf(context, this.#parts), ...this.#capture.handlers, ...labHandlers };
    engine.onEvent((event) => this.#heard(event));
  }

  async start(): Promise<void> {
    const { presence, shares } = this.#parts;
    if (this.settings.restoreShares) shares.restore();
    await presence.start(this.settings.port);
  }

  announcedAt(deviceId: string): readonly Endpoint[] {
    return this.#parts.devices.announcedAt(deviceId);
  }

  get settings(): Settings {
    return this.#settings.current;
  }

  get activity(): Activity {
    return this.#activity.current;
  }

  get language(): 'en' | 'zh' {
    const { language } = this.settings;
    return language === 'system' ? systemLanguage() : language;
  }

  onActivity(listener: (activity: Activity) => void): () => void {
    return this.#activity.onChange(listener);
  }

  onSettings(listener: (settings: Settings) => void): () => void {
    this.#settingsListeners.add(listener);
    return () => this.#settingsListeners.delete(listener);
  }

  connect({ link, abilities }: WindowPort): void {
    if (this.#isClosed || this.#windows.size >= mostWindows) return link.close();
    const { shell } = this.#options;
    const window = new WindowConnections(link, abilities.isRemote);
    this.#windows.add(window);
    const feed = new WindowFeed(this.#context.state, link, {
      ...abilities,
      reveal: shell.reveal !== undefined && !abilities.isRemote,
      startWithSystem: shell.setStartWithSystem !== undefined,
    });
    const dispatch = new Dispatch({
      link,
      window,
      handlers: this.#handlers,
      askForAll: () => {
        feed.askForAll();
        this.#tellKept(window);
      },
    });
    link.onClose(() => {
      this.#windows.delete(window);
      dispatch.close();
      feed.close();
      window.closed();
    });
    link.onMessage((message) => dispatch.take(message));
  }

  async openWith(openings: readonly Opening[]): Promise<void> {
    const shared: string[] = [];
    const files: string[] = [];
    const links: PeerLink[] = [];
    for (const opening of openings) {
      if ('link' in opening) {
        const link = parsePeerLink(opening.link);
        if (link !== undefined) links.push(link);
        continue;
      }
      const { path, purpose } = opening;
      try {
        const stats = await stat(path).catch((thrown: unknown) => {
          throw fileFaultOf(thrown, 'look at', basename(path));
        });
        if (!stats.isDirectory() && purpose === 'share') {
          throw new HexdropError(
            'not-a-folder',
            `"${basename(path)}" is not a folder; folders can be shared.`,
          );
        }
        if (stats.isDirectory() && purpose !== 'send') {
          shared.push(this.#parts.shares.add({ path: resolve(path) }));
        } else if (stats.isFile() || stats.isDirectory())
          files.push(this.#context.grants.refFor(resolve(path)));
        else throw new HexdropError('not-a-file', `"${basename(path)}" is neither a file nor a folder.`);
      } catch (thrown) {
        this.#trouble(thrown);
      }
    }
    if (shared.length === 0 && files.length === 0 && links.length === 0) return;
    const toSend = await this.#parts.files.measure(files, new AbortController().signal);
    this.#tell('opened-with', { shared, toSend: [...toSend], links }, true);
  }

  grant(path: string): string {
    return this.#parts.files.grant(path);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { presence, devices, shares, transfers, uploads } = this.#parts;
    await Promise.all([presence.close(), this.#engine.close()]);
    uploads.close();
    devices.close();
    shares.close();
    transfers.close();
    this.#activity.close();
    this.#capture.close();
    for (const window of this.#windows) window.end();
  }

  #makeParts(context: HostContext): HostParts {
    const { home, trouble } = context;
    const changed = (): void => this.#activity.changed();
    const devices = new Devices(context, new DeviceNotes(home, trouble));
    const targets = new Targets(context, devices);
    const history = new History(home, trouble);
    const transfers = new Transfers(context, history, changed);
    const uploads = new Uploads(() => transfers.recheck());
    const offers = new Offers(context, devices, transfers, changed);
    return {
      devices,
      targets,
      transfers,
      uploads,
      offers,
      files: new LocalFiles(context.grants),
      starter: new Starter(context, { devices, targets, transfers, uploads }),
      shares: new HostShares(context, changed),
      texts: new Texts(context),
      remote: new Remote(context, devices, targets),
      presence: new NetworkPresence(context, { devices, offers }, this.#options.overrides?.host),
      updateSettings: (patch) => this.#updateSettings(patch),
    };
  }

  #heard(event: EngineEvent): void {
    const { devices, transfers, offers, shares, texts } = this.#parts;
    devices.heard(event);
    transfers.heard(event);
    shares.heard(event);
    texts.heard(event);
    if (event.kind === 'trouble') this.#trouble(event.error);
    if (event.kind === 'transfer') offers.recounted(event.transfer.id, event.transfer.totals);
    if (event.kind === 'finished') offers.withdraw(event.transfer.id);
  }

  async #updateSettings(patch: Partial<Settings>): Promise<Settings> {
    const before = this.settings;
    const { shell } = this.#options;
    if (patch.startWithSystem !== undefined && patch.startWithSystem !== before.startWithSystem) {
      if (shell.setStartWithSystem === undefined) throw new HexdropError('not-supported');
      await shell.setStartWithSystem(patch.startWithSystem);
    }
    const after = this.#settings.update(patch);
    this.#context.state.set('settings', after);
    await this.#parts.presence.apply(before, after);
    for (const listener of this.#settingsListeners) listener(after);
    return after;
  }

  #trouble(thrown: unknown): void {
    const { code, message } = asHexdropError(thrown);
    if (code === 'home-unwritable') {
      // The history, the list of devices and what could be resumed meet the same full disk.
      if (Date.now() - this.#homeToldAtMs < homeToldEveryMs) return;
      this.#homeToldAtMs = Date.now();
    }
    this.#tell('trouble', { code, message }, true);
  }

  /** @param keep for the next window, when there is none */
  #tell<Name extends EventName>(name: Name, data: EventData<Name>, keep = false): void {
    for (const window of this.#windows) window.tell(name, data);
    if (this.#windows.size === 0 && keep && this.#kept.length < mostKeptEvents)
      this.#kept.push({ name, data });
  }

  #tellKept(window: WindowConnections): void {
    for (const { name, data } of this.#kept.splice(0)) window.tell(name, data);
  }
}

const engineSettings = ({ alias, allowPlain, uploadLimit, downloadLimit }: Settings) => ({
  alias,
  allowPlain,
  uploadLimit,
  downloadLimit,
});
