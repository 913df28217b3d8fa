import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { typeByNumber } from './catalog.ts';
import { encodeFrame } from './codec.ts';
import { decodeHeader } from './header.ts';
import { englishPhrases } from './phrases-en.ts';
import { rendered } from './phrases.ts';
import { summaryOf } from './summary.ts';

const summary = (frame: Uint8Array, kept = frame.length): string =>
  rendered(englishPhrases, summaryOf(decodeHeader(frame), frame.subarray(16, Math.max(16, kept))));

describe('a frame in words', () => {
  it.each([
    [
      '"notes" and 2 more, at least 7 files, 9 bytes',
      'OFFER',
      {
        transfer: 'a'.repeat(32),
        roots: ['notes', 'a', 'b'].map((name) => ({ name, kind: 'file' as const, size: 1 })),
        rootCount: 3,
        totals: { files: 7, folders: 0, bytes: 9, complete: false },
      },
    ],
    ['entries 4 to 6, with skip', 'WANT', { first: 4, count: 3, skip: [[5, 1]] }],
    ['settled up to 12, 900 bytes on disk', 'ACK', { settled: 12, bytes: 900 }],
    ['the shares', 'LIST', { path: '' }],
    ['file 3: file-changed: It changed.', 'FAULT', { file: 3, code: 'file-changed', message: 'It changed.' }],
  ] as const)('is: %s', (words, type, payload) => {
    expect(summary(encodeFrame(type, { id: 1 }, payload as never))).toBe(words);
  });

  it.each(['[]', '[{"path":"x"}]', '7', 'null', '"x"', '{'])(
    'marks a payload that is no object: %s',
    (json) => {
      const payload = new TextEncoder().encode(json);
      const list = decodeHeader(encodeFrame('LIST', { id: 1 }, { path: '' }));
      expect(summaryOf({ ...list, length: payload.length }, payload).key).toBe('not-an-object');
    },
  );

  it('tells file, length and place of DATA, though its content was not kept', () => {
    const frame = encodeFrame(
      'DATA',
      { id: 1 },
      { file: 17, offset: 2 ** 33, digest: new Uint8Array(32), content: new Uint8Array(1_000) },
    );
    expect(summary(frame)).toBe('file 17, 1000 bytes at 8589934592');
    expect(summary(frame, 40)).toBe(summary(frame));
  });

  it('falls back to what the type means when too little was kept', () => {
    const frame = encodeFrame('ACK', { id: 1 }, { settled: 12, bytes: 900 });
    expect(summary(frame, 20)).toBe('Tells how far the sink is, which moves the manifest window on.');
  });

  it('names what is offered and who greets when only the beginning was kept', () => {
    const offer = encodeFrame(
      'OFFER',
      { id: 1 },
      {
        transfer: 'a'.repeat(32),
        roots: [
          { name: 'a "quoted" name, [with] brackets', kind: 'folder', size: 0 },
          { name: 'story.txt', kind: 'file', size: 27 },
        ],
        rootCount: 2,
        totals: { files: 7, folders: 0, bytes: 9, complete: true },
      },
    );
    expect(summary(offer, 180)).toBe('"a "quoted" name, [with] brackets" ...');
    expect(summary(offer, 40)).toBe('Offers files and folders, or answers GET.');
  });

  it('never shows a PIN', () => {
    expect(summary(encodeFrame('UNLOCK', { id: 1 }, { share: 'photos', pin: '1234' }))).toBe('"photos"');
  });

  it('says something of every vector, cut anywhere, and never throws', () => {
    const url = new URL('./vectors/example-session.json', import.meta.url);
    const { steps } = JSON.parse(readFileSync(url, 'utf8')) as { steps: readonly { hex: string }[] };
    for (const { hex } of steps) {
      const frame = new Uint8Array(Buffer.from(hex, 'hex'));
      for (let kept = 16; kept <= frame.length; kept += 7) expect(summary(frame, kept)).not.toBe('');
    }
    fc.assert(
      fc.property(fc.nat(255), fc.nat(3), fc.uint8Array({ maxLength: 120 }), (type, flags, bytes) => {
        const words = rendered(englishPhrases, summaryOf({ type, flags, length: bytes.length }, bytes));
        if (typeByNumber(type) !== undefined) expect(typeof words).toBe('string');
      }),
    );
  });
});
