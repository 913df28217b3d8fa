import { describe, expect, it } from 'vitest';

import { clicked, keyed, type Modifiers, noSelection, type Selection, typedAhead } from './selection.ts';

const plain: Modifiers = { shift: false, toggle: false };
const shift: Modifiers = { shift: true, toggle: false };
const ctrl: Modifiers = { shift: false, toggle: true };

const press = (selection: Selection, key: string, modifiers = plain): Selection =>
  keyed(selection, key, modifiers, 10, 4) ?? selection;

const chosen = (selection: Selection): readonly number[] => [...selection.chosen].toSorted((a, b) => a - b);

describe('selection', () => {
  it('arrows go on from nothing, and stop at the ends', () => {
    expect(press(noSelection, 'ArrowDown').cursor).toBe(0);
    expect(press(noSelection, 'ArrowUp').cursor).toBe(9);
    expect(press(press(noSelection, 'End'), 'ArrowDown').cursor).toBe(9);
    expect(press(press(noSelection, 'Home'), 'PageUp').cursor).toBe(0);
  });

  it('shift spans from the anchor, also back over it', () => {
    let now = clicked(noSelection, 4, plain);
    now = press(press(now, 'ArrowDown', shift), 'ArrowDown', shift);
    expect(chosen(now)).toEqual([4, 5, 6]);
    now = press(press(press(now, 'ArrowUp', shift), 'ArrowUp', shift), 'ArrowUp', shift);
    expect(chosen(now)).toEqual([3, 4]);
    expect(chosen(clicked(now, 1, shift))).toEqual([1, 2, 3, 4]);
  });

  it('ctrl moves without choosing, space chooses', () => {
    let now = clicked(noSelection, 2, plain);
    now = press(press(now, 'ArrowDown', ctrl), 'ArrowDown', ctrl);
    expect([now.cursor, chosen(now)]).toEqual([4, [2]]);
    now = press(now, ' ');
    expect(chosen(now)).toEqual([2, 4]);
    expect(chosen(clicked(now, 2, ctrl))).toEqual([4]);
  });

  it('ctrl+A chooses everything, other keys nothing', () => {
    expect(press(noSelection, 'a', ctrl).chosen.size).toBe(10);
    expect(keyed(noSelection, 'a', plain, 10, 4)).toBeUndefined();
    expect(keyed(noSelection, 'ArrowDown', plain, 0, 4)).toBeUndefined();
  });

  it('typed letters lead to a name, one letter again and again to the next', () => {
    const names = ['alpha', 'beta', 'Bravo', 'charlie', 'bus'];
    expect(typedAhead(names, 'b', -1)).toBe(1);
    expect(typedAhead(names, 'b', 1)).toBe(2);
    expect(typedAhead(names, 'bb', 2)).toBe(4);
    expect(typedAhead(names, 'br', 1)).toBe(2);
    expect(typedAhead(names, 'B', 4)).toBe(1);
    expect(typedAhead(names, 'x', 0)).toBe(-1);
  });
});
