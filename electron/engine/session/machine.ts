/**
 * What may be said when: the state machine of a session and of each request in it (docs/PROTOCOL.md, "States of a session").
 *
 * Pure: no socket, clock or disk. One table serves both directions, so that what this program sends is held to
 * the same rules as what it receives. It knows frames by type, id and channel only; what their payloads say is
 * for the transfer to judge.
 */

import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { Side } from '../net/connection-info.ts';

/** Who speaks: this program or the peer. */
type Actor = 'us' | 'peer';

type SessionPhase = 'greeting' | 'answering' | 'ready' | 'over';

type RequestKind = 'list' | 'stat' | 'unlock' | 'read' | 'text' | 'transfer';

/**
 * `asked`: a question without an answer yet. `offered`: a transfer waits for ACCEPT or DECLINE. `flowing`: accepted.
 * `finishing`: the source has sent all. `cancelling`: one side said CANCEL and the other has not answered.
 */
export type RequestState = 'asked' | 'offered' | 'flowing' | 'finishing' | 'cancelling';

interface Request {
  readonly kind: RequestKind;
  readonly opener: Actor;
  /** Who has the files; undefined for a request that is no transfer. */
  readonly source: Actor | undefined;
  state: RequestState;
  /** Who said CANCEL first. */
  canceller: Actor | undefined;
  /** The connection on which bulk frames travel: 0 the control connection, else a lane's number. */
  bulkChannel: number;
}

type Role = 'opener' | 'answerer' | 'source' | 'sink' | 'any';

interface RequestRule {
  readonly kind: RequestKind | 'any';
  readonly by: Role;
  readonly states: readonly RequestState[];
  /** Those in which the source may say it, where they are fewer. */
  readonly sourceStates?: readonly RequestState[];
  /** The state after it; 'over' ends the request; absent: unchanged. */
  readonly to?: RequestState | 'over';
  /** Said by the source, it travels where bulk travels, in order with it. */
  readonly bulk?: boolean;
}

const opening: Partial<
  Record<TypeName, { kind: RequestKind; source?: 'opener' | 'answerer'; state: RequestState }>
> = {
  LIST: { kind: 'list', state: 'asked' },
  STAT: { kind: 'stat', state: 'asked' },
  UNLOCK: { kind: 'unlock', state: 'asked' },
  READ: { kind: 'read', state: 'asked' },
  TEXT: { kind: 'text', state: 'asked' },
  GET: { kind: 'transfer', source: 'answerer', state: 'asked' },
  OFFER: { kind: 'transfer', source: 'opener', state: 'offered' },
};

const active: readonly RequestState[] = ['offered', 'flowing', 'finishing'];

const requestRules: Partial<Record<TypeName, RequestRule>> = {
  LISTING: { kind: 'list', by: 'answerer', states: ['asked'], to: 'over' },
  ENTRY: { kind: 'stat', by: 'answerer', states: ['asked'], to: 'over' },
  UNLOCKED: { kind: 'unlock', by: 'answerer', states: ['asked'], to: 'over' },
  CONTENT: { kind: 'read', by: 'answerer', states: ['asked'], to: 'over' },
  TAKEN: { kind: 'text', by: 'answerer', states: ['asked'], to: 'over' },
  // As the answer to GET; as the first frame of a push it is in `opening`.
  OFFER: { kind: 'transfer', by: 'source', states: ['asked'], to: 'offered' },
  // These two also after FINISH, which may overtake them on a lane.
  TOTALS: { kind: 'transfer', by: 'source', states: active },
  ACCEPT: { kind: 'transfer', by: 'sink', states: ['offered'], to: 'flowing' },
  // Manifest pages may be on their way: it ends like CANCEL, once the source has answered.
  DECLINE: { kind: 'transfer', by: 'sink', states: ['offered'], to: 'cancelling' },
  MANIFEST: { kind: 'transfer', by: 'source', states: active },
  // After FINISH it can only be about folders, which need none.
  WANT: { kind: 'transfer', by: 'sink', states: ['flowing', 'finishing'] },
  DATA: { kind: 'transfer', by: 'source', states: ['flowing'], bulk: true },
  PACK: { kind: 'transfer', by: 'source', states: ['flowing'], bulk: true },
  END: { kind: 'transfer', by: 'source', states: ['flowing'], bulk: true },
  SAME: { kind: 'transfer', by: 'source', states: ['flowing'], bulk: true },
  FINISH: { kind: 'transfer', by: 'source', states: ['flowing'], to: 'finishing', bulk: true },
  ACK: { kind: 'transfer', by: 'sink', states: ['flowing', 'finishing'] },
  DONE: { kind: 'transfer', by: 'sink', states: ['finishing'], to: 'over' },
  FAULT: { kind: 'transfer', by: 'any', states: ['flowing', 'finishing'], bulk: true },
  // That of the source could cross DONE; that of the sink may cross FINISH.
  PACE: {
    kind: 'transfer',
    by: 'any',
    states: ['flowing', 'finishing'],
    sourceStates: ['flowing'],
    bulk: true,
  },
  NOTICE: {
    kind: 'transfer',
    by: 'any',
    states: ['flowing', 'finishing'],
    sourceStates: ['flowing'],
    bulk: true,
  },
  ERROR: { kind: 'any', by: 'answerer', states: ['asked'], to: 'over' },
};

/** Frames that may still arrive for a request whose CANCEL has not been answered; they are dropped. */
const drained: ReadonlySet<TypeName> = new Set<TypeName>([
  'OFFER', 'TOTALS', 'ACCEPT', 'MANIFEST', 'WANT', 'DATA', 'PACK', 'END', 'SAME', 'FAULT', 'PACE', 'NOTICE', 'ACK', 'FINISH', 'DONE', 'ERROR',
]); // prettier-ignore

/** What the session is to do with a frame that the machine let pass. */
export type Verdict = 'deliver' | 'drop' | 'answer-cancel' | 'cancelled';

const statesOf = (rule: RequestRule, isSource: boolean): readonly RequestState[] =>
  isSource ? (rule.sourceStates ?? rule.states) : rule.states;

const other = (actor: Actor): Actor => (actor === 'us' ? 'peer' : 'us');

export class SessionMachine {
  readonly #side: Side;
  #phase: SessionPhase = 'greeting';
  readonly #requests = new Map<number, Request>();
  /** Highest id opened by each: ids only rise, so a lower one that is not in the map is over. */
  readonly #highest: Record<Actor, number> = { us: 0, peer: 0 };

  /**
   * Requests that ended with a frame of ours other than CANCEL: a CANCEL may cross it, and is answered once. Both sides
   * together have no more requests open than this holds, so none is forgotten whose CANCEL is on its way.
   */
  readonly #mayCross = new Set<number>();

  /** Requests open, by who opened them: a count of both together could be broken by two that cross. */
  readonly #opened: Record<Actor, number> = { us: 0, peer: 0 };

  constructor(side: Side) {
    this.#side = side;
  }

  get isReady(): boolean {
    return this.#phase === 'ready';
  }

  get openRequests(): number {
    return this.#requests.size;
  }

  stateOf(id: number): RequestState | 'over' | 'unused' {
    const request = this.#requests.get(id);
    if (request !== undefined) return request.state;
    return id <= this.#highest[this.#openerOf(id)] ? 'over' : 'unused';
  }

  /** The next id this side may open a request with: odd for the dialer, even for the listener. */
  nextId(): number {
    const last = this.#highest.us;
    return last === 0 ? (this.#side === 'dialer' ? 1 : 2) : last + 2;
  }

  /** Says on which channel the bulk frames of a transfer travel; before ACCEPT passes. */
  bulkOn(id: number, channel: number): void {
    const request = this.#requests.get(id);
    if (request !== undefined) request.bulkChannel = channel;
  }

  /**
   * A frame from the peer. `channel` is that of the connection it came on.
   * @throws HexdropError unexpected-frame, bad-id, too-many-requests
   */
  received(type: TypeName, id: number, channel = 0): Verdict {
    return this.#step('peer', type, id, channel);
  }

  /** A frame that this side is about to send: the same rules. A throw here is a fault of this program. */
  sent(type: TypeName, id: number, channel = 0): Verdict {
    return this.#step('us', type, id, channel);
  }

  #step(actor: Actor, type: TypeName, id: number, channel: number): Verdict {
    if (id === 0) return this.#sessionFrame(actor, type);
    if (this.#phase !== 'ready') throw this.#unexpected(actor, type, id, this.#phase, 'the handshake');
    if (type === 'CANCEL') return this.#cancel(actor, id, channel);
    const request = this.#requests.get(id);
    if (request === undefined) return this.#open(actor, type, id);
    return this.#requestFrame(actor, type, id, request, channel);
  }

  #sessionFrame(actor: Actor, type: TypeName): Verdict {
    const speaker: Side = actor === 'us' ? this.#side : this.#side === 'dialer' ? 'listener' : 'dialer';
    switch (type) {
      case 'HELLO':
        if (this.#phase !== 'greeting' || speaker !== 'dialer') break;
        this.#phase = 'answering';
        return 'deliver';
      case 'WELCOME':
        if (this.#phase !== 'answering' || speaker !== 'listener') break;
        this.#phase = 'ready';
        return 'deliver';
      case 'ERROR':
      case 'BYE':
        if (this.#phase === 'over' && actor === 'us') break;
        if (actor === 'peer' || type === 'ERROR') this.#phase = 'over';
        return 'deliver';
      case 'PING':
      case 'PONG':
        if (this.#phase === 'ready') return 'deliver';
        break;
      default:
    }
    throw this.#unexpected(actor, type, 0, this.#phase, 'frames of the session');
  }

  #open(actor: Actor, type: TypeName, id: number): Verdict {
    const rule = opening[type];
    const isOver = id <= this.#highest[this.#openerOf(id)];
    if (rule === undefined || isOver) {
      throw this.#unexpected(
        actor,
        type,
        id,
        isOver ? 'over' : 'unused',
        'LIST, STAT, UNLOCK, READ, TEXT, GET, OFFER with a new id',
      );
    }
    if (this.#openerOf(id) !== actor) {
      const parity = (this.#side === 'dialer') === (actor === 'us') ? 'odd' : 'even';
      throw new HexdropError(
        'bad-id',
        `A request was opened with id ${id}, which belongs to the other side.`,
        {
          seen: String(id),
          allowed: `${parity} ids`,
        },
      );
    }
    if (this.#opened[actor] >= limits.openRequests) {
      throw new HexdropError('too-many-requests', undefined, {
        seen: String(this.#opened[actor] + 1),
        allowed: String(limits.openRequests),
      });
    }
    this.#highest[actor] = id;
    this.#opened[actor] += 1;
    const source = rule.source === undefined ? undefined : rule.source === 'opener' ? actor : other(actor);
    this.#requests.set(id, {
      kind: rule.kind,
      opener: actor,
      source,
      state: rule.state,
      canceller: undefined,
      bulkChannel: 0,
    });
    return 'deliver';
  }

  #requestFrame(actor: Actor, type: TypeName, id: number, request: Request, channel: number): Verdict {
    if (request.state === 'cancelling') {
      // The one who cancelled says nothing more; the other may not know of it yet.
      if (actor !== request.canceller && type === 'DECLINE') {
        this.#close(id); // It crossed our CANCEL, which its sender takes for the answer.
        return 'drop';
      }
      if (actor !== request.canceller && drained.has(type)) return 'drop';
      throw this.#unexpected(actor, type, id, request.state, 'CANCEL');
    }
    const rule = requestRules[type];
    if (
      rule === undefined ||
      (rule.kind !== 'any' && rule.kind !== request.kind) ||
      !statesOf(rule, actor === request.source).includes(request.state) ||
      !this.#mayPlay(actor, rule.by, request)
    ) {
      throw this.#unexpected(actor, type, id, request.state, this.#allowedFrom(actor, request));
    }
    const expected = rule.bulk === true && actor === request.source ? request.bulkChannel : 0;
    if (channel !== expected) throw wrongChannel(type, id, channel, expected);
    if (rule.to === 'over') {
      this.#close(id);
      if (actor === 'us') this.#expectCrossing(id);
    } else if (rule.to !== undefined) request.state = rule.to;
    if (rule.to === 'cancelling') request.canceller = actor;
    return 'deliver';
  }

  #cancel(actor: Actor, id: number, channel: number): Verdict {
    if (channel !== 0) throw wrongChannel('CANCEL', id, channel, 0);
    const request = this.#requests.get(id);
    if (request === undefined) {
      if (id > this.#highest[this.#openerOf(id)])
        throw this.#unexpected(actor, 'CANCEL', id, 'unused', 'requests that were opened');
      // Ours is the answer to what crossed. That of the peer crossed our last frame, or has had its answer: two sides that
      // both answered every CANCEL would answer each other for ever.
      if (actor === 'us') return 'deliver';
      return this.#mayCross.delete(id) ? 'answer-cancel' : 'drop';
    }
    if (request.kind !== 'transfer')
      throw this.#unexpected(actor, 'CANCEL', id, request.state, 'CANCEL of a transfer');
    if (request.state === 'cancelling' && request.canceller !== actor) {
      this.#close(id);
      return 'cancelled';
    }
    if (request.state === 'cancelling') throw this.#unexpected(actor, 'CANCEL', id, 'cancelling', 'nothing');
    if (actor === 'peer') {
      // Our answer is our last word: nothing of this request may follow it.
      this.#close(id);
      return 'answer-cancel';
    }
    request.state = 'cancelling';
    request.canceller = actor;
    return 'deliver';
  }

  #expectCrossing(id: number): void {
    this.#mayCross.add(id);
    if (this.#mayCross.size <= 2 * limits.openRequests) return;
    const [oldest] = this.#mayCross;
    this.#mayCross.delete(oldest as number);
  }

  #close(id: number): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    this.#opened[request.opener] -= 1;
    this.#requests.delete(id);
  }

  #openerOf(id: number): Actor {
    const byDialer = id % 2 === 1;
    return byDialer === (this.#side === 'dialer') ? 'us' : 'peer';
  }

  #mayPlay(actor: Actor, role: Role, request: Request): boolean {
    switch (role) {
      case 'any':
        return true;
      case 'opener':
        return request.opener === actor;
      case 'answerer':
        return request.opener !== actor;
      case 'source':
        return request.source === actor;
      case 'sink':
        return request.source === other(actor);
    }
  }

  #allowedFrom(actor: Actor, request: Request): string {
    const names = Object.entries(requestRules)
      .filter(
        ([, rule]) =>
          (rule.kind === 'any' || rule.kind === request.kind) &&
          statesOf(rule, actor === request.source).includes(request.state) &&
          this.#mayPlay(actor, rule.by, request),
      )
      .map(([name]) => name);
    return [...names, 'CANCEL'].join(', ');
  }

  #unexpected(actor: Actor, type: TypeName, id: number, state: string, allowed: string): HexdropError {
    const who = actor === 'peer' ? 'The peer' : 'This program';
    return new HexdropError(
      'unexpected-frame',
      `${who} sent ${type} for request ${id}, which is in state "${state}".`,
      {
        seen: type,
        allowed,
      },
    );
  }
}

const wrongChannel = (type: TypeName, id: number, seen: number, allowed: number): HexdropError =>
  new HexdropError('bad-channel', `${type} of request ${id} came on channel ${seen}.`, {
    seen: String(seen),
    allowed: String(allowed),
  });
