import { describe, expect, it } from 'vitest';

import { isLoopback, originOf } from './origin.ts';

describe('an origin', () => {
  it.each([
    ['192.168.1.5', '192.168.1.5'],
    ['::ffff:192.168.1.5', '192.168.1.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ])('of %s is %s', (address, origin) => {
    expect(originOf(address)).toBe(origin);
  });

  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
    'of %s is this machine',
    (host) => expect(isLoopback(host)).toBe(true),
  );

  it.each(['127.example.org', '128.0.0.1', '::2', '192.168.1.5', 'localhost.example.org', ''])(
    'of %s may be another machine',
    (host) => expect(isLoopback(host)).toBe(false),
  );
});
