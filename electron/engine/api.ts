/**
 * The engine as its users see it: the command line, and later the host of the windows. Types only; the engine
 * itself is engine.ts. Everything that leaves here is plain data from shared/model.
 */

import type { Endpoint, PeerView } from '../../shared/model/peer.ts';
import type { ListedEntry, ShareView } from '../../shared/model/share.ts';
import type {
  ConflictPolicy,
  Decision,
  FileFault,
  OfferView,
  TransferResult,
  TransferView,
} from '../../shared/model/transfer.ts';
import type { HexdropError } from '../../shared/protocol/errors.ts';
import type { KnownDevice } from './net/known-devices.ts';
import type { PartialSummary } from './transfer/partials.ts';

export interface EngineOptions {
  /** Folder of identity, known devices and journals; made with owner-only permissions. */
  readonly home: string;
  /** The name others see; the host's name when absent. At most 64 characters. */
  readonly alias?: string;
  /** Whether the listener takes unencrypted connections. Default false. */
  readonly allowPlain?: boolean;
}

export interface ReceivePolicy {
  readonly dir: string;
  readonly onConflict: ConflictPolicy;
  /** Asked as soon as the offer is there: for a decision that needs no preview of the tree. */
  readonly decidesAtOnce?: boolean;
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
}

export interface RetryOptions {
  /** How long a broken connection is tried again without progress, in milliseconds. 0: never. */
  readonly retryMs?: number;
}

export interface SendRequest extends ReachOptions, RetryOptions {
  readonly paths: readonly string[];
  readonly to: Endpoint;
}

export interface GetRequest extends ReachOptions, RetryOptions {
  readonly from: Endpoint;
  /** Paths that start with a share's name. */
  readonly paths: readonly string[];
  readonly dir: string;
  readonly onConflict: ConflictPolicy;
  readonly wants?: (path: string, kind: 'file' | 'folder') => boolean;
  readonly pin?: string;
}

export interface PutRequest extends ReachOptions, RetryOptions {
  readonly paths: readonly string[];
  readonly to: Endpoint;
  /** A share, or a folder in it. */
  readonly path: string;
  readonly pin?: string;
}

export interface ListRequest extends ReachOptions {
  readonly from: Endpoint;
  /** '' lists the shares. */
  readonly path: string;
  readonly recursive?: boolean;
  readonly pin?: string;
}

export interface ShareRequest {
  readonly path: string;
  /** The folder's own name when absent; made unique. */
  readonly name?: string;
  readonly writable?: boolean;
  readonly pin?: string;
}

export interface TransferHandle {
  /** 32 hex digits. */
  readonly id: string;
  view(): TransferView;
  /** Ends it on both sides; what was verified stays as a resumable partial. */
  cancel(): void;
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
  /** Coalesced: at most twenty a second for each transfer. */
  | { readonly kind: 'transfer'; readonly transfer: TransferView }
  | { readonly kind: 'fault'; readonly transferId: string; readonly fault: FileFault }
  | {
      readonly kind: 'omitted';
      readonly transferId: string;
      readonly path: string;
      readonly reason: 'symlink' | 'special';
    }
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
  listen(request: ListenRequest): Promise<Endpoint & { readonly deviceId: string }>;
  addShare(request: ShareRequest): ShareView;
  send(request: SendRequest): TransferHandle;
  get(request: GetRequest): TransferHandle;
  put(request: PutRequest): TransferHandle;
  list(request: ListRequest): AsyncIterable<ListedEntry>;
  partials(): Promise<readonly PartialSummary[]>;
  /** Removes what no running transfer uses; returns what was removed. */
  cleanPartials(): Promise<readonly PartialSummary[]>;
  knownDevices(): readonly KnownDevice[];
  onEvent(listener: (event: EngineEvent) => void): () => void;
  snapshot(): EngineSnapshot;
  /** Cancels nothing on disk: sessions get BYE, partials stay. Takes at most 800 ms. */
  close(): Promise<void>;
}
