/**
 * A list from which any element goes, and to whose end any comes, in constant time. A `Set` keeps the order too, but
 * finding its first element takes the longer the more have gone before it.
 */

export interface Linked {
  before: Linked | undefined;
  after: Linked | undefined;
}

export class LinkedList<Element extends Linked> {
  #first: Linked | undefined;
  #last: Linked | undefined;
  size = 0;

  get first(): Element | undefined {
    return this.#first as Element | undefined;
  }

  /** At the end. The element is in no list. */
  add(element: Element): void {
    element.before = this.#last;
    element.after = undefined;
    if (this.#last === undefined) this.#first = element;
    else this.#last.after = element;
    this.#last = element;
    this.size += 1;
  }

  /** The element is in this list. */
  delete(element: Element): void {
    const { before, after } = element;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    element.before = undefined;
    element.after = undefined;
    this.size -= 1;
  }

  *[Symbol.iterator](): Generator<Element> {
    for (let element = this.#first; element !== undefined;) {
      // What is looked at may go meanwhile.
      const { after } = element;
      yield element as Element;
      element = after;
    }
  }
}
