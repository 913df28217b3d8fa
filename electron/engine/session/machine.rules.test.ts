import { describe, expect, it } from 'vitest';

import { typeNames } from '../../../shared/protocol/catalog.ts';
import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { Conversation } from '../testing/conversation.ts';
import type { Side } from '../net/connection-info.ts';
import { SessionMachine } from './machine.ts';
import type { Verdict } from './machine.ts';
import type { RequestState } from '../../../shared/protocol/catalog/behaviour.ts';

type Role = 'source' | 'sink';

/** Written down from docs/PROTOCOL.md, "States of a request"; WANT, PACE and NOTICE of the sink may cross FINISH. */
const allowed: Readonly<
  Record<Exclude<RequestState, 'cancelling'>, Readonly<Record<Role, readonly TypeName[]>>>
> = {
  asked: { source: ['OFFER', 'ERROR', 'CANCEL'], sink: ['CANCEL'] },
  offered: {
    source: ['TOTALS', 'MANIFEST', 'CANCEL'],
    sink: ['ACCEPT', 'DECLINE', 'CANCEL'],
  },
  flowing: {
    source: [
      'TOTALS',
      'MANIFEST',
      'DATA',
      'PACK',
      'END',
      'SAME',
      'FAULT',
      'PACE',
      'NOTICE',
      'FINISH',
      'CANCEL',
    ],
    sink: ['WANT', 'ACK', 'FAULT', 'PACE', 'NOTICE', 'CANCEL'],
  },
  finishing: {
    source: ['TOTALS', 'MANIFEST', 'FAULT', 'CANCEL'],
    sink: ['WANT', 'ACK', 'FAULT', 'PACE', 'NOTICE', 'DONE', 'CANCEL'],
  },
};

/** What may still come from a side that does not know yet of our CANCEL. */
const drained: Readonly<Record<Role, readonly TypeName[]>> = {
  source: [
    'OFFER',
    'ERROR',
    'TOTALS',
    'MANIFEST',
    'DATA',
    'PACK',
    'END',
    'SAME',
    'FAULT',
    'PACE',
    'NOTICE',
    'FINISH',
  ],
  sink: ['ACCEPT', 'DECLINE', 'WANT', 'ACK', 'FAULT', 'PACE', 'NOTICE', 'DONE'],
};

const sessionTypes: ReadonlySet<TypeName> = new Set([
  'HELLO',
  'WELCOME',
  'PING',
  'PONG',
  'BYE',
  'LANE',
  'JOINED',
]);
const requestTypes = typeNames.filter((type) => !sessionTypes.has(type));

const sides: readonly Side[] = ['dialer', 'listener'];
const roles: readonly Role[] = ['source', 'sink'];
const actors = ['us', 'peer'] as const;
const openings = ['push', 'pull'] as const;

interface Stage {
  readonly machine: SessionMachine;
  readonly id: number;
}

/** A machine of `side` that plays `role` in a transfer which was brought into `state`. */
function staged(
  side: Side,
  role: Role,
  state: RequestState,
  opening: (typeof openings)[number],
  canceller: 'us' | 'peer' = 'us',
): Stage {
  const { machines } = Conversation.ready();
  const machine = machines[side === 'dialer' ? 'D' : 'L'];
  const opener = (opening === 'push') === (role === 'source') ? 'us' : 'peer';
  const id = (side === 'dialer') === (opener === 'us') ? 1 : 2;
  const by = (speaker: Role, type: TypeName): unknown =>
    speaker === role ? machine.sent(type, id) : machine.received(type, id);
  if (opening === 'push') by('source', 'OFFER');
  else by('sink', 'GET');
  if (opening === 'pull' && state !== 'asked') by('source', 'OFFER');
  if (state === 'flowing' || state === 'finishing') by('sink', 'ACCEPT');
  if (state === 'finishing') by('source', 'FINISH');
  // The peer's CANCEL ends it at once; only a DECLINE leaves the answer to us.
  if (state === 'cancelling' && canceller === 'us') machine.sent('CANCEL', id);
  if (state === 'cancelling' && canceller === 'peer') machine.received('DECLINE', id);
  expect(machine.stateOf(id)).toBe(state);
  return { machine, id };
}

const outcomeOf = (act: () => Verdict): Verdict | HexdropError => {
  try {
    return act();
  } catch (thrown) {
    return thrown as HexdropError;
  }
};

const step = ({ machine, id }: Stage, actor: 'us' | 'peer', type: TypeName): Verdict | HexdropError =>
  outcomeOf(() => (actor === 'us' ? machine.sent(type, id) : machine.received(type, id)));

describe.each(sides)('a transfer at the %s', (side) => {
  for (const role of roles) {
    for (const state of ['asked', 'offered', 'flowing', 'finishing'] as const) {
      for (const actor of actors) {
        const speaker: Role = (actor === 'us') === (role === 'source') ? 'source' : 'sink';
        it(`that is the ${role}: ${state}, takes from ${actor} what the ${speaker} may say, and nothing else`, () => {
          for (const opening of openings) {
            if (state === 'asked' && opening === 'push') continue;
            for (const type of requestTypes) {
              const outcome = step(staged(side, role, state, opening), actor, type);
              if (allowed[state][speaker].includes(type)) {
                expect([type, outcome]).toEqual([
                  type,
                  type === 'CANCEL' && actor === 'peer' ? 'answer-cancel' : 'deliver',
                ]);
                continue;
              }
              expect(outcome).toMatchObject({ code: 'unexpected-frame', seen: type });
              const told = new Set((outcome as HexdropError).allowed?.split(', '));
              expect(allowed[state][speaker].filter((may) => !told.has(may))).toEqual([]);
              expect((outcome as HexdropError).message).toContain(`"${state}"`);
            }
          }
        });
      }
    }

    it(`that is the ${role} and cancelled says nothing more, and drops what still comes`, () => {
      const peerRole: Role = role === 'source' ? 'sink' : 'source';
      for (const opening of openings) {
        for (const type of requestTypes) {
          const ours = step(staged(side, role, 'cancelling', opening), 'us', type);
          expect(ours).toMatchObject({ code: 'unexpected-frame', seen: type });
          const theirs = step(staged(side, role, 'cancelling', opening), 'peer', type);
          if (type === 'CANCEL') expect(theirs).toBe('cancelled');
          else if (drained[peerRole].includes(type)) expect([type, theirs]).toEqual([type, 'drop']);
          // Types of the other role are dropped or refused: either does no harm.
          else if (!drained[role].includes(type))
            expect(theirs).toMatchObject({ code: 'unexpected-frame', seen: type });
        }
      }
    });
  }

  it('that was declined may only be answered by CANCEL', () => {
    for (const opening of openings) {
      for (const type of requestTypes) {
        const ours = step(staged(side, 'source', 'cancelling', opening, 'peer'), 'us', type);
        const theirs = step(staged(side, 'source', 'cancelling', opening, 'peer'), 'peer', type);
        expect(theirs).toMatchObject({ code: 'unexpected-frame', seen: type });
        if (type === 'CANCEL') expect(ours).toBe('cancelled');
      }
    }
  });
});

describe('a question', () => {
  const answers = {
    LIST: 'LISTING',
    STAT: 'ENTRY',
    UNLOCK: 'UNLOCKED',
    READ: 'CONTENT',
    TEXT: 'TAKEN',
  } as const;

  it.each(Object.entries(answers))(
    '%s takes %s or ERROR from the one who was asked, and nothing else',
    (question, answer) => {
      for (const type of requestTypes) {
        const asker = Conversation.ready().machines.D;
        asker.sent(question as TypeName, 1);
        const outcome = outcomeOf(() => asker.received(type, 1));
        if (type === answer || type === 'ERROR') expect(outcome).toBe('deliver');
        else expect(outcome).toMatchObject({ code: 'unexpected-frame', seen: type });
        expect(asker.stateOf(1)).toBe(type === answer || type === 'ERROR' ? 'over' : 'asked');
      }
    },
  );

  it.each(Object.keys(answers))('%s is not answered by the one who asks', (question) => {
    for (const type of requestTypes) {
      const asker = Conversation.ready().machines.D;
      asker.sent(question as TypeName, 1);
      expect(outcomeOf(() => asker.sent(type, 1))).toMatchObject({ code: 'unexpected-frame', seen: type });
    }
  });
});

describe('a lane', () => {
  const bulkTypes = ['DATA', 'PACK', 'END', 'SAME', 'FAULT', 'PACE', 'NOTICE', 'FINISH'] as const;
  const onLane = (role: Role): Stage => {
    const stage = staged('listener', role, 'offered', 'push');
    stage.machine.bulkOn(stage.id, 1);
    if (role === 'source') stage.machine.received('ACCEPT', stage.id);
    else stage.machine.sent('ACCEPT', stage.id);
    return stage;
  };

  it.each(bulkTypes)('carries %s of the source; on the control connection it is bad-channel', (type) => {
    const sink = onLane('sink');
    expect(() => sink.machine.received(type, sink.id, 0)).toThrow(
      expect.objectContaining({ code: 'bad-channel', seen: '0', allowed: '1' }),
    );
    expect(sink.machine.received(type, sink.id, 1)).toBe('deliver');
    const source = onLane('source');
    expect(source.machine.sent(type, source.id, 1)).toBe('deliver');
  });

  it.each(['MANIFEST', 'TOTALS', 'CANCEL'] as const)('does not carry %s: bad-channel', (type) => {
    const { machine, id } = onLane('sink');
    expect(() => machine.received(type, id, 1)).toThrow(
      expect.objectContaining({ code: 'bad-channel', seen: '1', allowed: '0' }),
    );
    expect(machine.stateOf(id)).toBe('flowing');
  });

  it.each(['WANT', 'ACK', 'FAULT', 'PACE', 'NOTICE', 'CANCEL'] as const)(
    'does not carry %s of the sink: bad-channel',
    (type) => {
      const { machine, id } = onLane('source');
      expect(() => machine.received(type, id, 1)).toThrow(
        expect.objectContaining({ code: 'bad-channel', seen: '1', allowed: '0' }),
      );
    },
  );

  it('that ACCEPT did not choose carries nothing: bad-channel', () => {
    const { machine, id } = staged('listener', 'sink', 'flowing', 'push');
    expect(() => machine.received('DATA', id, 1)).toThrow(expect.objectContaining({ code: 'bad-channel' }));
    expect(machine.received('DATA', id, 0)).toBe('deliver');
  });
});
