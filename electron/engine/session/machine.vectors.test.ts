/** The golden vectors of states, which another implementation can use as well. */

import { describe, expect, it } from 'vitest';

import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import states from '../../../shared/protocol/vectors/states.json' with { type: 'json' };
import type { Side } from '../net/connection-info.ts';
import { SessionMachine } from './machine.ts';
import type { Verdict } from './machine.ts';

interface Event {
  readonly sent?: string;
  readonly received?: string;
  readonly id: number;
  readonly outcome?: string;
  readonly error?: string;
}

/** The words of the vectors. */
const words: Readonly<Record<Verdict, string>> = {
  deliver: 'take',
  drop: 'drop',
  'answer-cancel': 'answer',
  cancelled: 'end',
};

/** What the machine does with a frame that it receives. */
function outcomeOf(machine: SessionMachine, type: TypeName, id: number): Pick<Event, 'outcome' | 'error'> {
  try {
    const verdict = machine.received(type, id);
    if (verdict === 'answer-cancel') machine.sent('CANCEL', id);
    return { outcome: words[verdict] };
  } catch (thrown) {
    return { outcome: 'refuse', error: (thrown as HexdropError).code };
  }
}

describe('a state', () => {
  it.each(states.vectors)('$name', ({ side, events }) => {
    const machine = new SessionMachine(side as Side);
    for (const { sent, received, id, outcome, error } of events as readonly Event[]) {
      if (sent !== undefined) machine.sent(sent as TypeName, id);
      else
        expect([received, id, outcomeOf(machine, received as TypeName, id)]).toEqual([
          received,
          id,
          error === undefined ? { outcome } : { outcome, error },
        ]);
    }
  });
});
