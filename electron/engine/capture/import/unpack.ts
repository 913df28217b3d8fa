/** Captures that were packed after they were made: Wireshark saves .pcapng.gz, .zst and .lz4. Unpacked as they are read. */

import { pipeline, Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { piecesOf, StreamSource } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { ByteWindow } from './byte-window.ts';
import { gunzipped } from './gunzip.ts';
import type { PackedNote } from './gunzip.ts';

type Unpack = (window: ByteWindow, tell: (note: PackedNote) => void) => AsyncIterable<Uint8Array>;

interface Packing {
  readonly name: string;
  /** First bytes, in hex. */
  readonly magic: string;
  /** Absent where this Node cannot. */
  readonly unpack?: Unpack;
  readonly hint: string;
}

/** Node has it from 22.15 on. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

/** Node's code for packed data that is not there to its end. */
const endsEarly = 'Z_BUF_ERROR';

const zstandard =
  (create: () => Transform): Unpack =>
  (window, tell) => {
    const stream = create();
    // How it ended is told by what comes out of it.
    pipeline(Readable.from(window.rest(), { objectMode: false }), stream, () => {});
    return piecesOf(stream, ({ code, message }) => {
      if (code !== endsEarly)
        return new HexdropError('not-a-capture', `What is packed with Zstandard is broken: ${message}.`);
      tell('packed-cut');
      return undefined;
    });
  };

const unpackFirst = 'Unpack it first.';

const packings: readonly Packing[] = [
  {
    name: 'gzip',
    magic: '1f8b',
    unpack: gunzipped,
    hint: '',
  },
  {
    name: 'Zstandard',
    magic: '28b52ffd',
    ...(createZstdDecompress === undefined ? {} : { unpack: zstandard(createZstdDecompress) }),
    hint: 'Unpack it first, or use Node.js 22.15 or newer.',
  },
  { name: 'LZ4', magic: '04224d18', hint: unpackFirst },
  { name: 'LZ4', magic: '02214c18', hint: unpackFirst },
  { name: 'xz', magic: 'fd377a585a00', hint: unpackFirst },
  { name: 'bzip2', magic: '425a68', hint: unpackFirst },
  { name: 'zip', magic: '504b0304', hint: unpackFirst },
];

const longestMagic = 6;

/**
 * The bytes of the capture itself, ready to be looked at: those of the source, or what is packed in them. `tell` is called
 * when the packed data end early or something follows them, before the window is seen to end.
 *
 * @throws HexdropError not-a-capture for what cannot be unpacked; what the source throws
 */
export async function unpackedWindow(
  source: ByteSource,
  tell: (note: PackedNote) => void,
): Promise<ByteWindow> {
  const window = new ByteWindow(source);
  while (window.lacks(longestMagic)) await window.fill();
  const start = Buffer.from(window.peek(longestMagic)).toString('hex');
  const packing = packings.find(({ magic }) => start.startsWith(magic));
  if (packing === undefined) return window;
  const { name, unpack, hint } = packing;
  if (unpack === undefined) {
    throw new HexdropError('not-a-capture', `It is packed with ${name}, which cannot be read here. ${hint}`, {
      seen: name,
      allowed: packings.flatMap((each) => (each.unpack === undefined ? [] : [each.name])).join(', '),
    });
  }
  return new ByteWindow(new StreamSource(unpack(window, tell)));
}
