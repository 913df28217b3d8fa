/**
 * What may be said when: the state machine of a session and of each request in it (docs/PROTOCOL.md, "States of a session").
 *
 * Pure: no socket, clock or disk. It interprets what the rows of the catalog say (shared/protocol/catalog/behaviour.ts),
 * in both directions alike, so that what this program sends is held to the same rules as what it receives. It knows
 * frames by type, id and channel only; what their payloads say is for the transfer to judge.
 */

import { messageOf, typeNames } from '../../../shared/protocol/catalog.ts';
import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { requestKinds } from '../../../shared/protocol/catalog/behaviour.ts';
import type {
  RequestKind,
  RequestState,
  RequestUse,
  SessionPhase,
} from '../../../shared/protocol/catalog/behaviour.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { Side } from '../net/connection-info.ts';

/** Who speaks: this program or the peer. */
type Actor = 'us' | 'peer';

interface Request {
  readonly kind: RequestKind;
  /** The type that opened it. */
  readonly openedBy: TypeName;
  readonly opener: Actor;
  /** Who has the files; undefined for a question. */
  readonly source: Actor | undefined;
  state: RequestState;
  /** Who said CANCEL first. */
  canceller: Actor | undefined;
  /** The connection on which bulk frames travel: 0 the control connection, else a lane's number. */
  bulkChannel: number;
}

/** An answer to a question: it ends the request. */
const answering: RequestUse = { in: ['asked'], to: 'over' };

const openers = typeNames.filter((name) => messageOf(name).opens !== undefined);

/** What the session is to do with a frame that the machine let pass. */
export type Verdict = 'deliver' | 'drop' | 'answer-cancel' | 'cancelled';

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
    const { session: rule, sender } = messageOf(type);
    const speaker: Side = actor === 'us' ? this.#side : this.#side === 'dialer' ? 'listener' : 'dialer';
    if (rule === undefined || (sender !== 'both' && sender !== speaker)) {
      throw this.#unexpected(actor, type, 0, this.#phase, 'frames of the session');
    }
    const phases = speaker === 'dialer' ? (rule.dialerIn ?? rule.in) : rule.in;
    // An end that crosses ours comes after it.
    const crossesOurs = this.#phase === 'over' && rule.to === 'over' && actor === 'peer';
    if (!phases.includes(this.#phase) && !crossesOurs) {
      throw this.#unexpected(actor, type, 0, this.#phase, 'frames of the session');
    }
    if (rule.to !== undefined && !(rule.isLastWord === true && actor === 'us')) this.#phase = rule.to;
    return 'deliver';
  }

  #open(actor: Actor, type: TypeName, id: number): Verdict {
    const { opens: kind } = messageOf(type);
    const isOver = id <= this.#highest[this.#openerOf(id)];
    if (kind === undefined || isOver) {
      throw this.#unexpected(
        actor,
        type,
        id,
        isOver ? 'over' : 'unused',
        `${openers.join(', ')} with a new id`,
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
    const { source, state } = requestKinds[kind];
    this.#requests.set(id, {
      kind,
      openedBy: type,
      opener: actor,
      source: source === undefined ? undefined : source === 'opener' ? actor : other(actor),
      state,
      canceller: undefined,
      bulkChannel: 0,
    });
    return 'deliver';
  }

  #requestFrame(actor: Actor, type: TypeName, id: number, request: Request, channel: number): Verdict {
    if (request.state === 'cancelling') {
      // The one who cancelled says nothing more; the other may not know of it yet.
      const { within } = messageOf(type);
      // The answer to a question is no frame of a transfer; all others that are may still be on their way.
      if (actor !== request.canceller && within !== undefined) {
        // DECLINE crossed our CANCEL, which its sender takes for the answer.
        if (within.to === 'cancelling') this.#close(id);
        return 'drop';
      }
      throw this.#unexpected(actor, type, id, request.state, 'CANCEL');
    }
    const rule = ruleWithin(request, type);
    if (rule === undefined || !mayUse(rule, request, type, actor)) {
      throw this.#unexpected(actor, type, id, request.state, allowedFrom(request, actor));
    }
    const { carrier } = messageOf(type);
    const isBulk = carrier === 'bulk' || carrier === 'bulk-or-control';
    const expected = isBulk && actor === request.source ? request.bulkChannel : 0;
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
    if (request.kind === 'question')
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

/** What the catalog says of a type within a request; undefined where it has no place in one of that kind. */
function ruleWithin(request: Request, type: TypeName): RequestUse | undefined {
  const { within } = messageOf(type);
  if (request.kind === 'question') {
    if (messageOf(request.openedBy).answers.includes(type)) return answering;
    return within?.by === undefined ? undefined : within;
  }
  return within;
}

function mayUse(rule: RequestUse, request: Request, type: TypeName, actor: Actor): boolean {
  const isSource = actor === request.source;
  const states = isSource ? (rule.sourceIn ?? rule.in) : rule.in;
  if (!states.includes(request.state)) return false;
  switch (rule.by ?? messageOf(type).sender) {
    case 'both':
      return true;
    case 'answerer':
      return actor !== request.opener;
    case 'source':
      return isSource;
    case 'sink':
      return request.source !== undefined && !isSource;
    default:
      return false;
  }
}

function allowedFrom(request: Request, actor: Actor): string {
  const names = typeNames.filter((type) => {
    const rule = ruleWithin(request, type);
    return rule !== undefined && mayUse(rule, request, type, actor);
  });
  return names.length === 0 ? 'nothing' : names.join(', ');
}

const wrongChannel = (type: TypeName, id: number, seen: number, allowed: number): HexdropError =>
  new HexdropError('bad-channel', `${type} of request ${id} came on channel ${seen}.`, {
    seen: String(seen),
    allowed: String(allowed),
  });
