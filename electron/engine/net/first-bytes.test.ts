import { expect, test } from 'vitest';
import { transportModeOf } from './first-bytes.ts';

test.each([
  ['tls', '\x16'],
  ['tls', '\x16\x03\x01\x02\x00'],
  ['plain', 'H'],
  ['plain', 'HXD1'],
  ['plain', 'HXD1\x00\x00'],
  ['plain', 'Hello'],
  ['http', 'HEAD / HTTP/1.1\r\n'],
  ['http', 'G'],
  ['http', 'GET / HTTP/1.1\r\n'],
  ['http', 'POS'],
  ['http', 'OPTIONS * HTTP/1.1\r\n'],
  ['http', 'PRI * HTTP/2.0\r\n'],
  ['unknown', 'GETTING'],
  ['unknown', 'SSH-2.0-client\r\n'],
  ['unknown', '\x15\x03\x01'],
  ['unknown', '\x00'],
  ['unknown', 'hxd1'],
])('%s opens with %j', (mode, text) => {
  expect(transportModeOf(Buffer.from(text, 'latin1'))).toBe(mode);
});
