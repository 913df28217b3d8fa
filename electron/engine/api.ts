/**
 * The engine as its users see it: the command line and the host of the windows. Types only; the engine itself is
 * engine.ts. Everything that leaves here is plain data from shared/model.
 */

import type { DeviceKind } from '../../shared/model/device.ts';
import type { Endpoint, PeerView } from '../../shared/model/peer.ts';
import type { ListedEntry, ShareView, ShareVisitor } from '../../shared/model/share.ts';
import type {
  ConflictPolicy,
  Decision,
  EntryKind,
  FileFault,
  FileNotice,
  OfferView,
  OmittedReason,
  TransferResult,
  TransferView,
} from '../../shared/model/transfer.ts';
import type { HexdropError } from '../../shared/errors/errors.ts';
import type { CaptureApi } from './capture-api.ts';

/** A device whose key is recorded. */
export interface KnownDevice {
  /** 64 hex digits: SHA-256 of the public key. */
  readonly deviceId: string;
  /**
   * What it called itself when it was first dialed or accepted: the name by which it is found. What it says later is a claim
   * that finds nothing. Until then what it last called itself.
   */
  readonly alias: string;
  /** Where it was dialed, `host:port`, the latest first. Empty for one that only ever came to us. */
  readonly targets: readonly string[];
  readonly firstSeenMs: number;
  /** Right to within an hour. */
  readonly lastSeenMs: number;
  /** A person compared its key. */
  readonly verified?: true;
  /** Somebody took something of it here. */
  readonly accepted?: true;
}

/** What an unfinished transfer left behind, as its journal tells. */
export interface PartialSummary {
  /** Names the journal: 32 hex digits, with a number behind when several ran at a time. */
  readonly key: string;
  /** Empty, like all that follows, when the journal cannot be read. */
  readonly peerDeviceId: string;
  readonly target: string;
  /** Names of what is being received, at most a hundred. */
  readonly roots: readonly string[];
  readonly rootCount: number;
  /** Files in place. */
  readonly files: number;
  /** Files begun. */
  readonly partialFiles: number;
  /** Bytes of the files begun that are verified. */
  readonly verifiedBytes: number;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  /** A transfer is running on it now. */
  readonly active: boolean;
}

export type { CaptureSource, FileCapture, LoadedCapture, LoadOptions, RangeRows } from './capture-api.ts';

export interface EngineOptions {
  /** Folder of identity, known devices and journals; made with owner-only permissions. */
  readonly home: string;
  /** The name others see; the host's name when absent. At most 64 characters. */
  readonly alias?: string;
  /** Whether the listener takes unencrypted connections. Default false. */
  readonly allowPlain?: boolean;
  /** Captures what crosses the wire from the start on. Default false: no connection is looked at. */
  readonly capture?: boolean;
  /** Appends the secrets of every TLS session to this file. Default: they are kept nowhere. */
  readonly keyLog?: string;
  readonly whereabouts?: Whereabouts;
}

/**
 * Where a device is announced now, the best address first; nothing when nobody knows, which may take a moment to find out.
 * Asked when a device cannot be reached where it was. A hint: the key that answers there must be that of the device.
 */
export type Whereabouts = (
  deviceId: string,
  was: Endpoint,
  signal: AbortSignal,
) => Promise<readonly Endpoint[]>;

export interface EngineChange {
  readonly alias?: string;
  /** Whether the listener takes unencrypted connections. */
  readonly allowPlain?: boolean;
  /** Bytes a second over everything that is sent, at least 1; null: as fast as it goes. Transfers that run obey it at once. */
  readonly uploadLimit?: number | null;
  /** Over everything that is received; each sender is told its share of it. */
  readonly downloadLimit?: number | null;
}

/** What happens to the offers of others. */
export interface ReceivePolicy {
  /** Folder in which what is accepted is placed unless the decision names another. */
  readonly dir: string;
  readonly onConflict: ConflictPolicy;
  /** Asked as soon as the offer is there: for a decision that needs no preview of the tree. */
  readonly decidesAtOnce?: boolean;
  /** The transfer waits for it; the offer is taken back meanwhile when the other side cancels. */
  decide(offer: OfferView): Promise<Decision>;
}

export interface ListenRequest {
  /** All interfaces when absent. */
  readonly host?: string;
  /** 0 takes a free one; default `defaultPort`. */
  readonly port?: number;
  /** Offers are answered `not-receiving` when absent. */
  readonly receive?: ReceivePolicy;
}

export interface ReachOptions {
  readonly plain?: boolean;
  /** Replaces the recorded key of that address instead of refusing another one. */
  readonly acceptNewKey?: boolean;
  /**
   * The device that is meant: the key that answers must be this one, whatever is recorded for the address. For addresses
   * that come from announcements, which anybody can make. Nothing is proven, and nothing checked, on a plain connection.
   */
  readonly expectDeviceId?: string | undefined;
  /** More addresses of the same device, the best first. */
  readonly others?: readonly Endpoint[] | undefined;
}

interface RetryOptions {
  /** How long a broken connection is tried again without progress, in milliseconds. 0: never. */
  readonly retryMs?: number;
}

/** One entry of a tree whose content is not in files of this machine. */
export interface StreamedEntry {
  /** Relative, with '/'. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Bytes of a file; 0 for a folder. */
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * A part of one file that is needed. Its bytes come by `push`, in order, in pieces of any size, until there are `bytes`
 * of them; or `fail` ends it. Several parts are open at a time, never more than about 8 MiB of them together: what is
 * pushed is kept until it has been sent, so that is all the backpressure there is. They may be answered in any order;
 * they are needed in that in which they were asked for.
 */
export interface StreamedPart {
  /** Index in `entries`. */
  readonly file: number;
  readonly offset: number;
  /** At least 1, at most 1 MiB. */
  readonly bytes: number;
  /**
   * The bytes belong to the engine from then on. False: nothing more of this part is needed. More bytes than were asked
   * for are a failure of the file.
   */
  push(bytes: Uint8Array): boolean;
  /** The file cannot be read (any more), or is shorter than it was: it fails, the others go on. */
  fail(message: string): void;
}

/** A tree whose content is streamed to the engine while it is sent, such as files that were dropped into a page. */
export interface StreamedTree {
  /**
   * Known whole before the transfer starts, in any order; folders that are not listed are made. A file counts as the
   * same one in a later run when its path, size and time are.
   */
  readonly entries: readonly StreamedEntry[];
  /** Asks for content. After a broken connection a part may be asked for once more. */
  want(part: StreamedPart): void;
  /** This part is not needed any more: its file failed, or the connection broke. */
  unwanted(part: StreamedPart): void;
  /** The transfer is over. Called once. */
  close(): void;
}

/** What is sent: either of the two. */
export type Sendable =
  | { readonly paths: readonly string[]; readonly tree?: undefined }
  | { readonly tree: StreamedTree; readonly paths?: undefined };

export type SendRequest = Sendable &
  ReachOptions &
  RetryOptions & {
    readonly to: Endpoint;
  };

export interface GetRequest extends ReachOptions, RetryOptions {
  readonly from: Endpoint;
  /** Paths that start with a share's name. */
  readonly paths: readonly string[];
  readonly dir: string;
  readonly onConflict: ConflictPolicy;
  readonly wants?: (path: string, kind: 'file' | 'folder') => boolean;
  /** Fetch also what there is certainly no space for, as far as it goes; without it that fails as no-space. */
  readonly takesTooMuch?: boolean;
  readonly pin?: string;
}

export type PutRequest = Sendable &
  ReachOptions &
  RetryOptions & {
    readonly to: Endpoint;
    /** A share, or a folder in it. */
    readonly path: string;
    readonly pin?: string;
  };

/** What is in a folder and is not listed: links, special files, names and files that are not for others. */
export interface ListingOmissions {
  readonly count: number;
  /** The first of them. `code`: one of `omittedReasons`, or of an error. A claim of the other side, like its names. */
  readonly named: readonly { readonly name: string; readonly code: string }[];
}

export interface ListRequest extends ReachOptions {
  readonly from: Endpoint;
  /** '' lists the shares. */
  readonly path: string;
  readonly recursive?: boolean;
  readonly pin?: string;
  /** Called for each page of a folder from which the other side left something out. */
  readonly onOmitted?: (folder: string, omitted: ListingOmissions) => void;
  /** With `recursive`: a folder below could not be listed; the others go on. Absent: that ends it. */
  readonly onFault?: (path: string, error: HexdropError) => void;
}

export interface ListPageRequest extends Omit<ListRequest, 'recursive' | 'onFault' | 'onOmitted'> {
  /** Goes on behind the entry of this name. */
  readonly after?: string;
}

/** One page of a folder: at most 1,000 entries. */
export interface ListPage {
  readonly peer: PeerView;
  /** Whether the folder takes uploads. */
  readonly writable: boolean;
  readonly entries: readonly ListedEntry[];
  /** Whether there is more behind the last entry. */
  readonly more: boolean;
}

export interface ReadRequest extends ReachOptions {
  readonly from: Endpoint;
  /** A file of a share. */
  readonly path: string;
  readonly offset: number;
  /** At most 1 MiB. */
  readonly length: number;
  readonly pin?: string;
}

export interface FileRange {
  /** Bytes of the whole file. */
  readonly size: number;
  /** Fewer than asked for at the end of the file. */
  readonly bytes: Uint8Array;
}

/** A piece of text for the clipboard or the notes of a person. */
export interface TextRequest extends ReachOptions {
  readonly to: Endpoint;
  /** 1 to 60,000 characters. */
  readonly text: string;
}

export interface ProbeRequest extends ReachOptions {
  readonly to: Endpoint;
  /** Nowhere else, wherever the device is announced. */
  readonly onlyThere?: boolean;
}

export interface Probed {
  readonly peer: PeerView;
  /** From the dial to the open session. */
  readonly tookMs: number;
}

export interface ShareChange {
  readonly writable?: boolean;
  /** null takes the PIN away. */
  readonly pin?: string | null;
}

export interface ShareRequest {
  readonly path: string;
  /** The folder's own name when absent; made unique. */
  readonly name?: string;
  readonly writable?: boolean;
  readonly pin?: string;
}

/** Steers one transfer. */
export interface TransferHandle {
  /** 32 hex digits. */
  readonly id: string;
  view(): TransferView;
  /** Ends it on both sides; what was verified stays as a resumable partial. With a reason it has failed. */
  cancel(why?: HexdropError): void;
  /** Nothing flows until `resume`, also after a broken connection. The other side sees that it is paused from here. */
  pause(): void;
  /** Takes this side's `pause` back; one of the other side stays. */
  resume(): void;
  /** Rejects with a HexdropError when the transfer failed as a whole; single files that failed are in the result. */
  readonly done: Promise<TransferResult>;
}

export type EngineEvent =
  | { readonly kind: 'session-opened'; readonly peer: PeerView }
  | { readonly kind: 'session-closed'; readonly peer: PeerView; readonly error?: HexdropError }
  /** A connection that never became a session: not ours, hostile, or too many. */
  | { readonly kind: 'rejected'; readonly address: string; readonly error: HexdropError }
  /** First use of a key, now recorded. */
  | { readonly kind: 'trusted'; readonly peer: PeerView }
  /** Something of this device that ends nothing, told once until it is mended: what it keeps, or was asked to, cannot be written. */
  | { readonly kind: 'trouble'; readonly error: HexdropError }
  /** Shares, or who uses them, changed. Coalesced. */
  | { readonly kind: 'shares' }
  /** Somebody sent a piece of text. */
  | {
      readonly kind: 'text';
      readonly peer: PeerView;
      readonly text: string;
      readonly id: string;
      readonly atMs: number;
    }
  /** Coalesced: at most twenty a second for each transfer. */
  | { readonly kind: 'transfer'; readonly transfer: TransferView }
  | { readonly kind: 'fault'; readonly transferId: string; readonly fault: FileFault }
  | {
      readonly kind: 'omitted';
      readonly transferId: string;
      readonly path: string;
      readonly reason: OmittedReason;
    }
  | { readonly kind: 'notice'; readonly transferId: string; readonly notice: FileNotice }
  | {
      readonly kind: 'retrying';
      readonly transferId: string;
      readonly inMs: number;
      readonly error: HexdropError;
    }
  /** `result` is absent when it failed as a whole; then `transfer.error` says why. */
  | { readonly kind: 'finished'; readonly transfer: TransferView; readonly result?: TransferResult };

export interface EngineSnapshot {
  readonly deviceId: string;
  readonly alias: string;
  readonly listening?: Endpoint;
  readonly shares: readonly ShareView[];
  readonly transfers: readonly TransferView[];
}

export interface Engine {
  readonly deviceId: string;
  readonly alias: string;
  readonly capture: CaptureApi;
  /** Takes effect at once, for sessions that begin from now on. */
  configure(change: EngineChange): void;
  /** Resolves once connections are taken, with the address and the port that are used. Rejects with usage when it listens. */
  listen(request: ListenRequest): Promise<Endpoint & { readonly deviceId: string }>;
  /** Takes no new connections; sessions and transfers that run go on. `listen` may follow. */
  stopListening(): Promise<void>;
  /** What happens to offers and texts from now on; undefined: they are answered `not-receiving`. */
  setReceivePolicy(policy: ReceivePolicy | undefined): void;
  /** Serves a folder from now on. Its name differs from the one asked for when another share has that. */
  addShare(request: ShareRequest): ShareView;
  /** Who opened the share before has to give a new PIN. @throws HexdropError no-such-share */
  updateShare(name: string, change: ShareChange): ShareView;
  /** Ends the transfers that run from and to it. @throws HexdropError no-such-share */
  removeShare(name: string): void;
  /** Who has a session and asked for something of a share, by its name; shares without visitors are absent. */
  shareVisitors(): ReadonlyMap<string, readonly ShareVisitor[]>;
  /** Offers files and folders; they go once the other side accepts. Fails with `declined` when it does not. */
  send(request: SendRequest): TransferHandle;
  /** Fetches files and folders out of shares into a folder of this machine. */
  get(request: GetRequest): TransferHandle;
  /** Puts files and folders into a share that takes uploads; nobody is asked. */
  put(request: PutRequest): TransferHandle;
  /** Any transfer of the snapshot, also one that another device started; what is over can be looked at only. */
  transfer(id: string): TransferHandle | undefined;
  /** Yields the entries page by page while they come; throws when the folder cannot be listed. */
  list(request: ListRequest): AsyncIterable<ListedEntry>;
  /** Like `read`, uses one session for all calls to one device that follow each other within half a minute. */
  listPage(request: ListPageRequest): Promise<ListPage>;
  /** A range of a file, for previews. */
  read(request: ReadRequest): Promise<FileRange>;
  /** Resolves once the other side has taken it. */
  sendText(request: TextRequest): Promise<PeerView>;
  /** Opens a session and closes it again. */
  probe(request: ProbeRequest): Promise<Probed>;
  /** What unfinished transfers left in this home, the latest first. */
  partials(): Promise<readonly PartialSummary[]>;
  /** Removes what no running transfer uses; returns what was removed. */
  cleanPartials(): Promise<readonly PartialSummary[]>;
  /** Devices whose key is recorded. */
  knownDevices(): readonly KnownDevice[];
  /** A person compared the key of this device, which may never have been met, or takes that back. */
  verifyDevice(deviceId: string, on: boolean): void;
  /** Its key is as good as never seen. */
  forgetDevice(deviceId: string): void;
  /** Calls the listener with every event from now on; what it returns ends that. */
  onEvent(listener: (event: EngineEvent) => void): () => void;
  /** What is so now: listeners need no events of the past. */
  snapshot(): EngineSnapshot;
  /** Cancels nothing on disk: sessions get BYE, partials stay. Takes at most 800 ms. */
  close(): Promise<void>;
}

/** A device as it announces itself. All of it is a claim of whoever sent it: a hint where to dial, never trust. */
export interface DiscoveredPeer {
  /** 64 hex digits. */
  readonly deviceId: string;
  /** At most 64 characters, of any kind: to be shown through `displayName`. */
  readonly alias: string;
  readonly kind: DeviceKind;
  /** Operating system, as it calls itself. */
  readonly platform: string;
  /** The best first: an own subnet, IPv4 before IPv6, link-local IPv6 (with its zone) last. Never empty. */
  readonly addresses: readonly Endpoint[];
  readonly lastSeenMs: number;
}

/** What is announced of this device. */
export interface Announced {
  readonly alias: string;
  readonly kind: DeviceKind;
  /** Absent: nothing is announced, others are only looked for. */
  readonly port?: number | undefined;
  /** The address that is listened on, as the engine's `listen` says it: only that one is announced. All when absent. */
  readonly host?: string | undefined;
}

/** Announces this device on the network and sees others. Never throws because of the network. */
export interface Discovery {
  /** Those announced now, by alias. This device is not among them. */
  readonly peers: readonly DiscoveredPeer[];
  /** Whether an announcement of this device left on at least one interface. */
  readonly isAnnounced: boolean;
  /** Looks at the interfaces and asks again, now. */
  refresh(): void;
  /** What is not named stays as it is. `port: undefined` takes the announcement back. */
  update(announced: Partial<Announced>): void;
  /** Called when `peers` or `isAnnounced` have changed. */
  onChange(listener: () => void): () => void;
  /** Each kind of trouble is told once for each interface, until it is over. */
  onTrouble(listener: (error: HexdropError) => void): () => void;
  /** Says goodbye. At most 300 ms. */
  close(): Promise<void>;
}
