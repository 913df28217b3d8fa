/** Whole frames as they are delivered on a road: what a transfer said, for tests to look at. */

import { PackReader, readDataPrefix } from '../../../shared/protocol/bulk.ts';
import { typeByNumber } from '../../../shared/protocol/catalog.ts';
import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { decodePayload } from '../../../shared/protocol/codec.ts';
import { FrameParser } from '../../../shared/protocol/framing.ts';
import type { FrameHeader } from '../../../shared/protocol/framing.ts';
import { readManifestPage } from '../../../shared/protocol/manifest.ts';
import type { MemoryPath } from './memory-path.ts';

export interface LoggedFrame {
  readonly by: 'source' | 'sink';
  readonly type: TypeName;
  readonly flags: number;
  readonly channel: number;
  /** Decoded, for all but DATA and PACK. */
  readonly payload: unknown;
  /** Entry, offset and bytes of content, for DATA and PACK. */
  readonly content: readonly (readonly [file: number, offset: number, bytes: number])[];
}

/** Tells each whole frame; a stream that was corrupted is not followed further. */
export function logFrames(road: MemoryPath, by: LoggedFrame['by'], take: (frame: LoggedFrame) => void): void {
  let bulk: Uint8Array[] = [];
  const parser = new FrameParser({
    header: () => {
      bulk = [];
    },
    payload: (slice) => void bulk.push(slice.slice()),
    frame: (header, payload) => {
      const type = typeByNumber(header.type);
      if (type !== undefined) take(loggedFrame(by, type, header, payload ?? Buffer.concat(bulk)));
    },
  });
  road.tap = (delivery) => {
    try {
      parser.push(delivery);
    } catch {
      road.tap = () => {};
    }
  };
}

const loggedFrame = (
  by: LoggedFrame['by'],
  type: TypeName,
  header: FrameHeader,
  bytes: Uint8Array,
): LoggedFrame => ({
  by,
  type,
  flags: header.flags,
  channel: header.channel,
  payload: payloadOf(type, header, bytes),
  content: contentIn(type, bytes),
});

function payloadOf(type: TypeName, header: FrameHeader, bytes: Uint8Array): unknown {
  if (type === 'DATA' || type === 'PACK') return undefined;
  return type === 'MANIFEST' ? readManifestPage(bytes) : decodePayload(header, bytes);
}

function contentIn(type: TypeName, bytes: Uint8Array): LoggedFrame['content'] {
  if (type === 'DATA') {
    const { file, offset, contentBytes } = readDataPrefix(bytes);
    return [[file, offset, contentBytes]];
  }
  const content: [number, number, number][] = [];
  if (type !== 'PACK') return content;
  const reader = new PackReader();
  reader.open(bytes);
  while (reader.next()) content.push([reader.file, 0, reader.length]);
  return content;
}
