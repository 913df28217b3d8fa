/**
 * The engine's side of one link: takes apart what a window says, parses the arguments by the contract, calls the
 * handler, answers. Never throws: whatever goes wrong becomes the typed error of one call. A window is not trusted to
 * keep to the contract.
 */

import * as v from 'valibot';

import { calls, isCallName } from '../../shared/ipc/contract/index.ts';
import type { CallArgs, CallName, CallResult } from '../../shared/ipc/contract/index.ts';
import { requestSchema } from '../../shared/ipc/envelope.ts';
import type { LinkError, Reply } from '../../shared/ipc/envelope.ts';
import type { LinkMessage, MessageLink } from '../../shared/ipc/link.ts';
import { asHexdropError, HexdropError } from '../../shared/errors/errors.ts';
import type { WindowConnections } from './window-connections.ts';

/** More at once is a fault of the page: a list that is scrolled quickly asks for some dozens. */
const maxOpenCalls = 256;
/** Beside the arguments of one call. */
const maxBesideBytes = 8 * 1024 * 1024;

export interface CallFrame {
  /** Aborted when the window abandons the call or goes away. */
  readonly signal: AbortSignal;
  /** Beside the arguments; empty where the contract knows none. */
  readonly bytes: Uint8Array;
  readonly window: WindowConnections;
}

/** A result with bytes beside it. */
export class WithBytes<Value> {
  readonly value: Value;
  readonly bytes: Uint8Array;

  constructor(value: Value, bytes: Uint8Array) {
    this.value = value;
    this.bytes = bytes;
  }
}

type Answer<Name extends CallName> = CallResult<Name> | WithBytes<CallResult<Name>>;

export type Handlers = {
  readonly [Name in CallName]: (
    args: CallArgs<Name>,
    frame: CallFrame,
  ) => Answer<Name> | Promise<Answer<Name>>;
};

export interface DispatchOptions {
  readonly link: MessageLink;
  readonly window: WindowConnections;
  /** What is not there is answered `not-supported`. */
  readonly handlers: Partial<Handlers>;
  askForAll(): void;
}

/** The calls of one window. */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #open = new Map<number, AbortController>();

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  take({ json, bytes }: LinkMessage): void {
    const request = v.safeParse(requestSchema, json);
    // What has no form has no id to answer to either.
    if (!request.success) return;
    const said = request.output;
    if (said.kind === 'snapshot') return this.#options.askForAll();
    if (said.kind === 'abandon') return this.#open.get(said.id)?.abort();
    void this.#answer(said.id, said.name, said.args, bytes);
  }

  /** The window is gone: what can be broken off is. */
  close(): void {
    for (const abort of this.#open.values()) abort.abort();
    this.#open.clear();
  }

  async #answer(id: number, name: string, args: unknown, bytes: Uint8Array | undefined): Promise<void> {
    if (this.#open.has(id))
      return this.#fail(id, new HexdropError('bad-arguments', `Call ${id} is still open.`));
    const abort = new AbortController();
    try {
      if (this.#open.size >= maxOpenCalls) {
        throw new HexdropError('too-many-calls', undefined, { allowed: `${maxOpenCalls} at once` });
      }
      const run = prepared(this.#options.handlers, name, args, bytes);
      this.#open.set(id, abort);
      const answer = await run({
        signal: abort.signal,
        bytes: bytes ?? new Uint8Array(0),
        window: this.#options.window,
      });
      if (abort.signal.aborted) return;
      if (answer instanceof WithBytes) this.#send({ kind: 'result', id, value: answer.value }, answer.bytes);
      else this.#send({ kind: 'result', id, value: answer });
    } catch (thrown) {
      if (!abort.signal.aborted) this.#fail(id, thrown);
    } finally {
      if (this.#open.get(id) === abort) this.#open.delete(id);
    }
  }

  #fail(id: number, thrown: unknown): void {
    this.#send({ kind: 'failed', id, error: linkErrorOf(thrown) });
  }

  #send(reply: Reply, bytes?: Uint8Array): void {
    this.#options.link.send(bytes === undefined ? { json: reply } : { json: reply, bytes });
  }
}

/** The handler with its arguments parsed. @throws HexdropError unknown-call, bad-arguments */
function prepared(
  handlers: Partial<Handlers>,
  name: string,
  args: unknown,
  bytes: Uint8Array | undefined,
): (frame: CallFrame) => unknown {
  if (!isCallName(name)) throw new HexdropError('unknown-call', undefined, { seen: name.slice(0, 100) });
  const definition = calls[name];
  const parsed = v.safeParse(definition.args, args);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = v.getDotPath(issue);
    throw new HexdropError('bad-arguments', `${name}: ${path === null ? '' : `${path}: `}${issue.message}`, {
      seen: issue.received.slice(0, 100),
      ...(issue.expected === null ? {} : { allowed: issue.expected.slice(0, 100) }),
    });
  }
  const taken = definition.bytes === 'args' ? maxBesideBytes : 0;
  if ((bytes?.length ?? 0) > taken) {
    throw new HexdropError('bad-arguments', `${name} takes at most ${taken} bytes beside its arguments.`, {
      seen: `${bytes?.length}`,
      allowed: `${taken}`,
    });
  }
  const handler = handlers[name] as ((args: unknown, frame: CallFrame) => unknown) | undefined;
  if (handler === undefined) throw new HexdropError('not-supported', undefined, { seen: name });
  return (frame) => handler(parsed.output, frame);
}

/** What a window may know of an error. What is thrown and not typed is a fault of ours, told as such. */
function linkErrorOf(thrown: unknown): LinkError {
  const { code, message, seen, allowed, retryAfterMs } = asHexdropError(thrown);
  return {
    code,
    message,
    ...(seen === undefined ? {} : { seen }),
    ...(allowed === undefined ? {} : { allowed }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
