import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { chunkBytes } from '../../../shared/protocol/limits.ts';
import {
  availableDigests,
  Chain,
  commonDigest,
  digestByName,
  equalDigests,
  matchesDigest,
} from './digest.ts';
import type { Digest } from './digest.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const hashOf = (digest: Digest, bytes: Uint8Array): Uint8Array => {
  const into = new Uint8Array(32);
  digest.hashInto(bytes, into, 0);
  return into;
};

/** From the papers of BLAKE3 (input: bytes 0, 1, ... 250, 0, 1, ...) and of FIPS 180-4. */
const known: readonly (readonly [name: 'blake3' | 'sha256', input: Uint8Array, digest: string])[] = [
  ['blake3', new Uint8Array(0), 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  ['blake3', Uint8Array.of(0), '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
  [
    'blake3',
    Uint8Array.from({ length: 1_024 }, (_, at) => at % 251),
    '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7',
  ],
  ['sha256', new Uint8Array(0), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['sha256', Buffer.from('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
];

describe.each(availableDigests().map((name) => digestByName(name)))('the digest $name', (digest) => {
  it('is the one of the standard', () => {
    for (const [name, input, expected] of known)
      if (name === digest.name) expect(hex(hashOf(digest, input))).toBe(expected);
  });

  it('writes 32 bytes where it is told to, and nothing else', () => {
    const into = new Uint8Array(40).fill(7);
    digest.hashInto(Buffer.from('abc'), into, 4);
    expect(into.subarray(4, 36)).toEqual(hashOf(digest, Buffer.from('abc')));
    expect([...into.subarray(0, 4), ...into.subarray(36)]).toEqual([7, 7, 7, 7, 7, 7, 7, 7]);
  });

  it('sees the bytes of a view alone', () => {
    const whole = Uint8Array.from({ length: 100 }, (_, at) => at);
    expect(hashOf(digest, whole.subarray(10, 20))).toEqual(hashOf(digest, whole.slice(10, 20)));
  });

  it('matches what was announced, and nothing else', () => {
    const content = Buffer.from('some content');
    const right = hashOf(digest, content);
    expect(matchesDigest(digest, content, right)).toBe(true);
    for (let bit = 0; bit < 256; bit += 1) {
      const wrong = right.slice();
      wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(matchesDigest(digest, content, wrong)).toBe(false);
    }
  });

  it('chains as the protocol says: chain 0 is zero, chain i+1 = H(chain i, digest i)', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 6 }), (chunks) => {
        let expected = new Uint8Array(32);
        const chain = new Chain(digest);
        for (const chunk of chunks) {
          expected = Uint8Array.from(hashOf(digest, Buffer.concat([expected, hashOf(digest, chunk)])));
          chain.append(hashOf(digest, chunk));
        }
        expect(hex(chain.value)).toBe(hex(expected));
        expect(chain.equals(expected)).toBe(true);
        const byContent = new Chain(digest);
        for (const chunk of chunks) byContent.appendContent(chunk);
        expect(hex(byContent.value)).toBe(hex(expected));
      }),
    );
  });

  it('goes on from a chain value as if it had never stopped', () => {
    const chunks = ['one', 'two', 'three'].map((text) => hashOf(digest, Buffer.from(text)));
    const whole = new Chain(digest);
    for (const chunk of chunks) whole.append(chunk);
    const first = new Chain(digest);
    first.append(chunks[0] as Uint8Array);
    const rest = new Chain(digest, first.value);
    for (const chunk of chunks.slice(1)) rest.append(chunk);
    expect(hex(rest.value)).toBe(hex(whole.value));
  });

  it('gives chain values that later chunks do not change', () => {
    const chain = new Chain(digest);
    const before = chain.value;
    chain.appendContent(new Uint8Array(chunkBytes));
    expect(hex(before)).toBe('0'.repeat(64));
  });
});

describe('the choice of a digest', () => {
  it('is the best that both sides have', () => {
    const [best] = availableDigests();
    expect(commonDigest(['sha256', 'blake3'])).toBe(best);
    expect(commonDigest(['md5', 'sha256'])).toBe('sha256');
    expect(commonDigest(['md5'])).toBeUndefined();
    expect(availableDigests()).toContain('sha256');
  });

  it('compares digests of one length only', () => {
    const digest = createHash('sha256').update('a').digest();
    expect([
      equalDigests(digest, digest),
      equalDigests(digest, digest.subarray(0, 31)),
      equalDigests(new Uint8Array(0), new Uint8Array(0)),
    ]).toEqual([true, false, true]);
  });
});

describe('the addon', () => {
  it('is loaded without a look at open sockets, whose names a dead name server would keep everybody waiting for', async () => {
    const report = process.report as typeof process.report & { excludeNetwork: boolean };
    const before = report.excludeNetwork;
    const asked: boolean[] = [];
    const spy = vi.spyOn(report, 'getReport').mockImplementation(() => {
      asked.push(report.excludeNetwork);
      return { header: { glibcVersionRuntime: '2.36' } };
    });
    const { cache, resolve } = createRequire(import.meta.url);
    delete cache[resolve('@napi-rs/blake-hash')];
    vi.resetModules();
    const fresh = await import('./digest.ts');
    expect(fresh.availableDigests()).toEqual(availableDigests());
    expect(asked.every(Boolean)).toBe(true);
    expect(asked.length).toBe(process.platform === 'linux' ? 1 : 0);
    expect(report.excludeNetwork).toBe(before);
    spy.mockRestore();
  });
});
