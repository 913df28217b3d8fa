/**
 * A list of any length, painted by hand: as many row elements as fit, used over and over. A row keeps its element while it
 * is seen; scrolling writes only what comes in. React mounts it and tells it to paint.
 */

import { Scroller } from './scroller.ts';

interface GridColumn {
  readonly name: string;
  readonly label: string;
}

/** What a row shows: one text for each column, marks for the style sheet, a name for screen readers. */
export interface GridRow {
  readonly texts: string[];
  /** Goes into `data-*` of the row. */
  marks: Record<string, string>;
}

export interface RowGridOptions {
  readonly root: HTMLElement;
  readonly label: string;
  readonly columns: readonly GridColumn[];
  readonly rowHeight: number;
  readonly count: () => number;
  /** Fills the row at a position; false when it is not there (any more). */
  readonly fill: (position: number, row: GridRow) => boolean;
  readonly onChoose: (position: number) => void;
  readonly onOpen?: (position: number) => void;
  readonly onMoved?: () => void;
  /** After each painting: which positions are seen. */
  readonly onPainted?: (from: number, to: number) => void;
}

interface Slot {
  readonly element: HTMLElement;
  readonly texts: readonly Text[];
  readonly shown: string[];
  marks: string;
  position: number;
  y: number;
}

let lastGrid = 0;

export class RowGrid {
  readonly scroller: Scroller;
  readonly track: HTMLElement;
  readonly map: HTMLCanvasElement;
  readonly #options: RowGridOptions;
  readonly #id: string;
  readonly #body: HTMLElement;
  readonly #layer: HTMLElement;
  readonly #head: HTMLElement;
  readonly #slots: Slot[] = [];
  readonly #row: GridRow = { texts: [], marks: {} };
  readonly #resize: ResizeObserver | undefined;
  #chosen = -1;
  #frame = 0;
  /** Rows stand at their distance from here, so that no coordinate becomes too large to be exact. */
  #base = 0;

  constructor(options: RowGridOptions) {
    this.#options = options;
    lastGrid += 1;
    this.#id = `grid-${lastGrid}`;
    const { root, columns, label } = options;
    root.replaceChildren();
    root.setAttribute('role', 'grid');
    root.setAttribute('aria-label', label);
    root.setAttribute('aria-colcount', String(columns.length));
    root.tabIndex = 0;
    this.#head = make('div', 'inspector-row inspector-head', 'row');
    this.#head.setAttribute('aria-rowindex', '1');
    columns.forEach(({ name, label: words }) => {
      const cell = make('div', `inspector-cell inspector-${name}`, 'columnheader');
      cell.textContent = words;
      this.#head.append(cell);
    });
    this.#body = make('div', 'inspector-body', 'presentation');
    this.#layer = make('div', 'inspector-layer', 'presentation');
    this.track = make('div', 'inspector-track');
    this.track.setAttribute('aria-hidden', 'true');
    this.map = document.createElement('canvas');
    const thumb = make('div', 'inspector-thumb');
    this.track.append(this.map, thumb);
    this.#body.append(this.#layer, this.track);
    root.append(this.#head, this.#body);
    this.scroller = new Scroller({
      area: this.#body,
      track: this.track,
      thumb,
      rowHeight: options.rowHeight,
      count: options.count,
      onScroll: () => this.paint(),
      ...(options.onMoved === undefined ? {} : { onMoved: options.onMoved }),
    });
    this.#layer.addEventListener('click', (event) => this.#click(event));
    this.#layer.addEventListener('dblclick', () => this.#chosen >= 0 && options.onOpen?.(this.#chosen));
    root.addEventListener('keydown', (event) => this.#key(event));
    if (typeof ResizeObserver !== 'undefined') {
      this.#resize = new ResizeObserver(() => this.paint());
      this.#resize.observe(this.#body);
    }
  }

  /** Position of the chosen row; -1 for none. */
  set chosen(position: number) {
    if (position === this.#chosen) return;
    this.#chosen = position;
    this.paint();
  }

  /** In the next animation frame; many calls are one. */
  paint(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.paintNow();
    });
  }

  paintNow(): void {
    const { count, rowHeight, onPainted } = this.#options;
    const all = count();
    // The list may have become shorter.
    if (this.scroller.top > this.scroller.mostTop) this.scroller.scrollTo(this.scroller.mostTop);
    const from = Math.floor(this.scroller.top);
    const seen = Math.ceil(this.scroller.visible) + 1;
    this.#makeSlots(seen);
    if (Math.abs(from - this.#base) > 50_000) {
      this.#base = from;
      for (const slot of this.#slots) slot.y = Number.NaN;
    }
    this.#layer.style.transform = `translate3d(0, ${-(this.scroller.top - this.#base) * rowHeight}px, 0)`;
    const root = this.#options.root;
    let active = '';
    for (let position = from; position < from + this.#slots.length; position += 1) {
      const slot = this.#slots[position % this.#slots.length] as Slot;
      this.#write(slot, position, position < all);
      if (position === this.#chosen && position < all) active = slot.element.id;
    }
    setAttribute(root, 'aria-rowcount', String(all + 1));
    if (active === '') root.removeAttribute('aria-activedescendant');
    else setAttribute(root, 'aria-activedescendant', active);
    this.scroller.placeThumb();
    onPainted?.(from, Math.min(all, from + seen));
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.scroller.dispose();
    this.#resize?.disconnect();
  }

  #makeSlots(wanted: number): void {
    if (this.#slots.length >= wanted) return;
    while (this.#slots.length < wanted) {
      const element = make('div', 'inspector-row', 'row');
      element.id = `${this.#id}-${this.#slots.length}`;
      const texts = this.#options.columns.map(({ name }) => {
        const cell = make('div', `inspector-cell inspector-${name}`, 'gridcell');
        const text = document.createTextNode('');
        cell.append(text);
        element.append(cell);
        return text;
      });
      this.#layer.append(element);
      this.#slots.push({
        element,
        texts,
        shown: texts.map(() => ''),
        marks: '',
        position: -1,
        y: Number.NaN,
      });
    }
  }

  #write(slot: Slot, position: number, isThere: boolean): void {
    const { element } = slot;
    const row = this.#row;
    row.texts.length = 0;
    row.marks = {};
    if (!isThere || !this.#options.fill(position, row)) {
      if (!element.hidden) element.hidden = true;
      slot.position = -1;
      return;
    }
    if (element.hidden) element.hidden = false;
    const y = (position - this.#base) * this.#options.rowHeight;
    if (slot.y !== y) {
      slot.y = y;
      element.style.transform = `translateY(${y}px)`;
    }
    if (slot.position !== position) {
      slot.position = position;
      element.setAttribute('aria-rowindex', String(position + 2));
    }
    slot.texts.forEach((text, column) => {
      const value = row.texts[column] ?? '';
      if (slot.shown[column] === value) return;
      slot.shown[column] = value;
      text.data = value;
    });
    if (position === this.#chosen) row.marks['chosen'] = '';
    const marks = JSON.stringify(row.marks);
    if (marks === slot.marks) return;
    slot.marks = marks;
    for (const name of Object.keys(element.dataset)) if (!(name in row.marks)) delete element.dataset[name];
    for (const [name, value] of Object.entries(row.marks)) element.dataset[name] = value;
    element.setAttribute('aria-selected', String('chosen' in row.marks));
  }

  #click(event: MouseEvent): void {
    const element = (event.target as Element).closest('.inspector-row');
    const slot = this.#slots.find((each) => each.element === element);
    if (slot !== undefined && slot.position >= 0) this.#choose(slot.position);
  }

  #choose(position: number): void {
    this.chosen = position;
    this.scroller.reveal(position);
    this.#options.onChoose(position);
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    const last = this.#options.count() - 1;
    if (last < 0) return;
    const page = Math.max(1, Math.floor(this.scroller.visible) - 1);
    const from = this.#chosen < 0 ? Math.floor(this.scroller.top) : this.#chosen;
    const to =
      event.key === 'ArrowDown'
        ? this.#chosen < 0
          ? from
          : from + 1
        : event.key === 'ArrowUp'
          ? from - 1
          : event.key === 'PageDown'
            ? from + page
            : event.key === 'PageUp'
              ? from - page
              : event.key === 'Home'
                ? 0
                : event.key === 'End'
                  ? last
                  : undefined;
    if (event.key === 'Enter' && this.#chosen >= 0) this.#options.onOpen?.(this.#chosen);
    if (to === undefined) return;
    event.preventDefault();
    // With the control key the list scrolls and the choice stays.
    if (event.ctrlKey && event.key !== 'Home' && event.key !== 'End') {
      this.scroller.scrollTo(this.scroller.top + (to - from));
      this.#options.onMoved?.();
      return;
    }
    this.#choose(Math.min(Math.max(0, to), last));
    // A step to a row near the end is a look at that row; this key alone asks for the end itself.
    if (event.key === 'End') this.#options.onMoved?.();
  }
}

const make = (tag: 'div', className: string, role?: string): HTMLElement => {
  const element = document.createElement(tag);
  element.className = className;
  if (role !== undefined) element.setAttribute('role', role);
  return element;
};

const setAttribute = (element: HTMLElement, name: string, value: string): void => {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
};
