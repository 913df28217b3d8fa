import { describe, expect, test } from 'vitest';
import { encodeFrame } from './codec.ts';
import { asHexdropError, type ErrorCode, errorTable, HexdropError } from '../errors/errors.ts';
import { limits } from './limits.ts';
import { errorFromWire, errorPayload, refusalPayload } from './wire-errors.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

describe('an error over the wire', () => {
  test.each(codes)('%s is sendable, and comes back as itself or as internal', (code) => {
    const payload = errorPayload(new HexdropError(code));
    expect(() => encodeFrame('ERROR', { id: 0 }, payload)).not.toThrow();
    expect(errorFromWire(payload).code).toBe(errorTable[code].travels !== 'never' ? code : 'internal');
  });

  test('keeps message, seen, allowed and the wait', () => {
    const error = new HexdropError('pin-throttled', 'Wait.', {
      seen: '6 tries',
      allowed: '5 tries',
      retryAfterMs: 1_500,
    });
    const back = errorFromWire(errorPayload(error));
    expect(back).toMatchObject({
      code: 'pin-throttled',
      message: 'Wait.',
      seen: '6 tries',
      allowed: '5 tries',
      retryAfterMs: 1_500,
    });
  });

  test('is cut to the caps and mended, whatever it says', () => {
    const wild = new HexdropError('read-failed', '😀\ud800'.repeat(2_000), {
      seen: '\u0000'.repeat(5_000),
      allowed: 'x'.repeat(5_000),
      retryAfterMs: 1e12,
    });
    expect(() => encodeFrame('ERROR', { id: 0 }, errorPayload(wild))).not.toThrow();
    expect(Array.from(refusalPayload(wild).message)).toHaveLength(limits.messageCharacters);
  });

  test('of a code that is unknown here, or that a peer may not send, reads as internal', () => {
    expect(errorFromWire({ code: 'new-in-2030', message: 'x' }).code).toBe('internal');
    expect(errorFromWire({ code: 'usage', message: 'x' }).code).toBe('internal');
    expect(errorFromWire({ code: 'constructor', message: 'x' }).code).toBe('internal');
  });

  test('that nobody foresaw tells nothing of this machine', () => {
    const thrown = asHexdropError(new Error("ENOENT: no such file or directory, mkdir '/home/ada/x'"));
    expect(JSON.stringify(errorPayload(thrown))).not.toContain('ada');
    expect(JSON.stringify(refusalPayload(new HexdropError('usage', 'See /home/ada.')))).not.toContain('ada');
  });

  test('without a message says what its code means', () => {
    expect(errorFromWire({ code: 'disk-full', message: '' }).message).toBe(errorTable['disk-full'].meaning);
  });
});
