import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LinkedList } from './linked-list.ts';
import type { Linked } from './linked-list.ts';

interface Element extends Linked {
  readonly name: number;
}

describe('a linked list', () => {
  it('has its elements in the order in which they came, whichever go', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (names) => {
        const list = new LinkedList<Element>();
        const elements = new Map<number, Element>();
        const model: number[] = [];
        for (const name of names) {
          const known = elements.get(name);
          if (known === undefined) {
            const element = { name, before: undefined, after: undefined };
            elements.set(name, element);
            list.add(element);
            model.push(name);
          } else {
            elements.delete(name);
            list.delete(known);
            model.splice(model.indexOf(name), 1);
          }
          expect([list.size, list.first?.name]).toEqual([model.length, model[0]]);
        }
        expect(Array.from(list, ({ name }) => name)).toEqual(model);
      }),
    );
  });
});
