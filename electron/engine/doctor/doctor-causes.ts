/**
 * What the findings of the connection doctor mean. "Refused" comes from the device itself, so the way there is good and
 * nothing listens. Silence is what a firewall makes; but another subnet, or a VPN that took the route, is silent too.
 * "No way" in the own subnet means that nobody has that address now. Pure.
 */

import type { DoctorCause } from '../../../shared/model/device.ts';

export type TcpOutcome = 'connected' | 'refused' | 'silent' | 'no-way';

/** What came of one address. */
export interface Finding {
  readonly outcome: 'fine' | TcpOutcome | 'other-program' | 'key-changed' | 'failed';
  readonly isOwnSubnet: boolean;
  readonly isVpn: boolean;
  /** Another port of the same device answered, be it with a refusal. */
  readonly isThere: boolean;
}

const causesOfOne = ({ outcome, isOwnSubnet, isVpn, isThere }: Finding): readonly DoctorCause[] => {
  switch (outcome) {
    case 'fine':
      return ['fine'];
    case 'key-changed':
      return ['key-changed'];
    case 'connected':
    case 'other-program':
      return ['other-program'];
    case 'refused':
      return ['not-running-there'];
    case 'failed':
      return ['unknown'];
    case 'silent':
      if (isThere) return ['firewall-there'];
      if (isVpn) return isOwnSubnet ? ['firewall-there', 'vpn'] : ['vpn', 'other-subnet', 'firewall-there'];
      return isOwnSubnet ? ['firewall-there', 'not-running-there'] : ['other-subnet', 'firewall-there'];
    case 'no-way':
      if (isVpn) return ['vpn', ...(isOwnSubnet ? [] : (['other-subnet'] as const))];
      return isOwnSubnet ? ['not-running-there', 'firewall-there'] : ['other-subnet'];
  }
};

/** What is certain before what is likely; the own subnet says more than an address that leads elsewhere. */
const certainty: readonly Finding['outcome'][] = [
  'fine',
  'key-changed',
  'refused',
  'other-program',
  'connected',
  'failed',
  'silent',
  'no-way',
];

export const causesOf = (findings: readonly Finding[]): readonly DoctorCause[] => {
  const sorted = findings.toSorted(
    (one, other) =>
      certainty.indexOf(one.outcome) - certainty.indexOf(other.outcome) ||
      Number(other.isOwnSubnet) - Number(one.isOwnSubnet),
  );
  if (sorted[0]?.outcome === 'fine') return ['fine'];
  const causes = [...new Set(sorted.flatMap(causesOfOne))];
  const known = causes.filter((cause) => cause !== 'unknown');
  return known.length > 0 ? known : ['unknown'];
};
