/**
 * The rule inside a WANT: every entry that a list names lies in the span, each list ascends, and no entry is
 * named twice. With it the source can apply the lists in one pass and need not remember what it saw.
 */

type Span = readonly [number, number];

interface WantLists {
  readonly first: number;
  readonly count: number;
  readonly skip?: readonly Span[] | undefined;
  readonly resume?: readonly (readonly [number, number, string])[] | undefined;
  readonly resumeIf?: readonly (readonly [number, number, string])[] | undefined;
  readonly unless?: readonly (readonly [number, string])[] | undefined;
  readonly later?: readonly Span[] | undefined;
}

export const wantRuleText = 'entries within the span, ascending in each list, none named twice';

export function wantRule(want: WantLists): boolean {
  const end = want.first + want.count;
  if (end > 0xffff_ffff) return false;
  const spans: Span[] = [];
  const lists: readonly (readonly Span[])[] = [
    want.skip ?? [],
    (want.resume ?? []).map(([entry]): Span => [entry, 1]),
    (want.resumeIf ?? []).map(([entry]): Span => [entry, 1]),
    (want.unless ?? []).map(([entry]): Span => [entry, 1]),
    want.later ?? [],
  ];
  for (const list of lists) {
    if (!ascends(list, want.first, end)) return false;
    spans.push(...list);
  }
  return ascends(
    spans.sort((a, b) => a[0] - b[0]),
    want.first,
    end,
  );
}

function ascends(spans: readonly Span[], first: number, end: number): boolean {
  let next = first;
  for (const [entry, count] of spans) {
    if (entry < next) return false;
    next = entry + count;
  }
  return next <= end;
}
