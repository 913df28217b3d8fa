import { describe, expect, it } from 'vitest';

import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { Conversation } from '../testing/conversation.ts';

/**
 * One request at a side that is written from docs/PROTOCOL.md, "States of a request" and "Cancel", and from nothing
 * else. `isHasty` counts the request as over as soon as it has said CANCEL; a patient one waits for the answer.
 */
class LiteralSide {
  readonly #isHasty: boolean;
  #state: 'open' | 'cancelling' | 'over' = 'open';
  #last: TypeName | undefined;
  #hasAnswered = false;

  constructor(isHasty: boolean) {
    this.#isHasty = isHasty;
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Says its last frame, or CANCEL. */
  say(type: TypeName): readonly TypeName[] {
    this.#last = type;
    if (type === 'DECLINE' || (type === 'CANCEL' && !this.#isHasty)) this.#state = 'cancelling';
    else this.#state = 'over';
    return [type];
  }

  hear(type: TypeName): readonly TypeName[] {
    const before = this.#state;
    if (before === 'over') {
      // "A side whose own last frame of that id was not CANCEL answers it, once. Every other CANCEL is dropped."
      if (type !== 'CANCEL' || this.#last === 'CANCEL' || this.#hasAnswered) return [];
      this.#hasAnswered = true;
      return ['CANCEL'];
    }
    // "When both send CANCEL at once, each takes the other's as the answer"; DECLINE is answered like CANCEL.
    if (type === 'CANCEL' || type === 'DECLINE' || (type === 'DONE' && before === 'open'))
      this.#state = 'over';
    return before === 'open' && type !== 'DONE' ? this.say('CANCEL') : [];
  }
}

/** Lets frames cross until nothing is on its way; returns how many were said. */
function converse(sides: readonly [LiteralSide, LiteralSide], first: readonly [TypeName, TypeName]): number {
  const toEach: [TypeName[], TypeName[]] = [[...sides[1].say(first[1])], [...sides[0].say(first[0])]];
  let said = 2;
  for (let who: 0 | 1 = 0; toEach[0].length + toEach[1].length > 0; who = who === 0 ? 1 : 0) {
    const frame = toEach[who].shift();
    if (frame === undefined) continue;
    const answers = sides[who].hear(frame);
    toEach[who === 0 ? 1 : 0].push(...answers);
    said += answers.length;
    if (said > 100) throw new Error('The two answer each other for ever.');
  }
  return said;
}

describe('CANCEL between two sides written from the page alone', () => {
  const tempers = [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const;
  const crossings = [
    ['CANCEL', 'CANCEL'],
    ['CANCEL', 'DONE'],
    ['CANCEL', 'DECLINE'],
    ['DONE', 'CANCEL'],
  ] as const;

  it.each(crossings)('%s that crosses %s ends for both within four frames', (mine, theirs) => {
    for (const [a, b] of tempers) {
      const sides = [new LiteralSide(a), new LiteralSide(b)] as const;
      expect(converse(sides, [mine, theirs])).toBeLessThanOrEqual(4);
      expect([sides[0].isOver, sides[1].isOver]).toEqual([true, true]);
    }
  });
});

describe('CANCEL for a request that is over', () => {
  const done = 'D> OFFER 1, L> ACCEPT 1, D> FINISH 1, L> DONE 1';

  it('is answered once by the side whose last frame it crossed; a second one is dropped', () => {
    const { L } = Conversation.ready().play(done).machines;
    expect(L.received('CANCEL', 1)).toBe('answer-cancel');
    L.sent('CANCEL', 1);
    for (let again = 0; again < 3; again += 1) expect(L.received('CANCEL', 1)).toBe('drop');
  });

  it('is dropped by the side that has said CANCEL itself', () => {
    const { D, L } = Conversation.ready().play(
      'D> OFFER 1, D+ CANCEL 1, L< CANCEL 1 answer-cancel, L> CANCEL 1 cancelled',
    ).machines;
    expect([D.received('CANCEL', 1), L.received('CANCEL', 1)]).toEqual(['drop', 'drop']);
  });

  it('is dropped by the side that the end was told to', () => {
    expect(Conversation.ready().play(done).machines.D.received('CANCEL', 1)).toBe('drop');
  });

  it('is answered once for a question too', () => {
    const { L } = Conversation.ready().play('D> READ 1, L> CONTENT 1').machines;
    expect([L.received('CANCEL', 1), L.received('CANCEL', 1)]).toEqual(['answer-cancel', 'drop']);
  });

  it('is not waited for without bound: as many ends as both sides may have open are remembered', () => {
    const { machines } = Conversation.ready();
    const ended = 2 * limits.openRequests + 1;
    for (let count = 0; count < ended; count += 1) {
      machines.L.received('GET', 1 + 2 * count);
      machines.L.sent('ERROR', 1 + 2 * count);
    }
    expect(machines.L.received('CANCEL', 1)).toBe('drop');
    for (let count = 1; count < ended; count += 1)
      expect(machines.L.received('CANCEL', 1 + 2 * count)).toBe('answer-cancel');
  });
});
