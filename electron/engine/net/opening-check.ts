/**
 * The first bytes from whoever answered a dialer: they must be the frame magic. Anything else is another program,
 * and saying which one helps whoever mistyped a port. Owns four bytes of state; gone after them.
 */

import { HexdropError } from '../../../shared/errors/errors.ts';
import { magicBytes } from '../../../shared/protocol/header.ts';

/** Enough of a banner to recognise it and to show it. */
const shownBytes = 24;

const describe = (first: Uint8Array): string => {
  const text = String.fromCharCode(...first.subarray(0, shownBytes));
  if (text.startsWith('SSH-')) return 'an SSH server';
  if (text.startsWith('HTTP/')) return 'a web server';
  if (/^(220|421|554)[ -]/.test(text)) return 'a mail or FTP server';
  if (text.startsWith('@RSYNCD')) return 'an rsync server';
  if (first[0] === 0x15 || first[0] === 0x16) return 'a TLS server';
  return 'another program';
};

const notHexdrop = (peerName: string, first: Uint8Array): HexdropError => {
  const seen = JSON.stringify(
    String.fromCharCode(...first.subarray(0, shownBytes)).replace(/[^\x20-\x7e]/g, '.'),
  );
  return new HexdropError(
    'not-hexdrop',
    `What answers on ${peerName} is ${describe(first)}, not Hexdrop: it opens with ${seen}. Is the port right?`,
    { seen, allowed: '"HXD1"' },
  );
};

export class OpeningCheck {
  readonly #peerName: string;
  #checkedBytes = 0;

  constructor(peerName: string) {
    this.#peerName = peerName;
  }

  /** Returns true when the opening is complete; throws not-hexdrop at the first byte that differs. */
  accept(delivery: Uint8Array): boolean {
    const before = this.#checkedBytes;
    for (const byte of delivery.subarray(0, magicBytes.length - before)) {
      if (byte !== magicBytes[this.#checkedBytes]) {
        const first = Uint8Array.of(...magicBytes.subarray(0, before), ...delivery.subarray(0, shownBytes));
        throw notHexdrop(this.#peerName, first);
      }
      this.#checkedBytes += 1;
    }
    return this.#checkedBytes === magicBytes.length;
  }
}
