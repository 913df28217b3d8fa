import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageOf, messages, typeByNumber, typeNames, typeNumber } from './catalog.ts';
import {
  checkPlace,
  decodeHeader,
  encodeHeader,
  flagOptional,
  type FrameHeader,
  headerFields,
} from './header.ts';
import { headerBytes, limits } from './limits.ts';
import { toHex } from '../base/text.ts';
import { thrownCode } from '../testing/thrown-code.ts';

const bytesOf = (header: FrameHeader): Uint8Array => {
  const bytes = new Uint8Array(headerBytes);
  encodeHeader(bytes, 0, header);
  return bytes;
};

const sound: FrameHeader = { type: typeNumber.PING, flags: 0, channel: 0, id: 0, length: 2 };

test('a header is 16 bytes in network byte order', () => {
  const header = { type: typeNumber.DATA, flags: 0, channel: 0x0102, id: 0x03040506, length: 0x00030405 };
  expect(toHex(bytesOf(header))).toBe('48584431000304052700010203040506');
});

test('gives back every header that is allowed, at any place in a buffer', () => {
  const header = fc.constantFrom(...typeNames).chain((name) =>
    fc.record({
      type: fc.constant(typeNumber[name]),
      flags: fc.constantFrom(...(messages[name].hasLast ? [0, 1, 2, 3] : [0, 1])),
      channel: fc.integer({ min: 0, max: 0xffff }),
      id: fc.integer({ min: 0, max: 0xffff_ffff }),
      length: fc.integer({ min: 0, max: messages[name].limitBytes }),
    }),
  );
  fc.assert(
    fc.property(header, fc.integer({ min: 0, max: 20 }), (expected, at) => {
      const bytes = new Uint8Array(at + headerBytes + 3);
      encodeHeader(bytes, at, expected);
      expect(decodeHeader(bytes, at)).toEqual(expected);
    }),
  );
});

describe('a header is refused', () => {
  test('for a wrong magic before anything else', () => {
    const bytes = bytesOf({ type: 0xee, flags: 0xff, channel: 0, id: 0, length: 0xffff_ffff });
    bytes[0] = 0;
    expect(thrownCode(() => decodeHeader(bytes))).toBe('bad-magic');
  });

  test('for flags before its type', () => {
    expect(
      thrownCode(() => decodeHeader(bytesOf({ ...sound, type: 0xee, flags: 0x04, length: 0xffff_ffff }))),
    ).toBe('bad-flags');
  });

  test('for its type before its length', () => {
    expect(thrownCode(() => decodeHeader(bytesOf({ ...sound, type: 0xee, length: 0xffff_ffff })))).toBe(
      'unknown-type',
    );
  });

  test.each(typeNames)('for LAST on a type without series: %s', (name) => {
    const bytes = bytesOf({ ...sound, type: typeNumber[name], flags: 0x02, length: 0 });
    expect(thrownCode(() => decodeHeader(bytes))).toBe(name === 'MANIFEST' ? 'none' : 'bad-flags');
  });

  test.each(typeNames)('for one byte over the limit of its type, and not at the limit: %s', (name) => {
    const limit = messageOf(name).limitBytes;
    const header = { ...sound, type: typeNumber[name] };
    expect(thrownCode(() => decodeHeader(bytesOf({ ...header, length: limit })))).toBe('none');
    expect(thrownCode(() => decodeHeader(bytesOf({ ...header, length: limit + 1 })))).toBe('frame-too-large');
  });

  test('with words that say what was seen and what is allowed', () => {
    expect(() => decodeHeader(bytesOf({ ...sound, length: 0xffff_ffff }))).toThrow(
      'PING announces 4294967295 bytes of payload; at most 8192 are allowed.',
    );
  });
});

test('an unknown type marked OPTIONAL passes up to the control limit', () => {
  const header = { ...sound, type: 0xee, flags: flagOptional, length: limits.controlBytes };
  expect(decodeHeader(bytesOf(header))).toEqual(header);
  expect(thrownCode(() => decodeHeader(bytesOf({ ...header, length: limits.controlBytes + 1 })))).toBe(
    'frame-too-large',
  );
});

test('arbitrary bytes give a header or a typed error, nothing else', () => {
  const allowed = new Set(['none', 'bad-magic', 'bad-flags', 'unknown-type', 'frame-too-large']);
  const bytes = fc.uint8Array({ minLength: headerBytes, maxLength: headerBytes });
  fc.assert(
    fc.property(bytes, fc.boolean(), (raw, hasMagic) => {
      if (hasMagic) raw.set([0x48, 0x58, 0x44, 0x31]);
      expect(allowed).toContain(thrownCode(() => decodeHeader(raw)));
    }),
    { numRuns: 1_000 },
  );
});

describe('checkPlace', () => {
  test('refuses a channel that is not the connection’s', () => {
    expect(thrownCode(() => checkPlace({ ...sound, channel: 1 }, 0))).toBe('bad-channel');
    expect(thrownCode(() => checkPlace({ ...sound, channel: 1 }, 1))).toBe('none');
  });

  test.each(typeNames)('asks for id 0 on session types and for another on requests: %s', (name) => {
    const rule = messages[name].id;
    const header = { ...sound, type: typeNumber[name] };
    expect(thrownCode(() => checkPlace({ ...header, id: 0 }, 0))).toBe(
      rule === 'request' ? 'bad-id' : 'none',
    );
    expect(thrownCode(() => checkPlace({ ...header, id: 1 }, 0))).toBe(rule === 'zero' ? 'bad-id' : 'none');
  });
});

describe('the catalog', () => {
  test('has every number once, and finds it again', () => {
    expect(new Set(typeNames.map((name) => typeNumber[name])).size).toBe(typeNames.length);
    for (const name of typeNames) expect(typeByNumber(typeNumber[name])).toBe(name);
    expect(typeByNumber(0xee)).toBeUndefined();
  });

  test('answers with types that it has', () => {
    for (const name of typeNames)
      for (const answer of messageOf(name).answers) expect(typeNames).toContain(answer);
  });

  test('lets no limit go over that of bulk', () => {
    for (const name of typeNames) expect(messageOf(name).limitBytes).toBeLessThanOrEqual(limits.bulkBytes);
  });

  test('has header fields that tile 16 bytes', () => {
    const widths = { u8: 1, u16: 2, u32: 4, u64: 8, i64: 8 };
    let at = 0;
    for (const field of headerFields) {
      expect(field.at).toBe(at);
      at += widths[field.width];
    }
    expect(at).toBe(headerBytes);
  });
});
