import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { answersTo, questions, typeNames } from '../../../shared/protocol/catalog.ts';
import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { Conversation, partnerOf } from '../testing/conversation.ts';
import type { Speaker } from '../testing/conversation.ts';
import { SessionMachine } from './machine.ts';

// Thousands of refusals: their stacks would take most of the time.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

const anyType = fc.constantFrom(...typeNames);
const anyFrame = fc.record({
  actor: fc.constantFrom('us', 'peer'),
  type: anyType,
  id: fc.nat({ max: 6 }),
  channel: fc.constantFrom(0, 0, 0, 1),
});
const states: ReadonlySet<string> = new Set([
  'asked',
  'offered',
  'flowing',
  'finishing',
  'cancelling',
  'over',
  'unused',
]);

describe('whatever frames come', () => {
  it.each(['dialer', 'listener'] as const)(
    'a machine of the %s throws nothing but a typed error that leaves it as it was',
    (side) => {
      fc.assert(
        fc.property(fc.array(anyFrame, { maxLength: 60, size: 'max' }), (frames) => {
          const machine = new SessionMachine(side);
          const view = (): unknown => [
            machine.isReady,
            machine.openRequests,
            [0, 1, 2, 3, 4, 5, 6].map((id) => machine.stateOf(id)),
          ];
          for (const { actor, type, id, channel } of [
            { actor: 'x', type: 'HELLO', id: 0, channel: 0 } as const,
            ...frames,
          ]) {
            if (actor === 'x') {
              const isDialer = side === 'dialer';
              machine[isDialer ? 'sent' : 'received']('HELLO', 0);
              machine[isDialer ? 'received' : 'sent']('WELCOME', 0);
              continue;
            }
            const before = view();
            try {
              machine[actor === 'us' ? 'sent' : 'received'](type, id, channel);
            } catch (thrown) {
              expect(thrown).toBeInstanceOf(HexdropError);
              const { code, seen, allowed } = thrown as HexdropError;
              expect(['unexpected-frame', 'bad-id', 'bad-channel', 'too-many-requests']).toContain(code);
              expect(seen).toBeTruthy();
              expect(allowed).toBeTruthy();
              expect(view()).toEqual(before);
            }
            expect(states).toContain(machine.stateOf(id));
            expect(machine.openRequests).toBe(
              [1, 2, 3, 4, 5, 6].filter((open) => !['over', 'unused'].includes(machine.stateOf(open))).length,
            );
          }
        }),
        { numRuns: 250 },
      );
    },
  );
});

/** As many requests as one conversation has. */
const lastId = 24;
const talkTypes = typeNames.filter((type) => type !== 'CANCEL');
const everyId = Array.from({ length: lastId }, (_, at) => at + 1);

/** What an honest side keeps to besides the machine: it ends no session, opens few requests, and orders its last frames. */
class Honest {
  readonly conversation = Conversation.ready();
  /** Requests that their source has finished: it says nothing more but CANCEL. */
  readonly #finished = new Set<number>();
  readonly #lanes = new Set<number>();
  readonly #sources = new Map<number, Speaker>();

  /** Says the first frame from `choice` on that may be said of one of the open requests (0: that opens one). */
  saySomething(speaker: Speaker, choice: number, pick: number): boolean {
    const open = everyId.filter(
      (id) => !['over', 'unused'].includes(this.conversation.machines[speaker].stateOf(id)),
    );
    const id = pick === 0 ? 0 : (open[(pick - 1) % open.length] ?? 0);
    // CANCEL ends what could still be said: it is chosen on purpose only.
    const types = choice === 0 ? (['CANCEL'] as const) : talkTypes;
    return types.some((_, at) => this.say(speaker, types[(choice + at) % types.length] as TypeName, id));
  }

  /** Whether the speaker says it; the machine has the last word. */
  say(speaker: Speaker, type: TypeName, known: number): boolean {
    const { machines, onTheWay } = this.conversation;
    const machine = machines[speaker];
    const isOpening = known === 0;
    const id = isOpening ? machine.nextId() : known;
    if (isOpening && (id > lastId || machine.openRequests >= limits.openRequests)) return false;
    const state = machine.stateOf(id);
    if (state === 'over' || (state === 'cancelling' && type === 'CANCEL')) return false;
    if (this.#finished.has(id) && !['CANCEL', 'WANT', 'ACK', 'PACE', 'NOTICE', 'DONE'].includes(type))
      return false;
    // Nothing has failed before the sink has accepted.
    if (type === 'FAULT' && state === 'offered') return false;
    // DONE waits for what FINISH may have overtaken.
    if (type === 'DONE' && onTheWay[speaker].some((frame) => frame.id === id)) return false;
    try {
      this.conversation.say(speaker, type, id, this.#channelOf(speaker, type, id));
    } catch {
      return false;
    }
    if (type === 'FINISH') this.#finished.add(id);
    if (isOpening) this.#sources.set(id, type === 'GET' ? partnerOf(speaker) : speaker);
    return true;
  }

  /** The sink joins a lane before it accepts. */
  useLane(id: number): void {
    const { machines } = this.conversation;
    if (machines.D.stateOf(id) !== 'offered' || machines.L.stateOf(id) !== 'offered') return;
    this.#lanes.add(id);
    for (const machine of Object.values(machines)) machine.bulkOn(id, 1);
  }

  /** Hears one frame of a connection and answers as session.ts does. */
  hear(listener: Speaker, preferred: number): boolean {
    const frames = this.conversation.onTheWay[listener];
    if (frames.length === 0) return false;
    const channel = frames.some((frame) => frame.channel === preferred) ? preferred : undefined;
    const at = frames.findIndex((frame) => channel === undefined || frame.channel === channel);
    const next = frames[at];
    // Who is through with a request has closed its lane: the answer to CANCEL overtakes what is still on it.
    if (
      next?.channel === 1 &&
      ['over', 'cancelling'].includes(this.conversation.machines[listener].stateOf(next.id))
    ) {
      frames.splice(at, 1);
      return true;
    }
    const { type, id, verdict } = this.conversation.hear(listener, channel);
    if (verdict === 'answer-cancel' || (type === 'DECLINE' && verdict === 'deliver'))
      this.conversation.say(listener, 'CANCEL', id);
    return true;
  }

  hearAll(): void {
    while ((['D', 'L'] as const).some((who) => this.hear(who, 0)));
  }

  #channelOf(speaker: Speaker, type: TypeName, id: number): number {
    const isBulk = this.#sources.get(id) === speaker && bulkTypes.has(type);
    return isBulk && this.#lanes.has(id) ? 1 : 0;
  }
}

const bulkTypes: ReadonlySet<TypeName> = new Set([
  'DATA',
  'PACK',
  'END',
  'SAME',
  'FAULT',
  'PACE',
  'NOTICE',
  'FINISH',
]);

const talk = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('say' as const),
        who: fc.constantFrom('D', 'L'),
        choice: fc.nat({ max: 40 }),
        pick: fc.nat({ max: 6 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('hear' as const),
        who: fc.constantFrom('D', 'L'),
        channel: fc.nat({ max: 1 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('lane' as const), pick: fc.integer({ min: 1, max: lastId }) }),
    },
  ),
  { minLength: 10, maxLength: 150, size: 'max' },
);

const answers = questions.flatMap((question) => answersTo(question));

describe('two honest sides', () => {
  it('never refuse each other a frame, however frames cross, and agree in the end', () => {
    let frames = 0;
    fc.assert(
      fc.property(talk, (steps) => {
        const honest = new Honest();
        for (const step of steps) {
          if (step.do === 'say') frames += honest.saySomething(step.who, step.choice, step.pick) ? 1 : 0;
          else if (step.do === 'hear') honest.hear(step.who, step.channel);
          else honest.useLane(step.pick);
        }
        honest.hearAll();
        const { D, L } = honest.conversation.machines;
        for (let id = 1; id <= lastId; id += 1) expect([id, D.stateOf(id)]).toEqual([id, L.stateOf(id)]);
        for (let id = 1; id <= lastId; id += 1) expect(['cancelling', id]).not.toEqual([D.stateOf(id), id]);
        expect(D.openRequests).toBe(L.openRequests);
      }),
      { numRuns: 250 },
    );
    // Else the property would say little.
    expect(frames).toBeGreaterThan(3_000);
  });

  it('come to an end of everything by CANCEL, whatever the state', () => {
    fc.assert(
      fc.property(talk, (steps) => {
        const honest = new Honest();
        for (const step of steps) {
          if (step.do === 'say') honest.saySomething(step.who, step.choice, step.pick);
          else if (step.do === 'hear') honest.hear(step.who, step.channel);
        }
        for (let id = 1; id <= lastId; id += 1) {
          for (const who of ['D', 'L'] as const) honest.say(who, 'CANCEL', id);
          for (const who of ['D', 'L'] as const) {
            for (const type of answers) honest.say(who, type, id);
          }
        }
        honest.hearAll();
        for (let id = 1; id <= lastId; id += 1) {
          for (const who of ['D', 'L'] as const) {
            for (const type of answers) honest.say(who, type, id);
          }
        }
        honest.hearAll();
        const { D, L } = honest.conversation.machines;
        expect([D.openRequests, L.openRequests]).toEqual([0, 0]);
        expect([honest.conversation.onTheWay.D, honest.conversation.onTheWay.L]).toEqual([[], []]);
      }),
      { numRuns: 250 },
    );
  });
});
