/** Ascending numbers as spans, both ends included: what an export is told. */

export function spansOf(numbers: Iterable<number>): [number, number][] {
  const spans: [number, number][] = [];
  let last: [number, number] | undefined;
  for (const number of numbers) {
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else {
      last = [number, number];
      spans.push(last);
    }
  }
  return spans;
}
