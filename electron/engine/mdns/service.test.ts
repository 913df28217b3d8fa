import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lan } from '../../base/testing/links.ts';
import { announcedAlias, readQuestions, readRecords, recordsOf, serviceName } from './service.ts';
import type { OwnRecords, OwnService } from './service.ts';

const own: OwnService = {
  deviceId: 'ab'.repeat(32),
  alias: 'Büro 办公室 💻',
  kind: 'laptop',
  platform: 'linux',
  port: 18_520,
  host: '::',
};

const recordsFor = (over: Partial<OwnService> = {}): OwnRecords => {
  const records = recordsOf({ ...own, ...over }, lan, 60);
  if (records === undefined) throw new Error('nothing to announce');
  return records;
};

const packetOf = ({ pointer, service, text, addresses }: OwnRecords): unknown => ({
  answers: [pointer, service, text],
  additionals: addresses,
});

describe('an announcement', () => {
  it('is read as it was said', () => {
    const records = readRecords(packetOf(recordsFor()));
    const instance = `hexdrop-${own.deviceId.slice(0, 24)}-18520.${serviceName}`;
    expect(records).toMatchObject([
      { type: 'PTR', name: serviceName, instance, ttlSeconds: 60 },
      { type: 'SRV', name: instance, port: 18_520 },
      {
        type: 'TXT',
        text: { deviceId: own.deviceId, alias: own.alias, kind: 'laptop', platform: 'linux' },
      },
      { type: 'A', address: '192.168.1.5', flush: true },
      { type: 'AAAA', address: 'fd00::5' },
      { type: 'AAAA', address: 'fe80::5' },
    ]);
  });

  it.each([
    ['0.0.0.0', ['192.168.1.5']],
    ['192.168.1.5', ['192.168.1.5']],
    ['fe80::5%eth0', ['fe80::5']],
  ])('names only where the listener can be reached: %s', (host, addresses) => {
    expect(recordsFor({ host }).addresses.map(({ data }) => data)).toEqual(addresses);
  });

  it('is none where the listener cannot be reached', () => {
    expect(recordsOf({ ...own, host: '127.0.0.1' }, lan, 60)).toBeUndefined();
    expect(recordsOf({ ...own, host: '10.0.0.1' }, lan, 60)).toBeUndefined();
  });

  it('fits whatever the alias is, into the 255 bytes of a string and the 63 of a label', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (alias) => {
        const { text, service } = recordsFor({ alias });
        expect(text.data.every((entry) => Buffer.byteLength(entry) <= 255)).toBe(true);
        expect(service.name.split('.').every((label) => label.length <= 63)).toBe(true);
      }),
    );
  });
});

describe('an alias that is too long for one string', () => {
  it('is cut there at the end of a character, as a person sees it', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(announcedAlias(family.repeat(9))).toBe(family.repeat(9));
    // 64 characters of four bytes each, which fit with their key into 255 bytes but for one and a half.
    expect(announcedAlias('😀'.repeat(64))).toBe('😀'.repeat(62));
    const long = `${'😀'.repeat(57)}${family}`;
    expect(announcedAlias(long)).toBe('😀'.repeat(57));
  });

  it('is heard in full, and as far as it was cut by who knows one string alone', () => {
    for (const alias of ['客'.repeat(64), '😀'.repeat(64), `${'😀'.repeat(57)}👨‍👩‍👧‍👦`, 'short']) {
      const { text } = recordsFor({ alias });
      expect(text.data).toContain(`alias=${announcedAlias(alias)}`);
      const [heard] = readRecords({
        answers: [{ ...text, data: text.data.map((entry) => Buffer.from(entry)) }],
      });
      expect(heard).toMatchObject({ type: 'TXT', text: { alias } });
    }
  });
});

const named = (type: string, name: string, data: unknown, ttl: unknown = 60): unknown => ({
  answers: [{ type, name, ttl, data }],
});
const instance = `x.${serviceName}`;

describe('what others say', () => {
  it.each<[string, unknown]>([
    ['no packet', undefined],
    ['a packet without records', {}],
    ['answers that are no list', { answers: 'x' }],
    ['another service', named('PTR', '_http._tcp.local', `x._http._tcp.local`)],
    ['a pointer that leads elsewhere', named('PTR', serviceName, 'x._http._tcp.local')],
    ['a service outside of ours', named('SRV', 'x._http._tcp.local', { port: 1, target: 'h.local' })],
    ['port 0', named('SRV', instance, { port: 0, target: 'h.local' })],
    ['port 70000', named('SRV', instance, { port: 70_000, target: 'h.local' })],
    ['a service without a host', named('SRV', instance, { port: 1 })],
    ['an address that is none', named('A', 'h.local', '1.2.3.4.5')],
    ['an IPv6 address as IPv4', named('A', 'h.local', 'fe80::1')],
    ['an address with a zone', named('A', 'h.local', '10.0.0.1%eth0')],
    ['a name that is too long', named('A', 'h'.repeat(256), '10.0.0.1')],
    ['a time to live below zero', named('A', 'h.local', '10.0.0.1', -1)],
    ['no time to live', named('A', 'h.local', '10.0.0.1', Number.NaN)],
  ])('is ignored when it is %s', (_what, packet) => {
    expect(readRecords(packet)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['no id', ['alias=x']],
    ['a short id', ['id=abc']],
    ['an id in capitals', [`id=${'AB'.repeat(32)}`]],
    ['nothing', []],
    ['no list', 'id'],
  ])('a text with %s is nobody', (_what, data) => {
    expect(readRecords(named('TXT', instance, data))).toMatchObject([{ type: 'TXT', text: undefined }]);
  });

  it('a text takes the first of a key, cuts what is too long, and knows four kinds', () => {
    const id = 'cd'.repeat(32);
    const data = [
      `ID=${id}`,
      `id=${'ef'.repeat(32)}`,
      Buffer.from(`alias=${'x'.repeat(200)}`),
      'kind=toaster',
      `platform=${'p'.repeat(90)}`,
      Uint8Array.of(0xff, 0xfe),
      '=',
    ];
    const [record] = readRecords(named('TXT', instance, data));
    expect(record).toMatchObject({ text: { deviceId: id, kind: 'unknown' } });
    const text = record?.type === 'TXT' ? record.text : undefined;
    expect(Array.from(text?.alias ?? '')).toHaveLength(64);
    expect(Array.from(text?.platform ?? '')).toHaveLength(32);
  });

  it('is believed for two minutes at most', () => {
    expect(readRecords(named('A', 'h.local', '10.0.0.1', 2 ** 31))).toMatchObject([{ ttlSeconds: 120 }]);
  });

  it('never throws and stays small, whatever it is', () => {
    const anyRecord = fc.record(
      {
        type: fc.oneof(fc.constantFrom('PTR', 'SRV', 'TXT', 'A', 'AAAA'), fc.anything()),
        name: fc.oneof(fc.constantFrom(serviceName, instance, 'h.local'), fc.anything()),
        ttl: fc.oneof(fc.nat(), fc.anything()),
        flush: fc.anything(),
        data: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const list = fc.oneof(fc.array(fc.oneof(anyRecord, fc.anything()), { maxLength: 20 }), fc.anything());
    const packet = fc.oneof(fc.record({ questions: list, answers: list, additionals: list }), fc.anything());
    fc.assert(
      fc.property(packet, (value) => {
        expect(readRecords(value).length).toBeLessThanOrEqual(512);
        expect(readQuestions(value, 60).questions.length).toBeLessThanOrEqual(32);
      }),
      { numRuns: 2_000 },
    );
    const huge = {
      answers: Array.from({ length: 100_000 }, () => ({ type: 'A', name: 'h', ttl: 1, data: '10.0.0.1' })),
    };
    expect(readRecords(huge)).toHaveLength(256);
  });
});
