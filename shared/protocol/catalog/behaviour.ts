/**
 * When a message may be sent: the part of a row that the state machine of a session obeys (docs/PROTOCOL.md, "States of a
 * session", "States of a request"). Who sends it and on which connection are `sender` and `carrier` of the row.
 */

/** `over` is left by no frame. */
export type SessionPhase = 'greeting' | 'answering' | 'ready' | 'over';

/**
 * `asked`: a request without an answer yet. `offered`: a transfer waits for ACCEPT or DECLINE. `flowing`: accepted.
 * `finishing`: the source has sent all. `cancelling`: one side said CANCEL and the other has not answered.
 */
export type RequestState = 'asked' | 'offered' | 'flowing' | 'finishing' | 'cancelling';

/**
 * What kind of request a message opens. A question is answered by one of the row's `answers`, or by ERROR, and over. A
 * push begins with the offer of a source, a pull with a sink that asks for one.
 */
export const requestKinds = {
  question: { state: 'asked', source: undefined },
  push: { state: 'offered', source: 'opener' },
  pull: { state: 'asked', source: 'answerer' },
} as const satisfies Record<
  string,
  { readonly state: RequestState; readonly source: 'opener' | 'answerer' | undefined }
>;

export type RequestKind = keyof typeof requestKinds;

/** A frame of the session itself, whose id is 0. */
interface SessionUse {
  readonly in: readonly SessionPhase[];
  /** The phases in which the dialer may send it, where they are fewer. */
  readonly dialerIn?: readonly SessionPhase[];
  /** The phase after it; absent: unchanged. */
  readonly to?: SessionPhase;
  /** Its sender still takes what the peer sends until that closes too. */
  readonly isLastWord?: true;
}

/** A frame within a request that is open. */
export interface RequestUse {
  readonly in: readonly RequestState[];
  /** The states in which the source may send it, where they are fewer. */
  readonly sourceIn?: readonly RequestState[];
  /** The state after it; `over` ends the request; absent: unchanged. */
  readonly to?: RequestState | 'over';
  /** Who sends it within a request, where that is not the row's `sender`; then in a request of any kind. */
  readonly by?: 'answerer';
}

export interface Behaviour {
  /** The kind of request that it opens, with an id of its sender that was not used. */
  readonly opens?: RequestKind;
  readonly within?: RequestUse;
  readonly session?: SessionUse;
}
