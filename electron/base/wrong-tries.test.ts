import { describe, expect, it } from 'vitest';

import { WrongTries } from './wrong-tries.ts';

const hourMs = 3_600_000;
const plenty = { tries: 1_000_000, withinMs: hourMs };

/** How many guesses are looked at in an hour by somebody who tries all the time, from the address of each try. */
const guessesInAnHour = (tries: WrongTries, addressOf: (guess: number) => string): number => {
  let guesses = 0;
  for (let nowMs = 0, calls = 0; nowMs < hourMs && calls < 100_000; calls += 1) {
    const waitMs = tries.begin(addressOf(guesses), nowMs);
    if (waitMs === undefined) guesses += 1;
    else nowMs += waitMs;
  }
  return guesses;
};

describe('wrong tries', () => {
  it('from one address are a few dozen in an hour', () => {
    expect(guessesInAnHour(new WrongTries(plenty), () => '192.0.2.1')).toBeLessThan(40);
  });

  it('from all addresses of an IPv6 /64 are those of one origin', () => {
    const guesses = guessesInAnHour(new WrongTries(plenty), (guess) => `2001:db8::${guess.toString(16)}`);
    expect(guesses).toBeLessThan(40);
  });

  it('from everywhere together are no more than that limit', () => {
    const tries = new WrongTries({ tries: 200, withinMs: hourMs });
    expect(guessesInAnHour(tries, (guess) => `10.${guess >> 16}.${(guess >> 8) & 255}.${guess & 255}`)).toBe(
      200,
    );
  });

  it('from many newcomers make nobody forgotten who has to wait', () => {
    const tries = new WrongTries(plenty);
    const four = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    for (let index = 0; index < 10_000; index += 1)
      for (let guess = 0; guess < 3; guess += 1) tries.begin(four(index), 0);
    let crowd = 0;
    for (let index = 10_000; index < 20_000; index += 1)
      if (tries.begin(four(index), 1) === undefined) crowd += 1;
    expect(crowd).toBe(3);
    expect(tries.begin(four(0), 1)).toBe(999);
  });

  it('count against nobody once the right secret came', () => {
    const tries = new WrongTries({ tries: 5, withinMs: hourMs });
    for (let round = 0; round < 20; round += 1) {
      expect(tries.begin('192.0.2.1', 0)).toBeUndefined();
      tries.right('192.0.2.1');
    }
  });
});
