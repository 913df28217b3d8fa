// Our capture files with tshark as the judge: random frames in random chunks. Headers and checksums are right, nothing
// of TCP looks odd, and the streams and frames that tshark reads are those that passed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { Captures } from '../../electron/engine/capture/captures.ts';
import { conversation, play, recordsOf } from '../../electron/engine/testing/wire.ts';
import type { Conversation } from '../../electron/engine/testing/wire.ts';
import type { CaptureRecord } from '../../shared/model/capture.ts';
import { readChunks } from '../../shared/model/capture-rows.ts';
import { typeLabel } from '../../shared/protocol/catalog.ts';
import { needs } from '../support/needs.ts';
import { useWorld } from '../support/world.ts';
import { openTshark } from '../wireshark/tshark.ts';

const world = useWorld('file');
const need = needs('tshark', 'capture files hold what passed, as another program reads them');
const tshark = need.available ? openTshark(need.path) : undefined;
afterAll(() => tshark?.close());

const strict = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
const oddities =
  'tcp.analysis.flags || ip.checksum.status == 0 || tcp.checksum.status == 0 || _ws.malformed || _ws.lua.error';

let files = 0;

interface Exported {
  readonly captures: Captures;
  readonly bytes: Buffer;
}

async function exported(
  conversations: readonly Conversation[],
  format: 'raw-ip' | 'exported-pdu',
  keepBytes: number | null = null,
): Promise<Exported> {
  const captures = new Captures(true);
  captures.configure({ keepBytes });
  conversations.forEach((said, index) => {
    const tap = play(captures.live, index + 1, said);
    tap.ended('out');
    tap.ended('in');
    tap.closed(undefined, undefined);
  });
  files += 1;
  const path = join(world.path, `${files}.pcapng`);
  await captures.export({ source: 'live', selection: {}, format, path });
  return { captures, bytes: readFileSync(path) };
}

const read = (capture: Uint8Array, ...args: readonly string[]): string =>
  (tshark as NonNullable<typeof tshark>).run(capture, ...args);

const framesOf = ({ captures }: Exported): readonly CaptureRecord[] =>
  recordsOf(captures.live).filter(({ kind }) => kind === 'frame');

/** Of all chunks of the first connection; a query tells a page of them. */
const chunkLengths = ({ live }: Captures, direction: 'in' | 'out'): readonly number[] => {
  const lengths: number[] = [];
  const range = { connection: 1, direction, from: 0, to: Number.MAX_SAFE_INTEGER };
  let page = live.chunks(range);
  for (;;) {
    lengths.push(...readChunks(page.rows).map((chunk) => chunk.length));
    if (page.next === undefined) return lengths;
    page = live.chunks({ ...range, from: page.next.offset, firstRow: page.next.row });
  }
};

/** Each frame as its connection's listener port side and its header tell it, in the order of each stream. */
const told = (frames: readonly CaptureRecord[]): readonly string[] =>
  frames
    .toSorted(
      (a, b) =>
        a.connection - b.connection ||
        (a.direction < b.direction ? -1 : a.direction > b.direction ? 1 : a.offset - b.offset),
    )
    .map(({ type, id, length, channel }) => `${typeLabel(type)} ${id} ${length} ${channel}`);

const runs = { numRuns: 8 } as const;

describe.skipIf(!need.available)('a capture file with made-up headers', () => {
  it('has nothing that tshark finds odd', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(conversation, { minLength: 1, maxLength: 3 }), async (said) => {
        const { bytes } = await exported(said, 'raw-ip');
        expect(read(bytes, ...strict, '-Y', oddities)).toBe('');
      }),
      runs,
    );
  });

  it('gives tshark the bytes that passed, chunk by chunk', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (said) => {
        const each = await exported([said], 'raw-ip');
        const lines = read(
          each.bytes,
          '-T',
          'fields',
          '-e',
          'tcp.srcport',
          '-e',
          'tcp.flags.push',
          '-e',
          'tcp.len',
          '-e',
          'tcp.payload',
          '-Y',
          'tcp.len > 0',
        )
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => line.split('\t'));
        const nearPort = String(said.side === 'dialer' ? 40_001 : 18_520);
        for (const direction of ['in', 'out'] as const) {
          const own = lines.filter(([port]) => (port === nearPort) === (direction === 'out'));
          const chunks: number[] = [];
          let length = 0;
          for (const [, push, bytes] of own) {
            length += Number(bytes);
            if (push !== '1' && push !== 'True') continue;
            chunks.push(length);
            length = 0;
          }
          expect(chunks).toEqual(chunkLengths(each.captures, direction));
          const stream = Buffer.from(own.map(([, , , payload]) => payload).join(''), 'hex');
          const said_ = Buffer.concat(
            said.spoken.filter((spoken) => spoken.direction === direction).map(({ bytes }) => bytes),
          );
          // PINs are blanked, byte for byte.
          expect(stream.toString('latin1')).toBe(said_.toString('latin1').replaceAll('73194682', '********'));
        }
      }),
      runs,
    );
  });

  it('is read by the dissector as the frames that we decode ourselves', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (said) => {
        const each = await exported([said], 'raw-ip');
        expect(dissected(each.bytes, said)).toEqual(told(framesOf(each)));
      }),
      runs,
    );
  });

  it('of beginnings only still decodes, frame after frame', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (said) => {
        const each = await exported([said], 'raw-ip', 64);
        expect(
          read(
            each.bytes,
            ...strict,
            '-Y',
            'ip.checksum.status == 0 || tcp.checksum.status == 0 || tcp.analysis.flags',
          ),
        ).toBe('');
        expect(dissected(each.bytes, said)).toEqual(told(framesOf(each)));
      }),
      runs,
    );
  });
});

describe.skipIf(!need.available)('a capture file of exported frames', () => {
  it('is read by the dissector as the frames that passed', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (said) => {
        const each = await exported([said], 'exported-pdu');
        expect(dissected(each.bytes, said)).toEqual(told(framesOf(each)));
      }),
      runs,
    );
  });
});

/** What the dissector finds, sorted as `told` sorts. */
function dissected(capture: Buffer, said: Conversation): readonly string[] {
  const nearPort = String(said.side === 'dialer' ? 40_001 : 18_520);
  const fields = ['hexdrop.type', 'hexdrop.id', 'hexdrop.length', 'hexdrop.channel'];
  const rows = read(
    capture,
    '-Y',
    'hexdrop',
    '-T',
    'fields',
    '-E',
    'occurrence=a',
    '-e',
    'tcp.srcport',
    '-e',
    'exported_pdu.src_port',
    ...fields.flatMap((field) => ['-e', field]),
  )
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  return (['in', 'out'] as const).flatMap((direction) =>
    rows
      .filter(([tcp, pdu]) => ((tcp === '' ? pdu : tcp) === nearPort) === (direction === 'out'))
      .flatMap(([, , types = '', ids = '', lengths = '', channels = '']) => {
        const [id, length, channel] = [ids, lengths, channels].map((column) => column.split(','));
        return types.split(',').map((type, at) => `${type} ${id?.[at]} ${length?.[at]} ${channel?.[at]}`);
      }),
  );
}
