import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { chainOver, file, folder, RawSource, sha256 } from '../testing/raw-source.ts';
import { contentOf, harvest, shownContent } from '../../base/testing/trees.ts';

const paused = (source: RawSource): RawSource => {
  source.peer.send('PACE', 1, { bytesPerSecond: 0 });
  return source;
};

const three = Buffer.from('abc');
const chunk = contentOf({ size: chunkBytes, seed: 1 });
const tail = contentOf({ size: 100, seed: 2 });

describe('bulk', () => {
  /** Entries: 0 "a" of 3 bytes, 1 "big" of a chunk and 100, 2 "dir", 3 "no" (not wanted), 4 "z" empty. */
  const started = async (): Promise<RawSource> => {
    const source = await RawSource.offer({ wants: (path) => path !== 'no' });
    source.manifest([
      file('a', 3),
      file('big', chunkBytes + 100),
      folder('dir'),
      file('no', 3),
      file('z', 0),
    ]);
    await source.peer.next('WANT');
    return source;
  };
  const breaches: readonly (readonly [what: string, play: (source: RawSource) => void])[] = [
    ['of an entry that was not told', (source) => source.pack([9, three])],
    ['of a folder', (source) => source.pack([2, new Uint8Array(0)])],
    ['of a file that is not wanted', (source) => source.pack([3, three])],
    ['of a file that is over', (source) => source.pack([0, three]).pack([0, three])],
    ['of a file twice in one PACK', (source) => source.pack([0, three], [0, three])],
    ['of a file that is over, as DATA', (source) => source.pack([0, three]).data(0, three)],
    ['that is longer than the file, packed', (source) => source.pack([0, Buffer.from('abcd')])],
    ['that is shorter than the file, packed', (source) => source.pack([0, Buffer.from('ab')])],
    ['that is longer than the file', (source) => source.data(0, Buffer.from('abcd'))],
    ['that does not begin at the start', (source) => source.data(1, tail, chunkBytes)],
    ['that comes twice', (source) => source.data(1, chunk).data(1, chunk)],
    ['that is short in the middle of a file', (source) => source.data(1, chunk.subarray(0, 1_000))],
    ['that goes beyond the end of the file', (source) => source.data(1, chunk).data(1, chunk, chunkBytes)],
    ['of another file before END', (source) => source.data(1, chunk).data(0, three)],
    ['of another file, packed, before END', (source) => source.data(1, chunk).pack([0, three])],
    [
      'that ends before its last byte',
      (source) => source.data(1, chunk).end(1, chunkBytes + 100, chainOver(chunk)),
    ],
    ['that ends with another size', (source) => source.data(0, three).end(0, 4, chainOver(three))],
    ['that ends without having begun', (source) => source.end(0, 3, chainOver(three))],
    ['that is said to be the same, unasked', (source) => source.peer.send('SAME', 1, { file: 0 })],
    ['that is over before all files came', (source) => source.finish()],
    ['packed, behind a pause of the source', (source) => paused(source).pack([0, three])],
    ['behind a pause of the source', (source) => paused(source).data(0, three)],
    ['that ends behind a pause of the source', (source) => paused(source).end(4, 0, new Uint8Array(32))],
    ['that fails behind a pause of the source', (source) => paused(source).fault(0)],
    ['that is over behind a pause of the source', (source) => paused(source).finish()],
  ];

  it.each(breaches)('%s ends the session: unexpected-frame', async (_what, play) => {
    const source = await started();
    play(source);
    expect(await source.refusal()).toMatchObject({ code: 'unexpected-frame' });
    expect(Object.keys(harvest(source.dir)).filter((path) => !['a', 'dir'].includes(path))).toEqual([]);
  });

  it('of a file comes under its name only when it is whole', async () => {
    const source = await started();
    source.data(1, chunk);
    await source.heard();
    expect(Object.keys(harvest(source.dir))).not.toContain('big');
    source.data(1, tail, chunkBytes);
    await source.heard();
    expect(Object.keys(harvest(source.dir))).not.toContain('big');
    source.end(1, chunkBytes + 100, chainOver(chunk, tail));
    await source.heard();
    expect(harvest(source.dir)['big']?.content).toBe(shownContent(Buffer.concat([chunk, tail])));
  });

  it('without bytes is END alone', async () => {
    const source = await started();
    source.end(4, 0, new Uint8Array(32));
    await source.heard();
    expect(harvest(source.dir)['z']?.content).toBe('');
  });

  it.each([
    [
      'a chunk',
      (source: RawSource) =>
        source
          .data(1, chunk, 0, sha256(three))
          .data(1, tail, chunkBytes)
          .end(1, chunkBytes + 100, chainOver(chunk, tail)),
    ],
    [
      'the whole file',
      (source: RawSource) =>
        source
          .data(1, chunk)
          .data(1, tail, chunkBytes)
          .end(1, chunkBytes + 100, chainOver(tail, chunk)),
    ],
  ])(
    'with a wrong digest of %s fails that file; what is on its way is dropped, the others come',
    async (_what, play) => {
      const source = await started();
      play(source);
      expect(await source.peer.next('FAULT')).toMatchObject({ file: 1, code: 'digest-mismatch' });
      source.pack([0, three], [4, new Uint8Array(0)]).finish(2, 3);
      expect(await source.peer.next('DONE')).toMatchObject({ files: 2, failed: 1, skipped: 1 });
      expect(Object.keys(harvest(source.dir))).toEqual(['a', 'z']);
      expect(source.sink.faults).toEqual([{ path: 'big', code: 'digest-mismatch', side: 'here' }]);
    },
  );

  it('with a wrong digest in a PACK fails that file alone', async () => {
    const source = await started();
    source.pack([0, three, sha256(tail)], [4, new Uint8Array(0)]);
    expect(await source.peer.next('FAULT')).toMatchObject({ file: 0, code: 'digest-mismatch' });
    await source.heard();
    expect(Object.keys(harvest(source.dir))).toEqual(['z']);
  });

  it('whose chain was wrong begins at the start next time', async () => {
    const source = await started();
    source
      .data(1, chunk)
      .data(1, tail, chunkBytes)
      .end(1, chunkBytes + 100, chainOver(tail));
    await source.peer.next('FAULT');
    source.peer.stream.destroy();
    await source.ours.ended;
    const again = await RawSource.offer({ place: source });
    again.manifest([file('a', 3), file('big', chunkBytes + 100)]);
    expect((await again.peer.next('WANT')).resume).toBeUndefined();
  });

  it('whose digest was wrong in the middle is taken up where it was right', async () => {
    const source = await started();
    source.data(1, chunk).data(1, tail, chunkBytes, sha256(three));
    await source.peer.next('FAULT');
    source.peer.stream.destroy();
    await source.ours.ended;
    const again = await RawSource.offer({ place: source });
    again.manifest([file('a', 3), file('big', chunkBytes + 100)]);
    expect((await again.peer.next('WANT')).resume).toEqual([
      [1, chunkBytes, Buffer.from(chainOver(chunk)).toString('hex')],
    ]);
  });
});

describe('FAULT of a source', () => {
  it('counts once for a file, and not at all for one that is over', async () => {
    const source = await RawSource.offer();
    source.manifest([file('a', 3), file('b', 3)]);
    await source.peer.next('WANT');
    source.pack([0, three]);
    for (let count = 0; count < 5; count += 1) {
      source.peer.send('FAULT', 1, { file: 0, code: 'read-failed', message: '' });
      source.peer.send('FAULT', 1, { file: 1, code: 'read-failed', message: '' });
    }
    source.finish(1, 3);
    expect(await source.peer.next('DONE')).toMatchObject({ files: 1, failed: 1 });
    expect(source.sink.faults).toEqual([{ path: 'b', code: 'read-failed', side: 'there' }]);
  });

  it('for an entry that is not there ends the session', async () => {
    const source = await RawSource.offer();
    source.manifest([file('a', 3)]);
    source.peer.send('FAULT', 1, { file: 77, code: 'read-failed', message: '' });
    expect(await source.refusal()).toMatchObject({ code: 'unexpected-frame' });
  });

  it('with a code that is unknown here reads as internal', async () => {
    const source = await RawSource.offer();
    source.manifest([file('a', 3)]);
    source.peer.send('FAULT', 1, { file: 0, code: 'gremlins', message: 'They ate it.' });
    source.finish();
    expect(await source.peer.next('DONE')).toMatchObject({ files: 0, failed: 1 });
    expect(source.sink.faults).toEqual([{ path: 'a', code: 'internal', side: 'there' }]);
  });

  it('for a file that waits for its comparison leaves the others', async () => {
    const source = await RawSource.offer({ onConflict: 'skip' });
    mkdirSync(source.dir, { recursive: true });
    writeFileSync(join(source.dir, 'a'), 'abc');
    // Takes some time to be read.
    writeFileSync(join(source.dir, 'b'), '');
    truncateSync(join(source.dir, 'b'), 1_000_000_000);
    source.manifest([file('a', 3), file('b', 1_000_000_000)]);
    expect(await source.peer.next('WANT')).toMatchObject({ later: [[0, 2]] });
    source.peer.send('FAULT', 1, { file: 1, code: 'read-failed', message: '' });
    expect(await source.peer.next('WANT')).toMatchObject({ first: 0, unless: [[0, expect.any(String)]] });
    source.peer.send('SAME', 1, { file: 0 });
    source.finish(1);
    expect(await source.peer.next('DONE')).toMatchObject({ files: 0, skipped: 1, failed: 1 });
  });
});

describe('whatever a source sends', () => {
  const anyEntry = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'dir'),
    size: fc.constantFrom(0, 3, 4),
    parent: fc.constantFrom(-1, -1, 0, 1),
    isFolder: fc.boolean(),
  });
  const anyStep = fc.oneof(
    fc.record({
      kind: fc.constant('page' as const),
      entries: fc.array(anyEntry, { maxLength: 4 }),
      isLast: fc.boolean(),
    }),
    fc.record({
      kind: fc.constantFrom('pack', 'data', 'end', 'same', 'fault', 'finish', 'cancel'),
      file: fc.nat({ max: 4 }),
      length: fc.constantFrom(0, 3, 4),
    }),
  );

  it('ends in DONE, in a typed error or in waiting; nothing lies outside of the target, nothing half under a name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 14, size: 'max' }), async (steps) => {
        const source = await RawSource.offer();
        for (const step of steps) {
          if (step.kind === 'page') {
            source.manifest(
              step.entries.map(({ name, size, parent, isFolder }) =>
                isFolder ? folder(name, parent) : file(name, size, { parent }),
              ),
              step.isLast,
            );
            continue;
          }
          const { file: entry, length } = step as { file: number; length: number };
          const content = Buffer.from('abcd').subarray(0, length);
          if (step.kind === 'pack') source.pack([entry, content]);
          if (step.kind === 'data' && length > 0) source.data(entry, content);
          if (step.kind === 'end')
            source.end(entry, length, length === 0 ? new Uint8Array(32) : chainOver(content));
          if (step.kind === 'same') source.peer.send('SAME', 1, { file: entry });
          if (step.kind === 'fault')
            source.peer.send('FAULT', 1, { file: entry, code: 'read-failed', message: '' });
          if (step.kind === 'finish') source.finish();
        }
        const isOver = await Promise.race([
          source.peer.ended.then(() => true),
          source.heard().then(
            () => false,
            () => true,
          ),
        ]);
        if (isOver)
          expect((await source.ours.ended)?.code).toMatch(
            /^(?:unexpected-frame|manifest-order|manifest-depth|bad-payload)$/u,
          );
        for (const [path, grown] of Object.entries(harvest(source.dir))) {
          if (grown.kind === 'file')
            expect([path, 'abcd'.startsWith(grown.content ?? '')]).toEqual([path, true]);
        }
        expect(readdirSync(dirname(source.dir)).filter((name) => name !== 'to' && name !== 'home')).toEqual(
          [],
        );
      }),
      { numRuns: 150 },
    );
  });
});
