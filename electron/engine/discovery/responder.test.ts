import { describe, expect, it } from 'vitest';
import { lan } from '../../base/testing/links.ts';
import { goodbye, responseTo } from './responder.ts';
import { hostNameOf, instanceNameOf, recordsOf, serviceName, servicesName } from '../mdns/service.ts';
import type { OwnRecords, OwnService } from '../mdns/service.ts';

const own: OwnService = {
  deviceId: 'ab'.repeat(32),
  alias: 'desk',
  kind: 'desktop',
  platform: 'linux',
  port: 7,
  host: '::',
};
const recordsOnLan = (): OwnRecords => {
  const found = recordsOf(own, lan, 60);
  if (found === undefined) throw new Error('nothing to announce');
  return found;
};
const records = recordsOnLan();
const instance = instanceNameOf(own);
const host = hostNameOf(own);

const typesOf = (name: string, type: string, known: readonly string[] = []): readonly string[] | undefined =>
  responseTo({ questions: [{ name, type }], knownInstances: new Set(known) }, records)?.answers.map(
    (answer) => answer.type,
  );

describe('an answer', () => {
  it('brings all that is needed to dial', () => {
    const response = responseTo(
      { questions: [{ name: serviceName, type: 'PTR' }], knownInstances: new Set() },
      records,
    );
    expect(response?.answers).toEqual([records.pointer]);
    expect(response?.additionals).toEqual([records.service, records.text, ...records.addresses]);
  });

  it.each([
    [serviceName, 'ANY', ['PTR']],
    [servicesName, 'PTR', ['PTR']],
    [instance, 'SRV', ['SRV']],
    [instance, 'TXT', ['TXT']],
    [instance, 'ANY', ['SRV', 'TXT']],
    [host, 'A', ['A']],
    [host, 'AAAA', ['AAAA', 'AAAA']],
  ])('to %s %s has the records of that name and type', (name, type, types) => {
    expect(typesOf(name, type)).toEqual(types);
  });

  it.each([
    ['_http._tcp.local', 'PTR'],
    [serviceName, 'SRV'],
    [host, 'TXT'],
    ['other.local', 'A'],
  ])('is not given to %s %s', (name, type) => {
    expect(typesOf(name, type)).toBeUndefined();
  });

  it('is not given to who knows it', () => {
    expect(typesOf(serviceName, 'PTR', [instance])).toBeUndefined();
    expect(typesOf(serviceName, 'PTR', ['other'])).toEqual(['PTR']);
  });
});

it('a goodbye takes back the service and not the addresses, which another process may announce', () => {
  const { answers } = goodbye(records);
  expect(answers.map(({ type, ttl }) => `${type} ${ttl}`)).toEqual(['PTR 0', 'SRV 0', 'TXT 0']);
});
