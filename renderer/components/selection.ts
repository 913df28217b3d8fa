/**
 * Selection in a list by keyboard and mouse, as file managers do it. Pure: a state, a key or a click, the next state.
 * Indices are positions in the list as it is shown; `anchor` is where a range starts, `cursor` where the focus is.
 */

export interface Selection {
  readonly cursor: number;
  readonly anchor: number;
  readonly chosen: ReadonlySet<number>;
}

export const noSelection: Selection = { cursor: -1, anchor: -1, chosen: new Set() };

export interface Modifiers {
  readonly shift: boolean;
  /** Ctrl, or Command on a Mac. */
  readonly toggle: boolean;
}

const range = (from: number, to: number): Set<number> => {
  const [low, high] = from < to ? [from, to] : [to, from];
  return new Set(Array.from({ length: high - low + 1 }, (_, index) => low + index));
};

/** Goes to an index: alone, with a range from the anchor (shift), or leaving the choice as it is (ctrl). */
const moveTo = (selection: Selection, index: number, { shift, toggle }: Modifiers): Selection => {
  if (shift) {
    const anchor = selection.anchor < 0 ? index : selection.anchor;
    return { cursor: index, anchor, chosen: range(anchor, index) };
  }
  if (toggle) return { ...selection, cursor: index };
  return { cursor: index, anchor: index, chosen: new Set([index]) };
};

const toggled = (selection: Selection, index: number): Selection => {
  const chosen = new Set(selection.chosen);
  if (!chosen.delete(index)) chosen.add(index);
  return { cursor: index, anchor: index, chosen };
};

export const clicked = (selection: Selection, index: number, modifiers: Modifiers): Selection =>
  modifiers.toggle && !modifiers.shift ? toggled(selection, index) : moveTo(selection, index, modifiers);

/** The next state, or undefined for a key that does not select. */
export const keyed = (
  selection: Selection,
  key: string,
  modifiers: Modifiers,
  count: number,
  pageRows: number,
): Selection | undefined => {
  if (count === 0) return undefined;
  const clamp = (index: number): number => Math.max(0, Math.min(count - 1, index));
  const { cursor } = selection;
  switch (key) {
    case 'ArrowDown':
      return moveTo(selection, clamp(cursor + 1), modifiers);
    case 'ArrowUp':
      return moveTo(selection, clamp(cursor < 0 ? count - 1 : cursor - 1), modifiers);
    case 'Home':
      return moveTo(selection, 0, modifiers);
    case 'End':
      return moveTo(selection, count - 1, modifiers);
    case 'PageDown':
      return moveTo(selection, clamp(cursor + pageRows), modifiers);
    case 'PageUp':
      return moveTo(selection, clamp(cursor - pageRows), modifiers);
    case ' ':
      return cursor < 0 ? undefined : toggled(selection, cursor);
    case 'a':
      return modifiers.toggle ? { cursor: clamp(cursor), anchor: 0, chosen: range(0, count - 1) } : undefined;
    default:
      return undefined;
  }
};

/**
 * The index that typed letters lead to: the next name that begins with them. One letter again and again goes through
 * all that begin with it. -1 when there is none.
 */
export const typedAhead = (names: readonly string[], typed: string, cursor: number): number => {
  const wanted = typed.toLowerCase();
  const letters = Array.from(wanted);
  const isRepeated = letters.every((letter) => letter === letters[0]);
  const start = isRepeated ? (letters[0] ?? '') : wanted;
  const from = isRepeated ? cursor + 1 : Math.max(0, cursor);
  for (let step = 0; step < names.length; step += 1) {
    const index = (from + step) % names.length;
    if (names[index]?.toLowerCase().startsWith(start) === true) return index;
  }
  return -1;
};
