import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { CaptureRecord } from '../../../shared/model/capture.ts';
import { readChunks, readRecords } from '../../../shared/model/capture-rows.ts';
import { typeByNumber } from '../../../shared/protocol/catalog.ts';
import { startEngine, startReceiver } from '../testing/engines.ts';
import { plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import type { CaptureSource } from '../capture-api.ts';
import { FileSink } from './pcapng/file-sink.ts';

const tree: Tree = {
  'a.txt': { size: 10, seed: 1 },
  'big.bin': { size: 6_000_000, seed: 2 },
  docs: { 'b.txt': { size: 20, seed: 3 }, empty: {} },
};

const allRecords = (source: CaptureSource): CaptureRecord[] => {
  const records: CaptureRecord[] = [];
  for (let from = 1; ;) {
    const { rows, next } = source.records(from);
    if (rows.length === 0) return records;
    records.push(...readRecords(rows));
    from = next;
  }
};

const moved = async (plain: boolean, keepBytes: number | null = 256) => {
  const receiver = await startReceiver({}, { allowPlain: true, capture: true });
  const sender = await startEngine({ alias: 'sender', capture: true });
  for (const { engine } of [receiver, sender]) engine.capture.configure({ keepBytes });
  const from = temporaryFolder();
  plant(join(from, 'tree'), tree);
  await sender.engine.send({ paths: [join(from, 'tree')], to: receiver.at, plain }).done;
  await receiver.next('finished');
  await Promise.all([sender.next('session-closed'), receiver.next('session-closed')]);
  await Promise.all([sender.engine.close(), receiver.engine.close()]);
  return { receiver, sender };
};

describe('a transfer that is captured', () => {
  it.each([true, false])('is seen alike by both sides (plain: %s)', async (plain) => {
    const { receiver, sender } = await moved(plain);
    const seen = [sender, receiver].map(({ engine }) => {
      const frames = allRecords(engine.capture.live).filter((record) => record.kind === 'frame');
      const out = frames.filter((record) => record.direction === 'out');
      const inbound = frames.filter((record) => record.direction === 'in');
      const told = (record: CaptureRecord) =>
        `${record.channel} ${record.offset} ${typeByNumber(record.type)} ${record.id} ${record.length} ${record.flags}`;
      return { out: out.map(told).sort(), in: inbound.map(told).sort() };
    });
    expect(seen[0]?.out).toEqual(seen[1]?.in);
    expect(seen[0]?.in).toEqual(seen[1]?.out);
    expect(seen[0]?.out.length).toBeGreaterThan(20);
  });

  it('exports and loads as the same frames', async () => {
    const { receiver, sender } = await moved(false, null);
    for (const { engine } of [receiver, sender]) {
      const path = join(temporaryFolder(), 'x.pcapng');
      const result = await engine.capture.export({ source: 'live', selection: {}, format: 'raw-ip', path });
      expect(result.missing).toBe(0);
      expect(readFileSync(path).length).toBe(result.bytes);
      const loaded = await engine.capture.open(path);
      await loaded.done;
      const strip = (source: CaptureSource) =>
        allRecords(source)
          .filter((record) => record.kind !== 'event')
          .map((record) => {
            const {
              number: _number,
              timeMs: _time,
              connection: _connection,
              chunk: _chunk,
              ...rest
            } = record;
            return { ...rest, kept: rest.length };
          })
          .sort(
            (a, b) => a.offset - b.offset || a.channel - b.channel || (a.direction < b.direction ? -1 : 1),
          );
      expect(strip(loaded)).toEqual(strip(engine.capture.live));
      expect(
        readChunks(loaded.chunks({ connection: 1, direction: 'in', from: 0, to: 1e12 }).rows).length,
      ).toBeGreaterThan(3);
    }
  });
});

describe.skipIf(process.platform === 'win32')('a capture file that was there before', () => {
  it('is for its owner alone afterwards', () => {
    const path = join(temporaryFolder(), 'old.pcapng');
    writeFileSync(path, 'old', { mode: 0o644 });
    const sink = new FileSink(path);
    sink.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
