/**
 * Keeps one window up to date: a snapshot when it asks, then sequenced deltas, at most one in 33 ms and none while its
 * link is still busy with earlier ones. Remembers only which places changed, so a window that does not read costs no
 * memory; when more changed than is worth telling one by one, the next thing it gets is a whole snapshot.
 */

import type { Reply } from '../../shared/ipc/envelope.ts';
import type { MessageLink } from '../../shared/ipc/link.ts';
import type { ShellAbilities } from '../../shared/model/snapshot.ts';
import type { HostState, Place } from './state.ts';

/** Thirty times a second is as much as eyes take in numbers. */
const deltaEveryMs = 33;
/** A link with more than this under way gets nothing new. */
const busyBytes = 256 * 1024;
const busyLookMs = 100;
const manyPlaces = 2_000;

export class WindowFeed {
  readonly #state: HostState;
  readonly #link: MessageLink;
  readonly #shell: ShellAbilities;
  readonly #stopListening: () => void;
  /** By a key, so that a place that changes often is told once. */
  #dirty = new Map<string, Place>();
  #isWholeDue = false;
  /** The number of the last snapshot or delta; undefined before the window asked for the first one. */
  #seq: number | undefined;
  #lastToldMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(state: HostState, link: MessageLink, shell: ShellAbilities) {
    this.#state = state;
    this.#link = link;
    this.#shell = shell;
    this.#stopListening = state.onChange((place) => this.#note(place));
  }

  /** The window asked for everything. Asking again while it does not read does not pile up. */
  askForAll(): void {
    this.#isWholeDue = true;
    this.#dirty.clear();
    this.#seq ??= 0;
    this.#tellSoon(0);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    clearTimeout(this.#timer);
    this.#dirty.clear();
  }

  #note(place: Place): void {
    if (this.#seq === undefined || this.#isWholeDue) return;
    this.#dirty.set('list' in place ? `${place.list}/${place.id}` : place.single, place);
    if (this.#dirty.size > manyPlaces) {
      this.#isWholeDue = true;
      this.#dirty.clear();
    }
    this.#tellSoon(Math.max(0, this.#lastToldMs + deltaEveryMs - performance.now()));
  }

  #tellSoon(inMs: number): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, inMs);
  }

  #tell(): void {
    if (this.#link.queuedBytes > busyBytes) return this.#tellSoon(busyLookMs);
    if (this.#seq === undefined) return;
    this.#lastToldMs = performance.now();
    this.#seq += 1;
    if (this.#isWholeDue) {
      this.#isWholeDue = false;
      return this.#send({ kind: 'snapshot', seq: this.#seq, value: this.#state.snapshot(this.#shell) });
    }
    const changes = [...this.#dirty.values()]
      .map((place) => this.#state.changeAt(place))
      .filter((change) => change !== undefined);
    this.#dirty = new Map();
    if (changes.length === 0) {
      this.#seq -= 1;
      return;
    }
    this.#send({ kind: 'delta', seq: this.#seq, changes });
  }

  #send(reply: Reply): void {
    this.#link.send({ json: reply });
  }
}
