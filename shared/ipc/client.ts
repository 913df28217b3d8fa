/**
 * The window's end of a MessageLink: typed calls, the snapshot kept up by deltas, events. Every answer goes through the
 * contract's parsers. A gap in the deltas asks for a new snapshot; a broken link is made anew. No DOM: the road comes in
 * as a function.
 */

import * as v from 'valibot';

import { withChanges } from '../model/snapshot.ts';
import type { Change, Snapshot } from '../model/snapshot.ts';
import { calls, changeValue, events, isEventName, snapshotValue } from './contract/index.ts';
import type { CallName, CallResult, EventData, EventName } from './contract/index.ts';
import { replySchema } from './envelope.ts';
import type { Reply, Request } from './envelope.ts';
import { LinkFailure, linkFailure } from './failure.ts';
import type { LinkBlob, LinkMessage, MessageLink } from './link.ts';

/**
 * `connecting`: at the start. `open`: the snapshot is there and kept up. `lost`: it is old, calls fail, and the way is
 * being tried again.
 */
export type ConnectionState = 'connecting' | 'open' | 'lost';

export interface ClientOptions {
  /** Makes the road; called again after it broke. */
  connect(): Promise<MessageLink>;
  /** Runs work later; tests bring their own clock. Answers with the way to call it off. */
  readonly schedule?: (work: () => void, delayMs: number) => () => void;
}

interface CallOptions {
  /** Beside the arguments, where the contract says so. */
  readonly bytes?: Uint8Array;
  /** The same as a blob, while `takesBlobs`. */
  readonly blob?: LinkBlob;
  /** Abandons the call. */
  readonly signal?: AbortSignal;
}

export type CallInput<Name extends CallName> = v.InferInput<(typeof calls)[Name]['args']>;

export interface Client {
  /** @throws LinkFailure */
  call<Name extends CallName>(
    name: Name,
    args: CallInput<Name>,
    options?: CallOptions,
  ): Promise<CallResult<Name>>;
  /** For calls whose result has bytes beside it. @throws LinkFailure */
  callForBytes<Name extends CallName>(
    name: Name,
    args: CallInput<Name>,
    options?: CallOptions,
  ): Promise<{ readonly value: CallResult<Name>; readonly bytes: Uint8Array }>;
  /** The latest; undefined until the first one came. Untouched lists stay the same objects. */
  readonly snapshot: Snapshot | undefined;
  subscribe(listener: (snapshot: Snapshot) => void): () => void;
  on<Name extends EventName>(name: Name, listener: (data: EventData<Name>) => void): () => void;
  readonly state: ConnectionState;
  /** The link now reads blobs by itself (link.ts). */
  readonly takesBlobs: boolean;
  /** Why the link was lost for the last time, where that is known. */
  readonly fault: LinkFailure | undefined;
  onState(listener: (state: ConnectionState) => void): () => void;
  close(): void;
}

const firstRetryMs = 250;
const longestRetryMs = 5_000;

export const createClient = (options: ClientOptions): Client => {
  const client = new LinkClient(options);
  client.start();
  return client;
};

interface PendingCall {
  readonly name: CallName;
  settle(outcome: LinkFailure | { readonly value: unknown; readonly bytes: Uint8Array | undefined }): void;
}

class LinkClient implements Client {
  readonly #options: ClientOptions;
  readonly #pending = new Map<number, PendingCall>();
  readonly #snapshotListeners = new Set<(snapshot: Snapshot) => void>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  readonly #eventListeners = new Map<string, Set<(data: never) => void>>();
  #link: MessageLink | undefined;
  #state: ConnectionState = 'connecting';
  #fault: LinkFailure | undefined;
  #snapshot: Snapshot | undefined;
  /** The number of the last snapshot or delta; undefined while a snapshot is awaited. */
  #seq: number | undefined;
  #lastId = 0;
  #retryMs = firstRetryMs;
  #callOffRetry: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get takesBlobs(): boolean {
    return this.#link?.takesBlobs === true;
  }

  get fault(): LinkFailure | undefined {
    return this.#fault;
  }

  start(): void {
    const connecting = (async () => this.#options.connect())();
    connecting.then(
      (link) => this.#connected(link),
      (thrown: unknown) =>
        this.#lost(linkFailure('link-lost', thrown instanceof Error ? thrown.message : undefined)),
    );
  }

  async call<Name extends CallName>(
    name: Name,
    args: CallInput<Name>,
    options: CallOptions = {},
  ): Promise<CallResult<Name>> {
    return (await this.#ask(name, args, options)).value;
  }

  async callForBytes<Name extends CallName>(
    name: Name,
    args: CallInput<Name>,
    options: CallOptions = {},
  ): Promise<{ readonly value: CallResult<Name>; readonly bytes: Uint8Array }> {
    const { value, bytes } = await this.#ask(name, args, options);
    if (bytes === undefined) throw linkFailure('link-mismatch', `no bytes beside the result of ${name}`);
    return { value, bytes };
  }

  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    this.#snapshotListeners.add(listener);
    return () => this.#snapshotListeners.delete(listener);
  }

  on<Name extends EventName>(name: Name, listener: (data: EventData<Name>) => void): () => void {
    const listeners = this.#eventListeners.get(name) ?? new Set();
    this.#eventListeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#callOffRetry?.();
    const link = this.#link;
    this.#link = undefined;
    link?.close();
    this.#failPending();
    this.#become('lost');
  }

  #connected(link: MessageLink): void {
    if (this.#isClosed) return link.close();
    this.#link = link;
    this.#seq = undefined;
    link.onMessage((message) => {
      if (this.#link === link) this.#take(message);
    });
    link.onClose((reason) => {
      if (this.#link === link) this.#lost(linkFailure('link-lost', reason));
    });
    this.#say({ kind: 'snapshot' });
  }

  #lost(fault: LinkFailure): void {
    if (this.#isClosed) return;
    const link = this.#link;
    this.#link = undefined;
    this.#fault = fault;
    link?.close();
    this.#failPending();
    this.#become('lost');
    this.#callOffRetry = (this.#options.schedule ?? later)(() => this.start(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
  }

  #failPending(): void {
    for (const call of this.#pending.values()) call.settle(linkFailure('link-lost'));
    this.#pending.clear();
  }

  #ask<Name extends CallName>(
    name: Name,
    args: CallInput<Name>,
    { bytes, blob, signal }: CallOptions,
  ): Promise<{ readonly value: CallResult<Name>; readonly bytes: Uint8Array | undefined }> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(linkFailure('abandoned'));
      if (this.#link === undefined) return reject(linkFailure('link-lost'));
      this.#lastId += 1;
      const id = this.#lastId;
      const abandon = (): void => {
        this.#pending.delete(id);
        this.#say({ kind: 'abandon', id });
        reject(linkFailure('abandoned'));
      };
      signal?.addEventListener('abort', abandon, { once: true });
      this.#pending.set(id, {
        name,
        settle: (outcome) => {
          signal?.removeEventListener('abort', abandon);
          if (outcome instanceof LinkFailure) return reject(outcome);
          const parsed = v.safeParse(calls[name].result, outcome.value);
          if (!parsed.success)
            return reject(linkFailure('link-mismatch', `${name}: ${whatIsWrong(parsed.issues)}`));
          resolve({ value: parsed.output as CallResult<Name>, bytes: outcome.bytes });
        },
      });
      this.#say({ kind: 'call', id, name, args }, { bytes, blob });
    });
  }

  #say(
    request: Request,
    { bytes, blob }: { bytes?: Uint8Array | undefined; blob?: LinkBlob | undefined } = {},
  ): void {
    this.#link?.send({
      json: request,
      ...(bytes === undefined ? {} : { bytes }),
      ...(blob === undefined ? {} : { blob }),
    });
  }

  #take({ json, bytes }: LinkMessage): void {
    const parsed = v.safeParse(replySchema, json);
    if (!parsed.success) return this.#lost(linkFailure('link-mismatch', whatIsWrong(parsed.issues)));
    this.#act(parsed.output, bytes);
  }

  #act(reply: Reply, bytes: Uint8Array | undefined): void {
    switch (reply.kind) {
      case 'result':
        return this.#settle(reply.id, { value: reply.value, bytes });
      case 'failed':
        return this.#settle(reply.id, new LinkFailure(reply.error));
      case 'snapshot':
        return this.#takeSnapshot(reply.seq, reply.value);
      case 'delta':
        return this.#takeDelta(reply.seq, reply.changes);
      case 'event':
        return this.#takeEvent(reply.name, reply.data);
    }
  }

  #settle(id: number, outcome: Parameters<PendingCall['settle']>[0]): void {
    // Not there any more: it was abandoned.
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    call?.settle(outcome);
  }

  #takeSnapshot(seq: number, value: unknown): void {
    const parsed = v.safeParse(snapshotValue, value);
    if (!parsed.success) return this.#lost(linkFailure('link-mismatch', whatIsWrong(parsed.issues)));
    this.#seq = seq;
    this.#retryMs = firstRetryMs;
    this.#fault = undefined;
    this.#show(parsed.output);
    this.#become('open');
  }

  #takeDelta(seq: number, changes: readonly unknown[]): void {
    if (this.#seq === undefined || this.#snapshot === undefined) return; // The snapshot that was asked for has it.
    if (seq !== this.#seq + 1) {
      this.#seq = undefined;
      return this.#say({ kind: 'snapshot' });
    }
    const parsed: Change[] = [];
    for (const change of changes) {
      const one = v.safeParse(changeValue, change);
      if (!one.success) return this.#lost(linkFailure('link-mismatch', whatIsWrong(one.issues)));
      parsed.push(one.output);
    }
    this.#seq = seq;
    this.#show(withChanges(this.#snapshot, parsed));
  }

  #takeEvent(name: string, data: unknown): void {
    if (!isEventName(name)) return; // Of a newer program; it is in no snapshot, so nothing is wrong without it.
    const parsed = v.safeParse(events[name], data);
    if (!parsed.success)
      return this.#lost(linkFailure('link-mismatch', `${name}: ${whatIsWrong(parsed.issues)}`));
    for (const listener of this.#eventListeners.get(name) ?? []) listener(parsed.output as never);
  }

  #show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#snapshotListeners) listener(snapshot);
  }

  #become(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

const later = (work: () => void, delayMs: number): (() => void) => {
  const timer = setTimeout(work, delayMs);
  return () => clearTimeout(timer);
};

const whatIsWrong = (issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string => {
  const [issue] = issues;
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
};
