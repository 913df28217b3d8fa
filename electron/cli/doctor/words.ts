/** What the findings of `hexdrop doctor` mean for a person, and what to do. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { DoctorCause, DoctorStep } from '../../../shared/model/device.ts';
import type { MachineCheck, MachineFinding } from '../../engine/doctor.ts';
import { formatBytes, formatCounted } from '../terminal/format.ts';

export interface Words {
  readonly says: string;
  readonly remedy?: string;
}

const machineWords: Readonly<Record<MachineFinding, (check: MachineCheck, port: number) => Words>> = {
  network: ({ subject }) => ({ says: `In a network: ${displayName(subject)}.` }),
  'only-vpn': ({ subject }) => ({
    says: `Only VPNs and virtual networks: ${displayName(subject)}.`,
    remedy:
      'Devices beside this one are reached by a cable or a Wi-Fi. Containers see the network of their host with "--network host".',
  }),
  'no-network': () => ({
    says: 'This machine is in no network.',
    remedy: 'Plug in the cable or join a Wi-Fi.',
  }),
  'port-free': ({ subject }) => ({ says: `Port ${subject} is free to listen on.` }),
  'port-hexdrop': ({ subject }) => ({ says: `Hexdrop listens on port ${subject}.` }),
  'port-taken': ({ subject }) => ({
    says: `Another program listens on port ${subject}.`,
    remedy:
      'Without --port, one of the next twenty is used; whoever types the address has to type the port too.',
  }),
  'port-not-permitted': ({ subject }) => ({
    says: `This user may not listen on port ${subject}.`,
    remedy: 'Choose a port from 1024 on.',
  }),
  'port-unknown': ({ subject }) => ({ says: `Whether port ${subject} is free could not be found out.` }),
  'firewall-off': ({ subject }) => ({ says: `The firewall is off (${subject}).` }),
  'firewall-on': ({ subject }, port) => ({
    says: `A firewall is on: ${subject}. Whether it lets Hexdrop pass is not known.`,
    remedy: firewallRemedies[subject]?.(port) ?? 'Allow Hexdrop in it to take connections.',
  }),
  'firewall-unknown': (_check, port) => ({
    says: 'Whether a firewall is on cannot be known without rights.',
    remedy: `Should others not reach this machine: it must let TCP ${port} pass, and UDP 5353 to be found.`,
  }),
  'devices-seen': ({ subject }) => ({
    says: `Announcements pass: ${formatCounted(Number(subject), 'other device')} seen.`,
  }),
  'nobody-seen': () => ({
    says: 'No other device announces itself now.',
    remedy:
      'If one should: is it in the same subnet, and does the Wi-Fi keep its guests apart? It can be reached by its address.',
  }),
  'discovery-failed': ({ reason = '' }) => ({
    says: `Nobody can be asked who is on the network: ${displayName(reason)}`,
    remedy: 'Devices can be reached by their address.',
  }),
  'names-answered': ({ tookMs = 0 }) => ({ says: `The name server answers (${tookMs} ms).` }),
  'names-silent': () => ({
    says: 'No name server answers.',
    remedy: 'Addresses work all the same, and so do the names of devices that are announced or known.',
  }),
  'home-good': ({ subject }) => ({ says: `The home can be written: ${displayName(subject)}.` }),
  'home-open': ({ subject }) => ({
    says: `Other users of this machine can change the home, or read the key of this device in it: ${displayName(subject)}.`,
    remedy: 'chmod -R go-rwx on that folder.',
  }),
  'home-unwritable': ({ subject, reason = '' }) => ({
    says: `The home cannot be written: ${displayName(subject)} (${displayName(reason)}).`,
    remedy:
      'Until it can, new devices and broken transfers are remembered only as long as the program runs. --home names another.',
  }),
  'home-silent': ({ subject }) => ({
    says: `The disk of the home does not answer: ${displayName(subject)}.`,
  }),
  'folder-good': ({ subject }) => ({ says: `Files can be received into ${displayName(subject)}.` }),
  'folder-unwritable': ({ subject, reason = '' }) => ({
    says: `Nothing can be received into ${displayName(subject)} (${displayName(reason)}).`,
    remedy: 'Choose another folder with --dir, or change its rights.',
  }),
  'folder-silent': ({ subject }) => ({ says: `The disk of ${displayName(subject)} does not answer.` }),
  'disk-room': ({ freeBytes = 0 }) => ({ says: `${formatBytes(freeBytes)} are free there.` }),
  'disk-little': ({ freeBytes = 0 }) => ({ says: `Only ${formatBytes(freeBytes)} are free there.` }),
  'disk-full': ({ freeBytes = 0 }) => ({
    says: `The disk is full: ${formatBytes(freeBytes)} are free there.`,
  }),
  'disk-unknown': () => ({ says: 'How much is free there, the system does not tell.' }),
};

const firewallRemedies: Readonly<Record<string, (port: number) => string>> = {
  ufw: (port) => `sudo ufw allow ${port}/tcp && sudo ufw allow 5353/udp`,
  firewalld: (port) =>
    `sudo firewall-cmd --add-port=${port}/tcp --add-service=mdns, and again with --permanent`,
  'Windows Defender Firewall': () =>
    'Windows asks when Hexdrop listens for the first time: allow it in private networks. Later: "Allow an app through Windows Firewall".',
  macOS: () => 'System Settings, Network, Firewall, Options: let Hexdrop take connections.',
};

export const wordsOfCheck = (check: MachineCheck, port: number): Words =>
  machineWords[check.finding](check, port);

const stepNames: Readonly<Record<DoctorStep['tried'], string>> = {
  resolve: 'look up the name',
  route: 'find a way there',
  dial: 'dial',
  'dial-other-port': 'dial another port',
  handshake: 'shake hands',
  'same-subnet': 'same subnet',
  interfaces: 'own interfaces',
};

export const wordsOfStep = ({ tried, subject, tookMs }: DoctorStep): string =>
  [stepNames[tried], displayName(subject), tookMs === undefined ? '' : `(${tookMs} ms)`]
    .filter((part) => part !== '')
    .join(' ');

/** The same as in the window (renderer/views/devices/doctor-text.ts), for a terminal. */
export const causeWords: Readonly<Record<DoctorCause, Words>> = {
  fine: { says: 'Everything works: the device answers.' },
  'firewall-there': {
    says: 'A firewall on the other device drops the connection.',
    remedy: 'Allow Hexdrop there (TCP, the port after the colon); on Windows set the network to "Private".',
  },
  'not-running-there': {
    says: 'Hexdrop does not run on the other device, or on another port.',
    remedy: 'Start it there, and compare the port. "hexdrop doctor" examines that machine.',
  },
  'other-subnet': {
    says: 'The two devices are in different networks, or the Wi-Fi keeps its guests apart.',
    remedy: 'Bring both into the same network, or turn off client isolation in the router.',
  },
  vpn: {
    says: 'A VPN takes the traffic another way.',
    remedy: 'Pause it, or allow access to the local network in its settings.',
  },
  'no-network': { says: 'This machine is in no network.', remedy: 'Plug in the cable or join a Wi-Fi.' },
  'name-unknown': {
    says: 'Nobody in this network knows the name.',
    remedy: 'Check the spelling, or type the address in numbers.',
  },
  'name-server-silent': {
    says: 'The name server of this network does not answer.',
    remedy: 'Type the address in numbers, or the name of a device that is announced.',
  },
  'other-program': { says: 'Another program answers at this address.', remedy: 'Compare the port.' },
  'key-changed': {
    says: 'The device answers with another key than before.',
    remedy: 'Ask its owner whether Hexdrop was set up anew; --accept-new-key of the next command trusts it.',
  },
  unknown: {
    says: 'No cause stands out.',
    remedy: 'Start Hexdrop again on both sides, and try the address in numbers.',
  },
};
