/**
 * How this device shows on the network: it listens, announces itself and looks for others, as settings say and at once
 * when they change. Writes the `self` of the snapshot.
 */

import { isIPv6 } from 'node:net';
import { platform } from 'node:os';

import { deviceWords } from '../../shared/model/device-words.ts';
import type { InterfaceAddress, ThisDevice } from '../../shared/model/device.ts';
import type { Settings } from '../../shared/model/settings.ts';
import type { Discovery, Engine } from '../engine/api.ts';
import { startDiscovery } from '../engine/discovery.ts';
import { interfaceAddresses } from '../base/interface-addresses.ts';
import { isLoopback } from '../base/origin.ts';
import { thisMachineKind } from '../base/machine-kind.ts';
import { formatAddress } from '../base/address.ts';
import { asHexdropError } from '../../shared/errors/errors.ts';
import { version } from '../base/version.ts';
import type { HostContext } from './context.ts';
import type { Devices } from './devices.ts';
import { listenNear } from './listening.ts';
import type { Listening } from './listening.ts';
import type { Offers } from './offers.ts';

/** Cables are pulled and networks joined while the program runs. */
const lookEveryMs = 5_000;

export interface PresenceParts {
  readonly devices: Devices;
  readonly offers: Offers;
}

/** The `self` of a program that does not listen yet. */
export const quietSelf = (engine: Engine, settings: Settings): ThisDevice => ({
  deviceId: engine.deviceId,
  words: deviceWords(engine.deviceId),
  alias: engine.alias,
  hue: settings.hue,
  kind: thisMachineKind(),
  platform: platform(),
  version,
  isAnnounced: false,
  addresses: [],
});

export class NetworkPresence {
  readonly #context: HostContext;
  readonly #parts: PresenceParts;
  /** All addresses when absent. */
  readonly #host: string | undefined;
  readonly #timer: NodeJS.Timeout;
  /** What does not change while the program runs. */
  readonly #base: ThisDevice;
  #listening: Listening = {};
  #discovery: Discovery | undefined;
  #addresses: readonly InterfaceAddress[] = [];
  /** One change after the other. */
  #queue: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(context: HostContext, parts: PresenceParts, host: string | undefined) {
    this.#context = context;
    this.#parts = parts;
    this.#host = host;
    this.#base = context.state.single('self');
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  /** @param port the one of this run, where it is not that of the settings */
  async start(port: number): Promise<void> {
    await this.#listen(port);
    if (this.#isClosed) return;
    this.#followDiscovery(this.#context.settings.current);
    this.#look();
  }

  /** Takes on what changed. Resolves when it holds. */
  apply(before: Settings, after: Settings): Promise<void> {
    const work = this.#queue.then(() => this.#apply(before, after));
    this.#queue = work.catch((thrown: unknown) => this.#context.trouble(thrown));
    return work;
  }

  /** Looks for others and at the interfaces now. */
  refresh(): void {
    this.#discovery?.refresh();
    this.#look();
    this.#parts.devices.refreshNow();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#discovery?.close();
  }

  async #apply(before: Settings, after: Settings): Promise<void> {
    if (this.#isClosed) return;
    const { engine } = this.#context;
    engine.configure({
      alias: after.alias,
      allowPlain: after.allowPlain,
      uploadLimit: after.uploadLimit,
      downloadLimit: after.downloadLimit,
    });
    engine.setReceivePolicy(this.#parts.offers.policy());
    if (before.port !== after.port) {
      await engine.stopListening();
      if (!this.#isClosed) await this.#listen(after.port);
    }
    // The program may have ended meanwhile.
    if (this.#isClosed) return;
    this.#followDiscovery(after);
    this.#look();
  }

  async #listen(port: number): Promise<void> {
    const { engine } = this.#context;
    this.#listening = await listenNear(engine, this.#host, port, this.#parts.offers.policy());
  }

  #followDiscovery({ discovery: isWanted, alias }: Settings): void {
    const announced = {
      alias,
      kind: this.#base.kind,
      port: this.#listening.endpoint?.port,
      host: this.#listening.endpoint?.host,
    };
    if (!isWanted) {
      const ended = this.#discovery;
      this.#discovery = undefined;
      this.#parts.devices.discovery = undefined;
      ended?.close().catch((thrown: unknown) => this.#context.trouble(thrown));
      return;
    }
    if (this.#discovery !== undefined) return this.#discovery.update(announced);
    try {
      const discovery = startDiscovery({ deviceId: this.#context.engine.deviceId, ...announced });
      this.#discovery = discovery;
      discovery.onChange(() => {
        if (this.#discovery !== discovery) return;
        this.#parts.devices.refresh();
        this.#show();
      });
      discovery.onTrouble((error) => this.#context.trouble(error));
      this.#parts.devices.discovery = discovery;
    } catch (thrown) {
      this.#context.trouble(asHexdropError(thrown));
    }
  }

  #look(): void {
    const port = this.#listening.endpoint?.port;
    this.#addresses = port === undefined ? [] : reachableAt(this.#host, port);
    this.#show();
  }

  #show(): void {
    if (this.#isClosed) return;
    const { engine, settings, state } = this.#context;
    const { endpoint, wishedPort, error } = this.#listening;
    state.set('self', {
      ...this.#base,
      alias: engine.alias,
      hue: settings.current.hue,
      isAnnounced: this.#discovery?.isAnnounced ?? false,
      addresses: this.#addresses,
      ...(endpoint === undefined ? {} : { listening: endpoint }),
      ...(wishedPort === undefined ? {} : { wishedPort }),
      ...(error === undefined ? {} : { listenError: error }),
    });
  }
}

/** One who listens on one address is reached at that one. */
const reachableAt = (host: string | undefined, port: number): readonly InterfaceAddress[] => {
  const addresses = interfaceAddresses(port);
  if (host === undefined || host === '::') return addresses;
  if (host === '0.0.0.0') return addresses.filter(({ family }) => family === 'IPv4');
  if (isLoopback(host)) {
    const family = isIPv6(host) ? 'IPv6' : 'IPv4';
    const dialable = formatAddress({ host, port });
    return [{ address: host, family, interfaceName: 'loopback', kind: 'loopback', dialable }];
  }
  return addresses.filter(({ address }) => address === host);
};
