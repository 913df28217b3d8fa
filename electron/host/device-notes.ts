/**
 * What a person decided about devices, kept in <home>/device-notes.json: favourites, and whose offers are taken without
 * asking. Keys and trust are the engine's; a note gives none.
 */

import { join } from 'node:path';
import * as v from 'valibot';

import type { DeviceKind } from '../../shared/model/device.ts';
import type { Endpoint } from '../../shared/model/peer.ts';
import { OwnersJson } from './owners-json.ts';

export interface DeviceNote {
  /** The id of its card: the device id, or `host:port`. */
  readonly id: string;
  /** As it was when the note was made, for when nothing else is known. */
  readonly alias: string;
  readonly kind: DeviceKind;
  readonly addresses: readonly Endpoint[];
  readonly isFavourite: boolean;
  readonly autoAccept: boolean;
}

const fileSchema = v.object({
  version: v.literal(1),
  devices: v.array(
    v.object({
      id: v.pipe(v.string(), v.minLength(1), v.maxLength(300)),
      alias: v.string(),
      kind: v.picklist(['desktop', 'laptop', 'server', 'phone', 'unknown']),
      addresses: v.array(v.object({ host: v.string(), port: v.number() })),
      isFavourite: v.boolean(),
      autoAccept: v.boolean(),
    }),
  ),
});

export class DeviceNotes {
  readonly #file: OwnersJson<typeof fileSchema>;
  readonly #notes = new Map<string, DeviceNote>();

  /** @param trouble hears when the file cannot be used; then there are no notes */
  constructor(home: string, trouble: (thrown: unknown) => void) {
    this.#file = new OwnersJson(join(home, 'device-notes.json'), fileSchema);
    try {
      for (const note of this.#file.read()?.devices ?? []) this.#notes.set(note.id, note);
    } catch (thrown) {
      trouble(thrown);
    }
  }

  get(id: string): DeviceNote | undefined {
    return this.#notes.get(id);
  }

  all(): Iterable<DeviceNote> {
    return this.#notes.values();
  }

  /** @throws HexdropError when it cannot be kept */
  set(note: DeviceNote): void {
    const before = new Map(this.#notes);
    if (note.isFavourite || note.autoAccept) this.#notes.set(note.id, note);
    else this.#notes.delete(note.id);
    this.#keep(before);
  }

  forget(id: string): void {
    const before = new Map(this.#notes);
    if (this.#notes.delete(id)) this.#keep(before);
  }

  #keep(before: ReadonlyMap<string, DeviceNote>): void {
    try {
      this.#file.write({ version: 1, devices: [...this.#notes.values()] });
    } catch (thrown) {
      this.#notes.clear();
      for (const [id, note] of before) this.#notes.set(id, note);
      throw thrown;
    }
  }
}
