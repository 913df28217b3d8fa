/** A World for tests: streams that are recorded and scripted, an engine that does what the test says. */

import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { PeerView } from '../../../shared/model/peer.ts';
import type { ListedEntry, ShareView } from '../../../shared/model/share.ts';
import type { TransferResult, TransferView } from '../../../shared/model/transfer.ts';
import type {
  Engine,
  EngineChange,
  EngineEvent,
  EngineOptions,
  EngineSnapshot,
  GetRequest,
  ListRequest,
  ListenRequest,
  PutRequest,
  SendRequest,
  ShareRequest,
  TextRequest,
  TransferHandle,
  DiscoveredPeer,
  Discovery,
} from '../../engine/api.ts';
import type { DiscoveryOptions } from '../../engine/discovery/discovery.ts';
import type { UiProgram } from '../../host/ui-program.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { KnownDevice } from '../../engine/api.ts';
import type { PartialSummary } from '../../engine/api.ts';
import { peerView, transferResult, transferView } from './fake-views.ts';
import { run } from '../run.ts';
import type { NetworkAddress, TextSink, TextSource, World } from '../world.ts';

export class FakeSink extends EventEmitter implements TextSink {
  isTTY = false;
  columns: number | undefined;
  text = '';

  write(content: string | Uint8Array, written?: () => void): boolean {
    this.text += typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
    written?.();
    return true;
  }

  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** Each line as the JSON that it must be. */
  get events(): readonly { readonly event: string; readonly [field: string]: unknown }[] {
    return this.lines.map((line) => JSON.parse(line));
  }
}

/** A terminal at which someone types. Buffers while nobody reads, as the system does. */
class FakeSource extends EventEmitter implements TextSource {
  isTTY = false;
  isRaw = false;
  isReading = false;
  #typed: string[] = [];

  type(text: string): void {
    this.#typed.push(text);
    this.#deliver();
  }

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  setEncoding(): void {}

  resume(): void {
    this.isReading = true;
    this.#deliver();
  }

  pause(): void {
    this.isReading = false;
  }

  #deliver(): void {
    while (this.isReading && this.#typed.length > 0) this.emit('data', this.#typed.shift());
  }
}

/** The commands neither pause nor resume. */
type HeldByCommands = Omit<TransferHandle, 'pause' | 'resume'>;

export class FakeHandle implements HeldByCommands {
  readonly id: string;
  readonly done: Promise<TransferResult>;
  cancelled = false;
  current: TransferView;
  finish: (result?: Partial<TransferResult>) => void = () => {};
  fail: (error: HexdropError) => void = () => {};

  constructor(view: TransferView) {
    this.id = view.id;
    this.current = view;
    this.done = new Promise((resolve, reject) => {
      this.finish = (result) => {
        this.current = { ...this.current, state: 'done' };
        resolve(transferResult(result));
      };
      this.fail = reject;
    });
  }

  view(): TransferView {
    return this.current;
  }

  cancel(): void {
    this.cancelled = true;
    this.fail(new HexdropError('cancelled'));
  }
}

/** What the commands call; the windows call more. */
type CalledByCommands = Pick<
  Engine,
  | 'deviceId'
  | 'alias'
  | 'configure'
  | 'listen'
  | 'addShare'
  | 'send'
  | 'get'
  | 'put'
  | 'list'
  | 'sendText'
  | 'partials'
  | 'cleanPartials'
  | 'knownDevices'
  | 'onEvent'
  | 'snapshot'
  | 'close'
>;

export class FakeEngine implements CalledByCommands {
  readonly deviceId = '07de'.repeat(16);
  readonly alias = 'desk';
  options: EngineOptions | undefined;
  configured: EngineChange | undefined;
  isClosed = false;
  closeMs = 0;
  devices: readonly KnownDevice[] = [];
  unfinished: readonly PartialSummary[] = [];
  entries: readonly ListedEntry[] = [];
  /** Folders below that cannot be listed. */
  closedFolders: readonly (readonly [path: string, error: HexdropError])[] = [];
  shares: ShareView[] = [];
  transfers: TransferView[] = [];
  listening: ListenRequest | undefined;
  readonly sent: SendRequest[] = [];
  readonly got: GetRequest[] = [];
  readonly uploaded: PutRequest[] = [];
  readonly listed: ListRequest[] = [];
  readonly texts: TextRequest[] = [];
  /** Thrown for a text that is sent. */
  textFault: HexdropError | undefined;
  /** What a transfer does once it is started. */
  script: (handle: FakeHandle, pin: string | undefined) => void = (handle) => handle.finish();
  /** Thrown by list for a PIN, or the lack of one. */
  listFault: (pin: string | undefined) => HexdropError | undefined = () => undefined;
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  configure(change: EngineChange): void {
    this.configured = change;
  }

  emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async listen(request: ListenRequest) {
    this.listening = request;
    return { host: request.host ?? '0.0.0.0', port: request.port ?? 18520, deviceId: this.deviceId };
  }

  addShare({ path, writable, pin }: ShareRequest): ShareView {
    const share = {
      name: path.split('/').at(-1) ?? '',
      path,
      writable: writable ?? false,
      locked: pin !== undefined,
    };
    this.shares.push(share);
    return share;
  }

  send(request: SendRequest): TransferHandle {
    this.sent.push(request);
    return this.#start(transferView(), undefined);
  }

  get(request: GetRequest): TransferHandle {
    this.got.push(request);
    return this.#start(transferView({ kind: 'get', direction: 'receive' }), request.pin);
  }

  put(request: PutRequest): TransferHandle {
    this.uploaded.push(request);
    return this.#start(transferView({ kind: 'put' }), request.pin);
  }

  async *list(request: ListRequest): AsyncGenerator<ListedEntry> {
    this.listed.push(request);
    const fault = this.listFault(request.pin);
    if (fault !== undefined) throw fault;
    yield* this.entries;
    for (const [path, closed] of this.closedFolders) request.onFault?.(path, closed);
  }

  async sendText(request: TextRequest): Promise<PeerView> {
    if (this.textFault !== undefined) throw this.textFault;
    this.texts.push(request);
    return peerView();
  }

  async partials(): Promise<readonly PartialSummary[]> {
    return this.unfinished;
  }

  async cleanPartials(): Promise<readonly PartialSummary[]> {
    return this.unfinished.filter((partial) => !partial.active);
  }

  knownDevices(): readonly KnownDevice[] {
    return this.devices;
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  snapshot(): EngineSnapshot {
    return { deviceId: this.deviceId, alias: this.alias, shares: this.shares, transfers: this.transfers };
  }

  async close(): Promise<void> {
    if (this.closeMs > 0) await delay(this.closeMs);
    this.isClosed = true;
  }

  #start(view: TransferView, pin: string | undefined): TransferHandle {
    const handle = new FakeHandle(view);
    this.transfers.push(handle.current);
    // A script may run before anybody waits for the end.
    handle.done.catch(() => {});
    setImmediate(() => this.script(handle, pin));
    return handle as HeldByCommands as TransferHandle;
  }
}

/** A network on which a test says who is there. */
export class FakeDiscovery implements Discovery {
  readonly started: DiscoveryOptions[] = [];
  peers: readonly DiscoveredPeer[] = [];
  isAnnounced = true;
  closedCount = 0;
  /** Told to whoever listens for trouble. */
  trouble: HexdropError | undefined;
  readonly #listeners = new Set<() => void>();

  appear(peer: DiscoveredPeer): void {
    this.peers = [...this.peers, peer];
    for (const listener of this.#listeners) listener();
  }

  refresh(): void {}

  update(): void {}

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onTrouble(listener: (error: HexdropError) => void): () => void {
    if (this.trouble !== undefined) listener(this.trouble);
    return () => {};
  }

  async close(): Promise<void> {
    this.closedCount += 1;
  }
}

export interface FakeCall {
  readonly world: World;
  readonly engine: FakeEngine;
  readonly discovery: FakeDiscovery;
  readonly stdin: FakeSource;
  readonly stdout: FakeSink;
  readonly stderr: FakeSink;
  /** Codes with which the process would have been ended on the spot. */
  readonly exits: number[];
  /** Ctrl-C. */
  signal(): void;
  /** Starts the command; resolves with its exit code. */
  run(): Promise<number>;
}

export interface FakeCallOptions {
  readonly engine?: FakeEngine;
  /** Standard input and standard error are a terminal. */
  readonly isTerminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly addresses?: readonly NetworkAddress[];
  readonly discovery?: FakeDiscovery;
  /** Names that the system's resolver knows; all when absent. */
  readonly hosts?: readonly string[];
  readonly ui?: UiProgram;
  /** What comes on standard input, piece by piece; an error breaks it off. */
  readonly input?: readonly (string | Uint8Array | Error)[];
}

async function* bytesOf(pieces: NonNullable<FakeCallOptions['input']>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield typeof piece === 'string' ? Buffer.from(piece) : piece;
  }
}

export const fakeCall = (argv: readonly string[], options: FakeCallOptions = {}): FakeCall => {
  const engine = options.engine ?? new FakeEngine();
  const discovery = options.discovery ?? new FakeDiscovery();
  const [stdin, stdout, stderr] = [new FakeSource(), new FakeSink(), new FakeSink()];
  stdin.isTTY = options.isTerminal ?? false;
  stderr.isTTY = options.isTerminal ?? false;
  stderr.columns = 80;
  const signals = new EventEmitter();
  const exits: number[] = [];
  const world: World = {
    argv,
    env: options.env ?? {},
    platform: 'linux',
    stdin,
    standardInputBytes: () => bytesOf(options.input ?? []),
    stdout,
    stderr,
    version: '1.2.3',
    homeDirectory: () => '/home/someone',
    networkAddresses: () => options.addresses ?? [],
    createEngine: async (engineOptions) => {
      engine.options = engineOptions;
      return engine as CalledByCommands as Engine;
    },
    startDiscovery: async (discoveryOptions) => {
      discovery.started.push(discoveryOptions);
      return discovery;
    },
    knowsHost: async (name) => options.hosts?.includes(name) ?? true,
    loadUi: async () => {
      if (options.ui === undefined) throw new Error('Cannot find module ui.js');
      return options.ui;
    },
    startCommand: ['/usr/bin/node', '/opt/hexdrop.js'],
    onSignal: (listener) => {
      signals.on('signal', listener);
      return () => signals.off('signal', listener);
    },
    exitNow: (code) => exits.push(code),
  };
  return {
    world,
    engine,
    discovery,
    stdin,
    stdout,
    stderr,
    exits,
    signal: () => signals.emit('signal'),
    run: () => run(world),
  };
};

/** Resolves when `condition` holds; what the test then checks says more than a timeout would. */
export const until = async (condition: () => boolean): Promise<void> => {
  for (const startedMs = performance.now(); performance.now() - startedMs < 15_000; await delay(5)) {
    if (condition()) return;
  }
};
