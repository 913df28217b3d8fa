import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { integerBetween, randomOf } from '../random.ts';
import { type Address, formatAddress, fromNumber, fullText, parseAddress } from './address.ts';
import { specialRanges } from './special.ts';
import { join, networkText, parseNetwork, split, subnetOf } from './subnet.ts';

const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (typeof parsed === 'string') throw new Error(`${text}: ${parsed}`);
  return parsed;
};

describe('an address', () => {
  it.each([
    // RFC 4291, section 2.2
    ['ABCD:EF01:2345:6789:ABCD:EF01:2345:6789', 'abcd:ef01:2345:6789:abcd:ef01:2345:6789'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['FF01:0:0:0:0:0:0:101', 'ff01::101'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:13.1.68.3', '::13.1.68.3'],
    ['::FFFF:129.144.52.38', '::ffff:129.144.52.38'],
    // RFC 5952, section 4
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::AAAA', '2001:db8::aaaa'],
    ['192.0.2.255', '192.0.2.255'],
  ])('%s is written %s', (typed, canonical) => {
    expect(formatAddress(address(typed))).toBe(canonical);
    expect(address(fullText(address(typed)))).toEqual(address(typed));
  });

  it.each([
    ['', 'empty'],
    ['localhost', 'form'],
    ['1.2.3', 'octet-count'],
    ['1.2.3.4.5', 'octet-count'],
    ['1.2.3.256', 'octet-range'],
    ['010.1.2.3', 'octet-zeros'],
    ['1::2::3', 'two-gaps'],
    ['1:2:3', 'group-count'],
    ['1:2:3:4:5:6:7:8:9', 'group-count'],
    ['1:2:3:4::5:6:7:8', 'group-count'],
    ['12345::', 'group-form'],
    [':1::', 'group-form'],
    ['1.2.3.4::', 'group-form'],
    ['::1.2.3', 'octet-count'],
    ['fe80::1%eth0', 'zone'],
    [' 1.2.3.4', 'form'],
  ])('"%s" is none: %s', (typed, fault) => {
    expect(parseAddress(typed)).toBe(fault);
  });
});

/** Texts of every kind, right and wrong ones. */
const manyTexts = (): readonly string[] => {
  const random = randomOf(5_952);
  const pick = (most: number): number => integerBetween(random, 0, most);
  return Array.from({ length: 1_500 }, () => {
    if (pick(3) === 0) return Array.from({ length: 3 + pick(2) }, () => pick(270)).join('.');
    const groups = Array.from({ length: 5 + pick(4) }, () =>
      pick(1) === 0 ? '0' : pick(70_000).toString(16),
    );
    if (pick(2) === 0) groups.splice(pick(groups.length), pick(3), '', ...(pick(3) === 0 ? [''] : []));
    if (pick(4) === 0) groups.push('192.0.2.1');
    return groups.join(':');
  });
};

const python = `
import json, socket, sys
def judge(text):
  family = socket.AF_INET6 if ':' in text else socket.AF_INET
  try: packed = socket.inet_pton(family, text)
  except OSError: return None
  return [packed.hex(), socket.inet_ntop(family, packed)]
print(json.dumps([judge(text) for text in json.load(sys.stdin)]))
`;

// Others print some of the embedded addresses otherwise.
describe.runIf(process.platform === 'linux')('inet_pton and inet_ntop of this system', () => {
  it('take, refuse and print the same', () => {
    const texts = manyTexts();
    const answers = JSON.parse(
      execFileSync('python3', ['-c', python], { input: JSON.stringify(texts), encoding: 'utf8' }),
    ) as ([string, string] | null)[];
    const ours = texts.map((text) => {
      const parsed = parseAddress(text);
      return typeof parsed === 'string'
        ? null
        : [Buffer.from(parsed.bytes).toString('hex'), formatAddress(parsed)];
    });
    expect(answers.filter((answer) => answer === null).length).toBeGreaterThan(100);
    expect(answers.filter((answer) => answer !== null).length).toBeGreaterThan(100);
    texts.forEach((text, index) => expect([text, ours[index]]).toEqual([text, answers[index]]));
  }, 30_000);

  it('agree with ipaddress on networks', () => {
    const random = randomOf(4_291);
    const cases = Array.from({ length: 200 }, () => {
      const family = random() < 0.5 ? 4 : 6;
      let number = 0n;
      for (let word = 0; word < family * family - 12 * (family === 6 ? 1 : 0); word += 1)
        number = (number << 8n) | BigInt(integerBetween(random, 0, 255));
      const one = fromNumber(family, family === 4 ? number & 0xffff_ffffn : number);
      return { text: formatAddress(one), prefix: integerBetween(random, 0, family === 4 ? 32 : 128) };
    });
    const source = `
import ipaddress, json, sys
out = []
for case in json.load(sys.stdin):
  net = ipaddress.ip_network((case['text'], case['prefix']), strict=False)
  out.append([int(net.network_address).__str__(), int(net.netmask).__str__(), int(net.broadcast_address).__str__()])
print(json.dumps(out))
`;
    const answers = JSON.parse(
      execFileSync('python3', ['-c', source], { input: JSON.stringify(cases), encoding: 'utf8' }),
    ) as string[][];
    const decimal = ({ bytes }: Address): string =>
      BigInt(`0x${Buffer.from(bytes).toString('hex')}`).toString();
    cases.forEach(({ text, prefix }, index) => {
      const { network, mask, last } = subnetOf(address(text), prefix);
      expect([decimal(network), decimal(mask), decimal(last)]).toEqual(answers[index]);
    });
  }, 30_000);
});

describe('a network', () => {
  it('keeps two addresses back, but not of /31 and /32', () => {
    const hosts = (prefix: number) => subnetOf(address('192.168.1.23'), prefix).hosts;
    expect([24, 30, 31, 32, 0].map(hosts)).toEqual([254n, 2n, 2n, 1n, 2n ** 32n - 2n]);
    expect(subnetOf(address('2001:db8::'), 64).hosts).toBe(2n ** 64n);
    expect(formatAddress(subnetOf(address('192.168.1.23'), 20).last)).toBe('192.168.15.255');
  });

  it('is split into halves that join again', () => {
    for (const [text, prefix] of [
      ['10.1.2.3', 8],
      ['fe80::1', 64],
      ['1.2.3.4', 31],
    ] as const) {
      const whole = subnetOf(address(text), prefix);
      for (const half of split(whole) ?? []) expect(join(half)?.whole).toEqual(whole);
    }
    expect(split(subnetOf(address('1.2.3.4'), 24))?.map(networkText)).toEqual(['1.2.3.0/25', '1.2.3.128/25']);
    expect(split(subnetOf(address('1.2.3.4'), 32))).toBeUndefined();
    expect(join(subnetOf(address('::'), 0))).toBeUndefined();
  });

  it.each(['1.2.3.4/33', '::/129', '1.2.3.4/', '1.2.3.4/08', '1.2.3.4/8/8', '1.2.3.4/-1'])(
    'refuses the prefix of %s',
    (typed) => {
      expect(parseNetwork(typed)).toBe('prefix');
    },
  );

  it('has the name that IANA gives it', () => {
    const names = (text: string) => specialRanges(address(text)).map(({ name }) => name);
    expect(names('192.168.0.1')).toEqual(['Private-Use']);
    expect(names('192.0.0.9')).toEqual(['Port Control Protocol Anycast', 'IETF Protocol Assignments']);
    expect(names('255.255.255.255')).toEqual(['Limited Broadcast', 'Reserved']);
    expect(names('8.8.8.8')).toEqual([]);
    expect(names('172.32.0.1')).toEqual([]);
    expect(names('2001:db8::1')).toEqual(['Documentation', 'Global Unicast']);
    expect(names('4000::1')).toEqual([]);
    expect(names('fd00::1')).toEqual(['Unique-Local']);
    expect(names('::ffff:1.2.3.4')).toEqual(['IPv4-mapped Address']);
  });
});
