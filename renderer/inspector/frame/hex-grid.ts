/**
 * The dump of a frame, painted by hand: rows of which only those that are seen are in the page, runs of one class in one
 * text, fields and highlights as boxes under the text. The first row of a frame is its header.
 */

import type { FieldColour } from '../../../shared/protocol/catalog/fields.ts';
import type { FrameBytes } from '../data/frame-bytes.ts';
import { Scroller } from '../list/scroller.ts';
import type { RowByte, Run } from './hex-rows.ts';
import {
  byteAtColumn,
  hexColumn,
  offsetDigits,
  rowBytes,
  runsOf,
  stretchesOf,
  textColumn,
} from './hex-rows.ts';

export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

export interface ColouredRange extends ByteRange {
  readonly colour: FieldColour;
}

export interface HexGridOptions {
  readonly root: HTMLElement;
  readonly label: string;
  /** The text of the row behind the last byte that is kept. */
  readonly missing: (bytes: number, why: FrameBytes['missing']) => string;
  readonly onHover: (offset: number | undefined) => void;
  readonly onChoose: (offset: number, isExtending: boolean) => void;
}

interface Slot {
  readonly element: HTMLElement;
  readonly washes: HTMLElement;
  readonly offset: Text;
  readonly hex: HTMLElement;
  readonly text: HTMLElement;
  key: string;
}

const rowHeight = 20;
const noBytes: readonly RowByte[] = [];

/** The bytes of a row as far as they have come; null for one that no packet of the capture has. */
function rowOf(frame: FrameBytes, start: number): readonly RowByte[] {
  const row: RowByte[] = [];
  for (let offset = start; offset < Math.min(start + rowBytes, frame.reach); offset += 1) {
    const byte = frame.at(offset) ?? (frame.isMissing(offset) ? null : undefined);
    if (byte === undefined) break;
    row.push(byte);
  }
  return row;
}

export class HexGrid {
  readonly scroller: Scroller;
  readonly #options: HexGridOptions;
  readonly #body: HTMLElement;
  readonly #layer: HTMLElement;
  readonly #rule: HTMLElement;
  readonly #slots: Slot[] = [];
  readonly #resize: ResizeObserver | undefined;
  #frame: FrameBytes | undefined;
  #fields: readonly ColouredRange[] = [];
  #hover: ByteRange | undefined;
  #cursor: ByteRange | undefined;
  #focus = 0;
  #paint = 0;
  #unfollow: (() => void) | undefined;
  /** Width of a character; all places are multiples of it. */
  #character = 7.2;

  constructor(options: HexGridOptions) {
    this.#options = options;
    const { root, label } = options;
    root.replaceChildren();
    root.tabIndex = 0;
    root.setAttribute('role', 'application');
    root.setAttribute('aria-roledescription', label);
    this.#rule = make('inspector-hex-rule');
    this.#rule.setAttribute('aria-hidden', 'true');
    this.#rule.textContent = `${' '.repeat(offsetDigits + 2)}${Array.from(
      { length: rowBytes },
      (_, index) => `${index === 8 ? ' ' : ''} ${index.toString(16)} `,
    ).join('')}`;
    this.#body = make('inspector-hex-body');
    this.#layer = make('inspector-hex-layer');
    const track = make('inspector-track inspector-hex-track');
    const thumb = make('inspector-thumb');
    track.setAttribute('aria-hidden', 'true');
    track.append(thumb);
    this.#body.append(this.#layer, track);
    root.append(this.#rule, this.#body);
    this.scroller = new Scroller({
      area: this.#body,
      track,
      thumb,
      rowHeight,
      count: () => this.#rows,
      onScroll: () => this.#later(),
    });
    this.#layer.addEventListener('pointermove', (event) => options.onHover(this.#offsetAt(event)));
    this.#layer.addEventListener('pointerleave', () => options.onHover(undefined));
    this.#layer.addEventListener('pointerdown', (event) => {
      const offset = event.button === 0 ? this.#offsetAt(event) : undefined;
      if (offset === undefined) return;
      this.#focus = offset;
      options.onChoose(offset, event.shiftKey);
    });
    root.addEventListener('keydown', (event) => this.#key(event));
    if (typeof ResizeObserver !== 'undefined') {
      this.#resize = new ResizeObserver(() => this.#later());
      this.#resize.observe(this.#body);
    }
  }

  show(frame: FrameBytes | undefined, fields: readonly ColouredRange[]): void {
    if (frame !== this.#frame) {
      this.#unfollow?.();
      this.#frame = frame;
      this.#focus = 0;
      this.#unfollow = frame?.onChange(() => {
        for (const slot of this.#slots) slot.key = '';
        this.#later();
      });
      this.scroller.scrollTo(0);
    }
    this.#fields = fields;
    for (const slot of this.#slots) slot.key = '';
    this.#later();
  }

  set hover(range: ByteRange | undefined) {
    this.#hover = range;
    this.#later();
  }

  set cursor(range: ByteRange | undefined) {
    this.#cursor = range;
    if (range !== undefined) {
      if (this.#focus < range.from || this.#focus >= range.to) this.#focus = range.from;
      this.scroller.centre(Math.floor(range.from / rowBytes));
    }
    this.#later();
  }

  dispose(): void {
    cancelAnimationFrame(this.#paint);
    this.#unfollow?.();
    this.scroller.dispose();
    this.#resize?.disconnect();
  }

  /** Rows of bytes, and one that says what is missing. */
  get #rows(): number {
    const frame = this.#frame;
    if (frame === undefined) return 0;
    return Math.ceil(frame.reach / rowBytes) + (frame.reach < frame.length ? 1 : 0);
  }

  #later(): void {
    if (this.#paint !== 0) return;
    this.#paint = requestAnimationFrame(() => {
      this.#paint = 0;
      this.#paintNow();
    });
  }

  #paintNow(): void {
    this.#character = this.#rule.offsetWidth === 0 ? 7.2 : this.#measure();
    const frame = this.#frame;
    const from = Math.floor(this.scroller.top);
    const seen = Math.ceil(this.scroller.visible) + 1;
    while (this.#slots.length < seen) this.#addSlot();
    frame?.want(from * rowBytes, (from + seen) * rowBytes);
    this.#layer.style.transform = `translateY(${-(this.scroller.top - from) * rowHeight}px)`;
    this.#slots.forEach((slot, index) => this.#write(slot, from + index));
    this.scroller.placeThumb();
  }

  #measure(): number {
    const [slot] = this.#slots;
    const width = slot?.element
      .querySelector<HTMLElement>('.inspector-hex-offset')
      ?.getBoundingClientRect().width;
    return width === undefined || width === 0 ? 7.2 : width / offsetDigits;
  }

  #addSlot(): void {
    const element = make('inspector-hex-row');
    const washes = make('inspector-hex-washes');
    const offset = document.createElement('span');
    offset.className = 'inspector-hex-offset';
    const offsetText = document.createTextNode('');
    offset.append(offsetText);
    const hex = document.createElement('span');
    hex.className = 'inspector-hex-digits';
    const text = document.createElement('span');
    text.className = 'inspector-hex-text';
    element.append(washes, offset, hex, text);
    element.style.transform = `translateY(${this.#slots.length * rowHeight}px)`;
    this.#layer.append(element);
    this.#slots.push({ element, washes, offset: offsetText, hex, text, key: '' });
  }

  #write(slot: Slot, row: number): void {
    const frame = this.#frame;
    const isThere = frame !== undefined && row < this.#rows;
    slot.element.hidden = !isThere;
    if (!isThere) return;
    const start = row * rowBytes;
    const bytes = start < frame.reach ? rowOf(frame, start) : noBytes;
    const key = `${frame.record.number}/${row}/${bytes.length}`;
    if (slot.key !== key) {
      slot.key = key;
      slot.offset.data = start < frame.reach ? start.toString(16).padStart(offsetDigits, '0') : '';
      slot.element.classList.toggle('inspector-hex-missing', start >= frame.reach);
      if (start >= frame.reach) {
        slot.hex.textContent = this.#options.missing(frame.length - frame.reach, frame.missing);
        slot.text.textContent = '';
      } else {
        const runs = runsOf(bytes);
        slot.hex.replaceChildren(...runs.hex.map(spanOf));
        slot.text.replaceChildren(...runs.text.map(spanOf));
      }
    }
    slot.washes.replaceChildren(...(start < frame.reach ? this.#boxes(row) : []));
  }

  #boxes(row: number): HTMLElement[] {
    const boxes: HTMLElement[] = [];
    const start = row * rowBytes;
    for (const field of this.#fields) {
      if (field.to > start && field.from < start + rowBytes) {
        boxes.push(...this.#box(field, row, 'field', field.colour));
      }
    }
    if (this.#cursor !== undefined) boxes.push(...this.#box(this.#cursor, row, 'cursor'));
    if (this.#hover !== undefined) boxes.push(...this.#box(this.#hover, row, 'hover'));
    if (this.#cursor !== undefined) {
      boxes.push(...this.#box({ from: this.#focus, to: this.#focus + 1 }, row, 'focus'));
    }
    return boxes;
  }

  /** One box over the digits, one over the text. */
  #box(range: ByteRange, row: number, kind: string, colour?: FieldColour): HTMLElement[] {
    return stretchesOf(range.from, range.to, row, row).flatMap(({ from, to }) =>
      (
        [
          [hexColumn(from), hexColumn(to) + 2],
          [textColumn(from), textColumn(to) + 1],
        ] as const
      ).map(([left, right], part) => {
        const box = make(`inspector-box inspector-box-${kind}`);
        if (colour !== undefined) box.dataset['colour'] = colour;
        const pad = part === 0 ? 0.25 : 0;
        box.style.left = `${(left - pad) * this.#character}px`;
        box.style.width = `${(right - left + 2 * pad) * this.#character}px`;
        return box;
      }),
    );
  }

  #offsetAt(event: PointerEvent): number | undefined {
    const frame = this.#frame;
    const [slot] = this.#slots;
    if (frame === undefined || slot === undefined) return undefined;
    const box = slot.element.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / rowHeight) + Math.floor(this.scroller.top);
    const inset = slot.washes.getBoundingClientRect().left;
    const byte = byteAtColumn((event.clientX - inset) / this.#character);
    const offset = byte === undefined ? -1 : row * rowBytes + byte;
    return offset >= 0 && offset < frame.reach ? offset : undefined;
  }

  #key(event: KeyboardEvent): void {
    const frame = this.#frame;
    if (frame === undefined || frame.reach === 0 || event.altKey || event.metaKey || event.ctrlKey) return;
    const page = Math.max(1, Math.floor(this.scroller.visible) - 1) * rowBytes;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: rowBytes,
      ArrowUp: -rowBytes,
      PageDown: page,
      PageUp: -page,
      Home: -frame.reach,
      End: frame.reach,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const isFirst = this.#cursor === undefined;
    const next = Math.min(Math.max(0, this.#focus + (isFirst ? 0 : step)), frame.reach - 1);
    this.#focus = next;
    this.#options.onChoose(next, event.shiftKey);
    this.scroller.reveal(Math.floor(next / rowBytes));
  }
}

const spanOf = ({ kind, text }: Run): HTMLElement => {
  const span = document.createElement('span');
  span.dataset['byte'] = kind;
  span.textContent = text;
  return span;
};

const make = (className: string): HTMLElement => {
  const element = document.createElement('div');
  element.className = className;
  return element;
};
