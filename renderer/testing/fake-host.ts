/** The engine's side of a link, for tests and the preview: a snapshot, and answers that the caller writes. */

import type { CallInput } from '../../shared/ipc/client.ts';
import type { CallName, CallResult, EventData, EventName } from '../../shared/ipc/contract/index.ts';
import { requestSchema } from '../../shared/ipc/envelope.ts';
import { LinkFailure } from '../../shared/ipc/failure.ts';
import type { MessageLink } from '../../shared/ipc/link.ts';
import { memoryLinkPair } from '../../shared/testing/memory-link.ts';
import type { Change, Snapshot } from '../../shared/model/snapshot.ts';
import { withChanges } from '../../shared/model/snapshot.ts';
import * as v from 'valibot';

/** A result, and what goes beside it; a result may have a number of its own by that name. */
type Answer<Name extends CallName> =
  CallResult<Name> extends { bytes: number }
    ? CallResult<Name>
    : CallResult<Name> & { readonly bytes?: Uint8Array };

export type Answers = {
  readonly [Name in CallName]?: (
    args: CallInput<Name>,
    bytes: Uint8Array | undefined,
  ) => Answer<Name> | Promise<Answer<Name>>;
};

export interface MadeCall {
  readonly name: CallName;
  readonly args: unknown;
  readonly bytes?: Uint8Array;
}

export interface FakeHost {
  /** For `createClient({ connect })`. */
  connect(): Promise<MessageLink>;
  /** Every call so far, in order. */
  readonly calls: readonly MadeCall[];
  change(...changes: readonly Change[]): void;
  tell<Name extends EventName>(name: Name, data: EventData<Name>): void;
  /** Breaks the link; the client tries again by itself. */
  breakLink(): void;
  snapshot: Snapshot;
}

/** Throw this in an answer to have the call fail with a code. */
export const failure = (code: string): LinkFailure => new LinkFailure({ code, message: code });

/** A call without an answer of its own succeeds with an empty result. */
export const fakeHost = (start: Snapshot, answers: Answers = {}): FakeHost => {
  const calls: MadeCall[] = [];
  let link: MessageLink | undefined;
  let seq = 0;
  const host: FakeHost = {
    calls,
    snapshot: start,
    connect: () => {
      const [window, side] = memoryLinkPair();
      link = side;
      side.onMessage(({ json, bytes }) => void take(json, bytes));
      return Promise.resolve(window);
    },
    change: (...changes) => {
      host.snapshot = withChanges(host.snapshot, changes);
      seq += 1;
      link?.send({ json: { kind: 'delta', seq, changes } });
    },
    tell: (name, data) => link?.send({ json: { kind: 'event', name, data } }),
    breakLink: () => link?.close(),
  };
  const take = async (json: unknown, bytes: Uint8Array | undefined): Promise<void> => {
    const request = v.parse(requestSchema, json);
    if (request.kind === 'snapshot') link?.send({ json: { kind: 'snapshot', seq, value: host.snapshot } });
    if (request.kind !== 'call') return;
    const name = request.name as CallName;
    calls.push({ name, args: request.args, ...(bytes === undefined ? {} : { bytes }) });
    const answer = answers[name] as ((args: unknown, bytes?: Uint8Array) => unknown) | undefined;
    try {
      const answered = ((await answer?.(request.args, bytes)) ?? {}) as { bytes?: unknown };
      // A number of that name is part of the result.
      const beside = answered.bytes instanceof Uint8Array ? answered.bytes : undefined;
      const { bytes: _, ...rest } = answered;
      const value = beside === undefined ? answered : rest;
      const reply = { kind: 'result', id: request.id, value };
      link?.send(beside === undefined ? { json: reply } : { json: reply, bytes: beside });
    } catch (thrown) {
      const code = thrown instanceof LinkFailure ? thrown.code : 'internal';
      link?.send({ json: { kind: 'failed', id: request.id, error: { code, message: String(thrown) } } });
    }
  };
  return host;
};
