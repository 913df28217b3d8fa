import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../shared/model/peer.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { formatAddress, parseAddress, parseRemotePath, targetOf } from './address.ts';

const refused = (run: () => unknown): HexdropError => {
  try {
    run();
  } catch (error) {
    if (error instanceof HexdropError) return error;
    throw error;
  }
  throw new Error('not refused');
};

const readOrCode = (text: string): Endpoint | 'usage' => {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof HexdropError && error.code === 'usage') return 'usage';
    throw error;
  }
};

describe('an address', () => {
  test.each([
    ['192.168.1.23', '192.168.1.23', 18_520],
    ['192.168.1.23:99', '192.168.1.23', 99],
    ['0.0.0.0:1', '0.0.0.0', 1],
    ['127.0.0.1:65535', '127.0.0.1', 65_535],
    ['localhost', 'localhost', 18_520],
    ['name.local:99', 'name.local', 99],
    ['NAS', 'NAS', 18_520],
    ['my_host-2.example.org.', 'my_host-2.example.org.', 18_520],
    ['1and1.example', '1and1.example', 18_520],
    ['http', 'http', 18_520],
    ['büro-pc.local:7', 'büro-pc.local', 7],
    ['办公室.local', '办公室.local', 18_520],
    ['::1', '::1', 18_520],
    ['::', '::', 18_520],
    ['fe80::1%eth0', 'fe80::1%eth0', 18_520],
    ['2001:db8::8:800:200c:417a', '2001:db8::8:800:200c:417a', 18_520],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1', 18_520],
    ['[::1]', '::1', 18_520],
    ['[::1]:99', '::1', 99],
    ['[fe80::1%eth0]:99', 'fe80::1%eth0', 99],
    ['[fe80::1%3]', 'fe80::1%3', 18_520],
  ])('%s is read', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  test('takes the port of the caller when none is written', () => {
    expect(parseAddress('nas', 7)).toEqual({ host: 'nas', port: 7 });
  });

  test.each([
    ['', 'the host is missing'],
    [':99', 'the host is missing'],
    ['host:', 'the port is missing'],
    ['host:0', '"0" is not a port'],
    ['host:65536', '"65536" is not a port'],
    ['host:99999999', '"99999999" is not a port'],
    ['host:-1', '"-1" is not a port'],
    ['host:1.5', '"1.5" is not a port'],
    ['host:0x10', '"0x10" is not a port'],
    ['host: 9', '" 9" is not a port'],
    ['host:abc', '"abc" is not a port'],
    ['256.1.1.1', 'is not an IPv4 address'],
    ['1.2.3', 'is not an IPv4 address'],
    ['1.2.3.4.5', 'is not an IPv4 address'],
    ['192.168.1.', 'is not an IPv4 address'],
    ['[::1', 'the bracket is not closed'],
    ['[]', '"" is not an IPv6 address'],
    ['[nas]:99', '"nas" is not an IPv6 address'],
    ['[127.0.0.1]:99', '"127.0.0.1" is not an IPv6 address'],
    ['[::1]99', 'only a port may follow the bracket'],
    ['[::1]:', 'the port is missing'],
    ['[::1]:x', '"x" is not a port'],
    ['::1:99999', 'needs brackets'],
    ['fe80::1%eth0:99:', 'needs brackets'],
    ['host:1:2', 'needs brackets'],
    [':::', 'needs brackets'],
    ['two words', 'neither a name nor an address'],
    [' nas', 'neither a name nor an address'],
    ['-nas', 'neither a name nor an address'],
    ['nas-', 'neither a name nor an address'],
    ['nas..local', 'neither a name nor an address'],
    ['.local', 'neither a name nor an address'],
    ['user@host', 'neither a name nor an address'],
    ['42', 'is not an IPv4 address'],
    ['fe80::1%eth0:99', 'needs brackets'],
    ['[fe80::1%eth0:99]', 'is not an IPv6 address'],
    ['fe80::1%', 'needs brackets'],
    ['fe80::1%a b', 'needs brackets'],
    ['a*b', 'neither a name nor an address'],
    ['a\0b', 'neither a name nor an address'],
    ['nas\n', 'neither a name nor an address'],
    ['x'.repeat(64), 'neither a name nor an address'],
    [`${'a.'.repeat(130)}b`, 'neither a name nor an address'],
  ])('%j is refused with the reason', (text, why) => {
    const error = refused(() => parseAddress(text));
    expect(error.code).toBe('usage');
    expect(error.message).toContain(why);
    expect(error.message).toContain('Allowed is a name or an address');
    expect(error.seen).toBe(text);
  });

  test('written and read again is the same', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        expect(parseAddress(formatAddress({ host: name, port }))).toEqual({ host: name, port });
      }),
    );
  });

  test('any text is read or refused as usage, fast', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-f0-9.:[\]%-]*$/)),
        (text) => {
          const outcome = readOrCode(text);
          expect(outcome === 'usage' || (outcome.host !== '' && outcome.port > 0)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('a path on a device', () => {
  test.each([
    ['nas', 'nas', 18_520, ''],
    ['nas/', 'nas', 18_520, ''],
    ['nas:99', 'nas', 99, ''],
    ['nas:99/', 'nas', 99, ''],
    ['nas/Photos', 'nas', 18_520, 'Photos'],
    ['nas/Photos/', 'nas', 18_520, 'Photos'],
    ['nas:99/Photos/2026/a b.jpg', 'nas', 99, 'Photos/2026/a b.jpg'],
    ['[fe80::1%eth0]:99/Photos', 'fe80::1%eth0', 99, 'Photos'],
    ['::1/Photos', '::1', 18_520, 'Photos'],
    ['nas/Photos/12:30', 'nas', 18_520, 'Photos/12:30'],
    ['nas/照片/été', 'nas', 18_520, '照片/été'],
    ['nas/a\\b', 'nas', 18_520, 'a\\b'],
    ['nas/...', 'nas', 18_520, '...'],
  ])('%s is read', (text, host, port, path) => {
    expect(parseRemotePath(text)).toEqual({ endpoint: { host, port }, path });
  });

  test.each([
    ['/Photos', 'the host is missing'],
    ['nas:x/Photos', '"x" is not a port'],
    ['nas//Photos', 'a name between two slashes is missing'],
    ['nas/Photos//', 'a name between two slashes is missing'],
    ['nas/Photos/../x', '".." is not a name'],
    ['nas/./x', '"." is not a name'],
    ['nas/a\0b', 'a name holds a NUL'],
    ['http://nas/Photos', 'the port is missing'],
  ])('%j is refused with the reason', (text, why) => {
    const error = refused(() => parseRemotePath(text));
    expect(error.code).toBe('usage');
    expect(error.message).toContain(why);
  });
});

test('a target is the same however the name is written', () => {
  expect(targetOf({ host: 'NAS.local.', port: 9 })).toBe('nas.local:9');
  expect(targetOf({ host: 'FE80::1', port: 9 })).toBe('[fe80::1]:9');
});
