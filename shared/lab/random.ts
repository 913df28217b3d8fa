/** Numbers that look random and are the same for the same seed: mulberry32. Not for secrets. */

export type Random = () => number;

/** Each call answers a number from 0 up to, but without, 1. @param seed an integer; its low 32 bits count */
export const randomOf = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** An integer from `least` to `most`, both of them possible. */
export const integerBetween = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));
