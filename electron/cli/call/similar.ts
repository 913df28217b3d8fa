/** "Did you mean": the word of a list that is nearest to what was typed. */

/** Letters to change, add, drop, or swap with their neighbour. */
const distance = (left: string, right: string): number => {
  let beforePrevious: readonly number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replace = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const isSwap =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const swap = isSwap ? (beforePrevious[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(replace, swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length] ?? 0;
};

/** The nearest of `words`, when it is near enough to be what was meant. */
export const similarWord = (typed: string, words: readonly string[]): string | undefined => {
  const lowered = typed.toLowerCase().slice(0, 40);
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const word of words) {
    const found = lowered !== '' && word.startsWith(lowered) ? 1 : distance(lowered, word);
    if (
      found <= Math.max(1, Math.floor(word.length / 3)) &&
      found < (best?.distance ?? Number.POSITIVE_INFINITY)
    ) {
      best = { word, distance: found };
    }
  }
  return best?.word;
};
