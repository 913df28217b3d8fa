/**
 * Takes secrets out of one direction of a stream as its bytes pass, in chunks of any size: follows the headers, and
 * blanks what the catalog marks. A frame with a secret that is spread over chunks is blanked whole, as an empty JSON
 * object with spaces, because its parts leave before it is complete.
 */

import { hasMagic, readHeader } from '../../../../shared/protocol/header.ts';
import { headerBytes } from '../../../../shared/protocol/limits.ts';
import { blankSecrets, hasSecrets } from '../secrets.ts';

const space = 0x20;
const emptyObject = [0x7b, 0x7d];

export class SecretFilter {
  readonly #header = new Uint8Array(headerBytes);
  #headerFilled = 0;
  /** Payload bytes of the current frame that have not passed. */
  #missing = 0;
  #length = 0;
  #type = 0;
  /** The stream is none of ours; nothing in it is known. */
  #isForeign = false;

  /** Changes the bytes in place. */
  pass(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#isForeign) {
      at = this.#missing > 0 ? this.#payload(bytes, at) : this.#head(bytes, at);
    }
  }

  #head(bytes: Uint8Array, at: number): number {
    const end = Math.min(bytes.length, at + headerBytes - this.#headerFilled);
    this.#header.set(bytes.subarray(at, end), this.#headerFilled);
    this.#headerFilled += end - at;
    if (this.#headerFilled < headerBytes) return end;
    this.#headerFilled = 0;
    this.#isForeign = !hasMagic(this.#header);
    const { type, length } = readHeader(this.#header);
    this.#type = type;
    this.#length = length;
    this.#missing = this.#length;
    return end;
  }

  #payload(bytes: Uint8Array, at: number): number {
    const end = Math.min(bytes.length, at + this.#missing);
    if (hasSecrets(this.#type)) {
      const part = bytes.subarray(at, end);
      if (part.length === this.#length) blankSecrets(this.#type, part);
      else this.#blank(part);
    }
    this.#missing -= end - at;
    return end;
  }

  #blank(part: Uint8Array): void {
    const passed = this.#length - this.#missing;
    part.fill(space);
    for (const [place, byte] of emptyObject.entries()) {
      if (place >= passed && place < passed + part.length) part[place - passed] = byte;
    }
  }
}
