import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  decodeLinkMessage,
  encodeLinkHead,
  encodeLinkMessage,
  LinkCodecError,
  maxBesideBytes,
  maxJsonBytes,
} from './binary-codec.ts';

const plain = (bytes: Uint8Array | undefined): number[] | undefined =>
  bytes === undefined ? undefined : [...bytes];

describe('the codec of a link', () => {
  it('makes the head of a message whose bytes go beside it', () => {
    const json = { kind: 'call', args: { name: 'é' } };
    const bytes = new Uint8Array([1, 2, 3]);
    const head = encodeLinkHead(json, bytes.length);
    expect(decodeLinkMessage(new Uint8Array([...head, ...bytes]))).toEqual({ json, bytes });
    expect(() => encodeLinkHead(json, maxBesideBytes + 1)).toThrow(LinkCodecError);
  });

  it('gives back what it was given', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.option(fc.uint8Array({ maxLength: 200 }), { nil: undefined }),
        (value, bytes) => {
          // JSON has no -0 and no lone surrogates in UTF-8.
          const json: unknown = JSON.parse(JSON.stringify(value));
          fc.pre(JSON.stringify(json).isWellFormed());
          const decoded = decodeLinkMessage(
            encodeLinkMessage(bytes === undefined ? { json } : { json, bytes }),
          );
          expect(decoded.json).toEqual(json);
          expect(plain(decoded.bytes)).toEqual(plain(bytes));
        },
      ),
    );
  });

  it('is text without bytes and binary with them, also with none of them', () => {
    expect(encodeLinkMessage({ json: { a: 1 } })).toBe('{"a":1}');
    expect([...(encodeLinkMessage({ json: 7, bytes: new Uint8Array([1, 2]) }) as Uint8Array)]).toEqual([
      0, 0, 0, 1, 0x37, 1, 2,
    ]);
    expect(decodeLinkMessage(encodeLinkMessage({ json: 7, bytes: new Uint8Array(0) })).bytes).toHaveLength(0);
  });

  it('reads a message that lies somewhere in a larger buffer', () => {
    const message = encodeLinkMessage({ json: 'ü', bytes: new Uint8Array([9]) }) as Uint8Array;
    const larger = new Uint8Array(message.length + 9);
    larger.set(message, 5);
    const { json, bytes } = decodeLinkMessage(larger.subarray(5, 5 + message.length));
    expect(json).toBe('ü');
    expect(plain(bytes)).toEqual([9]);
  });

  it('answers any bytes and any text with a message or a typed error', () => {
    const isMessageOrTyped = (data: string | Uint8Array): void => {
      try {
        decodeLinkMessage(data);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(LinkCodecError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), isMessageOrTyped));
    fc.assert(fc.property(fc.string(), isMessageOrTyped));
  });

  it('refuses lengths beyond the limits before it reads', () => {
    expect(() => decodeLinkMessage(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x37]))).toThrow(
      /at most 16777216/,
    );
    expect(() => decodeLinkMessage(new Uint8Array([0, 0, 0, 9, 0x37]))).toThrow(/announces 9 bytes/);
    expect(() => decodeLinkMessage(' '.repeat(maxJsonBytes + 1))).toThrow(LinkCodecError);
    expect(() => encodeLinkMessage({ json: 1, bytes: new Uint8Array(maxBesideBytes + 1) })).toThrow(
      LinkCodecError,
    );
    expect(() => encodeLinkMessage({ json: 'ü'.repeat(maxJsonBytes / 2) })).toThrow(LinkCodecError);
  });
});
