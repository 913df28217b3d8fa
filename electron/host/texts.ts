/** Texts that devices sent, until they are dismissed or the program ends: they are not written to the disk. */

import type { EngineEvent } from '../engine/api.ts';
import type { HostContext } from './context.ts';

/** A device that sends one text after the other costs at most this many. */
const keptTexts = 100;

export class Texts {
  readonly #context: HostContext;

  constructor(context: HostContext) {
    this.#context = context;
  }

  heard(event: EngineEvent): void {
    if (event.kind !== 'text') return;
    const { state } = this.#context;
    const { id, peer, text, atMs } = event;
    state.put('texts', id, { id, peer, text, atMs });
    const [oldest] = state.list('texts').keys();
    if (state.list('texts').size > keptTexts && oldest !== undefined) state.drop('texts', oldest);
    this.#context.tell('attention', {
      about: 'text',
      id,
      title: text.slice(0, 200),
      ...(peer.alias === '' ? {} : { alias: peer.alias }),
    });
  }

  dismiss(id: string): void {
    this.#context.state.drop('texts', id);
  }
}
