import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readChunks } from '../../../shared/model/capture-rows.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { temporaryFolder } from '../../base/testing/trees.ts';
import { Captures } from './captures.ts';
import { conversation, play, recordsOf, toldBy } from '../testing/wire.ts';
import type { Conversation } from '../testing/wire.ts';

const pin = '73194682';

const exported = async (
  said: Conversation,
  format: 'raw-ip' | 'exported-pdu',
  keepBytes: number | null = null,
) => {
  const captures = new Captures(true);
  captures.configure({ keepBytes });
  const tap = play(captures.live, 1, said);
  tap.ended('out');
  tap.ended('in');
  tap.closed(undefined, undefined);
  const path = join(temporaryFolder(), 'x.pcapng');
  const result = await captures.export({ source: 'live', selection: {}, format, path });
  const loaded = await captures.open(path);
  await loaded.done;
  return { captures, path, loaded, result };
};

describe('a capture file', () => {
  it('holds the same frames in the same chunks as the capture it was made of', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (said) => {
        const { captures, path, loaded, result } = await exported(said, 'raw-ip');
        expect(result).toMatchObject({ missing: 0, bytes: readFileSync(path).length });
        expect(toldBy(loaded)).toEqual(toldBy(captures.live));
        for (const direction of ['in', 'out'] as const) {
          const range = { direction, from: 0, to: Number.MAX_SAFE_INTEGER };
          const spans = (rows: Uint8Array) => readChunks(rows).map(({ offset, length }) => [offset, length]);
          expect(spans(loaded.chunks({ ...range, connection: 1 }).rows)).toEqual(
            spans(captures.live.chunks({ ...range, connection: 1 }).rows),
          );
        }
        const [connection] = loaded.connections();
        expect(connection?.secure !== undefined).toBe(said.secure);
        expect(connection?.dialer).toBe(said.side === 'dialer' ? 'near' : 'far');
        expect(connection?.isOpen).toBe(false);
        expect(readFileSync(path).includes(pin)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('of exported frames holds them one a packet', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (said) => {
        const { captures, loaded, result } = await exported(said, 'exported-pdu');
        const bare = (told: readonly object[]) =>
          told.map((each) => ({ ...each, chunkClass: '', secure: false }));
        expect(bare(toldBy(loaded))).toEqual(bare(toldBy(captures.live)));
        expect(result.packets).toBe(said.spoken.length);
      }),
      { numRuns: 20 },
    );
  });

  it('of a capture that keeps only beginnings still tells every frame, its length and its place', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (said) => {
        const { captures, loaded } = await exported(said, 'raw-ip', 40);
        // What was not kept is in no packet of the file.
        const rows = (told: readonly object[]) =>
          told.map((each) => ({ ...each, chunkClass: '', hasGaps: false }));
        expect(rows(toldBy(loaded))).toEqual(rows(toldBy(captures.live)));
      }),
      { numRuns: 30 },
    );
  });

  it('that is broken anywhere gives a typed error or what is left, and ends', async () => {
    const said: Conversation = fc.sample(conversation, { seed: 5, numRuns: 1 })[0] as Conversation;
    const { path } = await exported(said, 'raw-ip');
    const whole = readFileSync(path);
    const broken = join(temporaryFolder(), 'broken.pcapng');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(whole.length),
        fc.boolean(),
        async (changes, end, isCut) => {
          const bytes = Buffer.from(isCut ? whole.subarray(0, end) : whole);
          for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
          writeFileSync(broken, bytes);
          const captures = new Captures(false);
          try {
            const loaded = await captures.open(broken);
            await loaded.done;
            recordsOf(loaded);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(HexdropError);
            expect((thrown as HexdropError).code).toBe('not-a-capture');
          } finally {
            captures.closeAll();
            rmSync(broken);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('that is no capture is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const path = join(temporaryFolder(), 'noise');
        writeFileSync(path, bytes);
        const loaded = await new Captures(false).open(path);
        await expect(loaded.done).rejects.toMatchObject({ code: 'not-a-capture' });
      }),
      { numRuns: 30 },
    );
  });

  it('can be selected by numbers and by connections', async () => {
    const [one, other] = fc.sample(conversation, { seed: 9, numRuns: 2 }) as [Conversation, Conversation];
    const captures = new Captures(true);
    captures.configure({ keepBytes: null });
    play(captures.live, 1, { ...one, isV6: false });
    play(captures.live, 2, { ...other, isV6: false });
    const frames = recordsOf(captures.live).filter(({ kind }) => kind === 'frame');
    const wanted = frames
      .filter(({ connection }) => connection === 2)
      .slice(0, 3)
      .map(({ number }) => number);
    const path = join(temporaryFolder(), 'x.pcapng');
    const result = await captures.export({
      source: 'live',
      selection: { records: wanted.map((number) => [number, number] as const), connections: [2] },
      format: 'exported-pdu',
      path,
    });
    expect(result).toMatchObject({ packets: wanted.length, missing: 0 });
  });

  it('tells records that are gone as missing', async () => {
    const captures = new Captures(true);
    play(captures.live, 1, fc.sample(conversation, { seed: 3, numRuns: 1 })[0] as Conversation);
    const count = captures.live.status().captured;
    captures.clear();
    const result = await captures.export({
      source: 'live',
      selection: { records: [[1, count]] },
      format: 'raw-ip',
      path: join(temporaryFolder(), 'x.pcapng'),
    });
    expect(result).toMatchObject({ packets: 0, missing: count });
  });
});
