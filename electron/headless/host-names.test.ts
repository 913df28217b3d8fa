import { describe, expect, it } from 'vitest';

import { isElsewhere, loopbackNames, machineNames, plainAddress } from './host-names.ts';

const options = { port: 18_521, isSecure: false, allowed: [] };

describe('names of a page on loopback', () => {
  const { isOurs } = loopbackNames(options);

  it.each(['127.0.0.1:18521', 'localhost:18521', 'LocalHost:18521', '[::1]:18521'])('are %s', (name) => {
    expect(isOurs(name)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    'localhost',
    '127.0.0.1:18522',
    '127.0.0.2:18521',
    '0.0.0.0:18521',
    'localhost.:18521',
    'localhost.evil.example:18521',
    '127.0.0.1.evil.example:18521',
    'user@127.0.0.1:18521',
    '127.0.0.1:18521 ',
    '2130706433:18521',
    '[::ffff:127.0.0.1]:18521',
    '',
  ])('are not "%s"', (name) => {
    expect(isOurs(name)).toBe(false);
  });
});

describe('names of a page that others reach', () => {
  const names = machineNames({ ...options, isSecure: true }, () => ['192.168.1.23', 'fd00::5'], 'Nas.lan');

  it('are the addresses and the names of this machine', () => {
    for (const name of ['192.168.1.23', '[fd00::5]', 'nas.lan', 'nas', 'nas.local', 'localhost']) {
      expect(names.isOurs(`${name}:18521`)).toBe(true);
    }
    expect(names.isOurs('192.168.1.24:18521')).toBe(false);
    expect(names.isOurs('nas.evil.example:18521')).toBe(false);
  });

  it('come without the port where it is the usual one', () => {
    expect(machineNames({ port: 443, isSecure: true, allowed: ['nas.example'] }).isOurs('nas.example')).toBe(
      true,
    );
    expect(loopbackNames({ port: 443, isSecure: false, allowed: [] }).isOurs('localhost')).toBe(false);
  });
});

describe('the other end', () => {
  it('is here when its address is one of this machine', () => {
    expect(isElsewhere(plainAddress('::ffff:127.0.0.1'))).toBe(false);
    expect(isElsewhere('::1')).toBe(false);
    expect(isElsewhere('203.0.113.7')).toBe(true);
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  });
});
