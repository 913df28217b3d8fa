/**
 * Scrolling of our own, for more rows than a browser's element can be tall: the top is a row number with a fraction, kept
 * here; wheel, touch and keys change it, and a track with a thumb shows it.
 */

export interface ScrollerOptions {
  /** What the wheel turns over. */
  readonly area: HTMLElement;
  readonly track: HTMLElement;
  readonly thumb: HTMLElement;
  readonly rowHeight: number;
  readonly count: () => number;
  /** The top has changed, by whatever. */
  readonly onScroll: () => void;
  /** A person moved it. */
  readonly onMoved?: () => void;
}

const leastThumb = 24;

export class Scroller {
  readonly #options: ScrollerOptions;
  readonly #end = new AbortController();
  #top = 0;

  constructor(options: ScrollerOptions) {
    this.#options = options;
    const { area, track } = options;
    const { signal } = this.#end;
    area.addEventListener('wheel', (event) => this.#wheel(event), { passive: false, signal });
    area.addEventListener('pointerdown', (event) => this.#touch(event), { signal });
    track.addEventListener('pointerdown', (event) => this.#drag(event), { signal });
  }

  get top(): number {
    return this.#top;
  }

  get visible(): number {
    return this.#options.area.clientHeight / this.#options.rowHeight;
  }

  get mostTop(): number {
    return Math.max(0, this.#options.count() - this.visible);
  }

  get isAtEnd(): boolean {
    return this.#top >= this.mostTop - 0.5;
  }

  scrollTo(top: number): void {
    const next = Math.min(Math.max(0, top), this.mostTop);
    if (next === this.#top) return;
    this.#top = next;
    this.#options.onScroll();
  }

  /** Rows at the beginning are gone: what is seen stays where it is. */
  shift(rows: number): void {
    this.#top = Math.max(0, this.#top - rows);
  }

  /** The row is brought into sight with as little movement as it takes. */
  reveal(position: number): void {
    if (position < this.#top) this.scrollTo(position);
    else if (position + 1 > this.#top + this.visible) this.scrollTo(position + 1 - this.visible);
  }

  /** Into the middle, unless it is seen already. */
  centre(position: number): void {
    if (position < this.#top || position + 1 > this.#top + this.visible) {
      this.scrollTo(position - this.visible / 2);
    }
  }

  placeThumb(): void {
    const { track, thumb, count } = this.#options;
    const all = count();
    const height = track.clientHeight;
    const isNeeded = all > this.visible;
    thumb.style.visibility = isNeeded ? 'visible' : 'hidden';
    if (!isNeeded) return;
    const size = Math.max(leastThumb, (this.visible / all) * height);
    const from = this.mostTop === 0 ? 0 : (this.#top / this.mostTop) * (height - size);
    thumb.style.height = `${size}px`;
    thumb.style.transform = `translateY(${from}px)`;
  }

  dispose(): void {
    this.#end.abort();
  }

  #move(rows: number): void {
    this.scrollTo(this.#top + rows);
    this.#options.onMoved?.();
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    event.preventDefault();
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE
        ? this.#options.rowHeight
        : event.deltaMode === WheelEvent.DOM_DELTA_PAGE
          ? this.#options.area.clientHeight
          : 1;
    this.#move((event.deltaY * unit) / this.#options.rowHeight);
  }

  #touch(start: PointerEvent): void {
    if (start.pointerType !== 'touch') return;
    let last = start.clientY;
    followPointer(start, this.#options.area, (event) => {
      this.#move((last - event.clientY) / this.#options.rowHeight);
      last = event.clientY;
    });
  }

  #drag(start: PointerEvent): void {
    if (start.button !== 0) return;
    start.preventDefault();
    const { track, thumb } = this.#options;
    const box = track.getBoundingClientRect();
    const size = thumb.offsetHeight;
    const isOnThumb = start.target === thumb;
    const grip = isOnThumb ? start.clientY - thumb.getBoundingClientRect().top : size / 2;
    const follow = (event: PointerEvent): void => {
      const fraction = (event.clientY - grip - box.top) / Math.max(1, box.height - size);
      this.scrollTo(fraction * this.mostTop);
      this.#options.onMoved?.();
    };
    if (!isOnThumb) follow(start);
    followPointer(start, track, follow);
  }
}

/** Calls back for each move until the button is up. */
export function followPointer(
  start: PointerEvent,
  element: HTMLElement,
  onMove: (event: PointerEvent) => void,
  onEnd?: () => void,
): void {
  element.setPointerCapture(start.pointerId);
  const end = new AbortController();
  const { signal } = end;
  const finish = (): void => {
    end.abort();
    onEnd?.();
  };
  element.addEventListener('pointermove', onMove, { signal });
  element.addEventListener('pointerup', finish, { signal });
  element.addEventListener('pointercancel', finish, { signal });
}
