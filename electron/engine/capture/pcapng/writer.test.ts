import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { encodeFrame } from '../../../../shared/protocol/codec.ts';
import { mostPacketBytes } from './blocks.ts';
import { addressPair } from './addresses.ts';
import { checksumOf, sumOf } from './checksum.ts';
import { SecretFilter } from './secret-filter.ts';
import { CaptureWriter } from './writer.ts';
import type { FileAbout } from './writer.ts';

const about: FileAbout = {
  format: 'raw-ip',
  originMs: 1_700_000_000_000,
  originNs: 250_000,
  version: '1.2.3',
  hardware: 'x86_64 (desk)',
  os: 'Linux 6.1',
};

const written = (format: FileAbout['format'], write: (writer: CaptureWriter) => void): Buffer => {
  const blocks: Uint8Array[] = [];
  const writer = new CaptureWriter({ ...about, format }, (block) => blocks.push(block));
  write(writer);
  writer.finish(0);
  expect(Math.max(...blocks.map(({ length }) => length))).toBeLessThanOrEqual(mostPacketBytes);
  expect(blocks.reduce((sum, { length }) => sum + length, 0)).toBe(writer.bytes);
  return Buffer.concat(blocks);
};

const near = { address: '192.0.2.1', port: 40_000 };
const far = { address: '192.0.2.2', port: 18_520 };
const v6 = { near: { address: 'fe80::1%eth0', port: 40_000 }, far: { address: '2001:db8::2', port: 18_520 } };
const ping = encodeFrame('PING', { id: 0 }, {});
const data = encodeFrame(
  'DATA',
  { id: 1 },
  { file: 0, offset: 0, digest: new Uint8Array(32).fill(7), content: new Uint8Array(300).fill(0x2e) },
);

/** Held against files that were written once and looked at with tshark. HEXDROP_GOLDEN=write writes them anew. */
const golden = (name: string, bytes: Buffer): void => {
  const path = join(import.meta.dirname, 'golden', `${name}.pcapng`);
  if (process.env['HEXDROP_GOLDEN'] === 'write') writeFileSync(path, bytes);
  expect(bytes.equals(readFileSync(path))).toBe(true);
};

describe('a capture file', () => {
  it('is byte for byte what it was: a whole connection', () => {
    golden(
      'whole',
      written('raw-ip', (writer) => {
        writer.flow(1, { near, far, dialer: 'near', tls: 'TLSv1.3, TLS_AES_128_GCM_SHA256' });
        writer.handshake(1, 1);
        writer.chunk(1, 'out', 0, ping, 2.000001);
        writer.chunk(1, 'in', 0, Buffer.concat([ping, data]), 3);
        writer.ended(1, 'out', ping.length, 4);
        writer.ended(1, 'in', ping.length + data.length, 5);
        writer.closed(1, undefined, 5);
      }),
    );
  });

  it('is byte for byte what it was: from the middle on, cut, broken, IPv6', () => {
    golden(
      'cut',
      written('raw-ip', (writer) => {
        writer.flow(1, { ...v6, dialer: 'far' });
        writer.cut(1, 'in', 1_000, data.subarray(0, 64), data.length, 1);
        writer.cut(1, 'in', 1_000 + data.length, data.subarray(0, 64), 200_000, 2);
        writer.chunk(1, 'out', 50, ping, 3);
        writer.closed(1, 'far', 4);
      }),
    );
  });

  it('is byte for byte what it was: exported frames', () => {
    golden(
      'exported-pdu',
      written('exported-pdu', (writer) => {
        writer.flow(1, { near, far, dialer: 'near' });
        writer.frame(1, 'out', ping, ping.length, 1);
        writer.frame(1, 'in', data.subarray(0, 100), data.length, 2);
        writer.flow(2, { ...v6, dialer: 'near' });
        writer.frame(2, 'in', ping, ping.length, 3);
      }),
    );
  });

  it('has no block that readers would refuse, however large a frame is', () => {
    const large = new Uint8Array(400_000);
    written('exported-pdu', (writer) => {
      writer.flow(1, { near, far, dialer: 'near', tls: 'x'.repeat(200) });
      writer.frame(1, 'out', large, large.length, 1);
    });
    written('raw-ip', (writer) => {
      writer.flow(1, { ...v6, dialer: 'near', tls: 'x'.repeat(200) });
      writer.cut(1, 'out', 0, large, large.length, 1);
      writer.chunk(1, 'in', 0, large, 1);
    });
  });
});

describe('the checksum', () => {
  it('is that of RFC 1071', () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(checksumOf(sumOf(bytes))).toBe(0x220d);
    expect(checksumOf(sumOf(Uint8Array.of(0xff, 0xff)))).toBe(0);
    expect(checksumOf(0)).toBe(0xffff);
    // An odd byte counts as the high half of a word.
    expect(sumOf(Uint8Array.of(1, 2, 3)) % 65_535).toBe(0x0102 + 0x0300);
  });
});

describe('addresses', () => {
  it.each([
    ['192.0.2.1', '::1', '00000000000000000000ffffc0000201'],
    ['2001:db8::8:800:200c:417a', '::', '20010db80000000000080800200c417a'],
    ['fe80::1%eth0', '::', 'fe800000000000000000000000000001'],
    ['::ffff:192.0.2.1', '::', '00000000000000000000ffffc0000201'],
    ['1:2:3:4:5:6:7:8', '::', '00010002000300040005000600070008'],
  ])('%s beside %s is %s', (one, other, hex) => {
    expect(Buffer.from(addressPair(one, other)[0]).toString('hex')).toBe(hex);
  });

  it('that are not known are zeros of the same family', () => {
    expect(addressPair('', '192.0.2.1').map(({ length }) => length)).toEqual([4, 4]);
  });
});

describe('secrets in a stream', () => {
  const unlock = encodeFrame('UNLOCK', { id: 1 }, { share: 'photos', pin: '73194682' });
  const stream = Buffer.concat([ping, unlock, data, unlock]);

  it.each(Array.from({ length: unlock.length + 20 }, (_, at) => at + 1))(
    'are gone however it is cut (%i)',
    (length) => {
      const filter = new SecretFilter();
      const passed: Buffer[] = [];
      for (let at = 0; at < stream.length; at += length) {
        const piece = Buffer.from(stream.subarray(at, at + length));
        filter.pass(piece);
        passed.push(piece);
      }
      const whole = Buffer.concat(passed);
      expect(whole.length).toBe(stream.length);
      for (let digits = 2; digits <= 8; digits += 1) {
        expect(whole.includes('73194682'.slice(0, digits))).toBe(false);
      }
      // What is left is still JSON.
      const payload = whole.subarray(ping.length + 16, ping.length + unlock.length).toString();
      expect(JSON.parse(payload)).not.toHaveProperty('pin', '73194682');
      expect(whole.subarray(ping.length + unlock.length, -unlock.length).equals(data)).toBe(true);
    },
  );
});
