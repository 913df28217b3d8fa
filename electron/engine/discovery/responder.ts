/** Which of our records answer what somebody asks (RFC 6762, section 6; RFC 6763, section 12). Pure. */

import type { HeardQuestions, OwnRecords, MdnsRecord } from '../mdns/service.ts';
import { serviceName, servicesName } from '../mdns/service.ts';

export interface Response {
  readonly answers: readonly MdnsRecord[];
  readonly additionals: readonly MdnsRecord[];
}

/** Everything at once: whoever hears it need not ask again. */
export const announcement = ({ pointer, service, text, addresses }: OwnRecords): Response => ({
  answers: [pointer, service, text, ...addresses],
  additionals: [],
});

/** Takes back this service. The host's addresses stay: another process of this device may announce the same ones. */
export const goodbye = ({ pointer, service, text }: OwnRecords): Response => ({
  answers: [pointer, service, text].map((record) => ({ ...record, ttl: 0 })),
  additionals: [],
});

const nameOf = (record: MdnsRecord): string => record.name.toLowerCase();

/** Undefined when nothing is asked that we know. */
export const responseTo = (
  { questions, knownInstances }: HeardQuestions,
  own: OwnRecords,
): Response | undefined => {
  const { pointer, service, text, addresses } = own;
  const instance = nameOf(service);
  const answers = new Set<MdnsRecord>();
  for (const { name, type } of questions) {
    const asks = (...types: readonly string[]): boolean => type === 'ANY' || types.includes(type);
    if (name === serviceName && asks('PTR') && !knownInstances.has(instance)) answers.add(pointer);
    if (name === servicesName && asks('PTR')) {
      answers.add({ type: 'PTR', name: servicesName, ttl: pointer.ttl, data: serviceName });
    }
    if (name === instance && asks('SRV')) answers.add(service);
    if (name === instance && asks('TXT')) answers.add(text);
    for (const address of addresses) {
      if (name === nameOf(address) && asks(address.type)) answers.add(address);
    }
  }
  if (answers.size === 0) return undefined;
  const others = answers.has(pointer) || answers.has(service) ? [service, text, ...addresses] : [];
  return { answers: [...answers], additionals: others.filter((record) => !answers.has(record)) };
};
