/**
 * Examines this machine: whether others could reach it and files could arrive. Every check ends within its time, whatever
 * a disk, a name server or a program does, and all that is looked at comes in as an argument. How it is looked at is in the
 * files beside; what a finding means for a person is for the shells to say.
 */

import type { InterfaceKind } from '../../../../shared/model/device.ts';
import type { Link } from '../../../base/links.ts';
import type { FirewallState } from './firewall.ts';
import type { FolderState } from './folder.ts';
import type { PortState } from './port.ts';

export type MachineFinding =
  | 'network'
  | 'only-vpn'
  | 'no-network'
  | 'port-free'
  | 'port-hexdrop'
  | 'port-taken'
  | 'port-not-permitted'
  | 'port-unknown'
  | 'firewall-off'
  | 'firewall-on'
  | 'firewall-unknown'
  | 'devices-seen'
  | 'nobody-seen'
  | 'discovery-failed'
  | 'names-answered'
  | 'names-silent'
  | 'home-good'
  | 'home-open'
  | 'home-unwritable'
  | 'home-silent'
  | 'folder-good'
  | 'folder-unwritable'
  | 'folder-silent'
  | 'disk-room'
  | 'disk-little'
  | 'disk-full'
  | 'disk-unknown';

export interface MachineCheck {
  readonly check: 'interfaces' | 'port' | 'firewall' | 'discovery' | 'resolver' | 'home' | 'folder' | 'disk';
  /** "unsure" is no fault: something that a person may have to look at. */
  readonly outcome: 'good' | 'unsure' | 'bad';
  readonly finding: MachineFinding;
  /** What was looked at: addresses, a port, a folder, the name of a firewall. */
  readonly subject: string;
  /** What the system said, where it refused something. */
  readonly reason?: string;
  /** Bytes that are free, of `disk`. */
  readonly freeBytes?: number;
  /** Milliseconds, where they say something. */
  readonly tookMs?: number;
}

/** Rejections and answers that do not come in time are findings too. */
export interface MachineSources {
  links(): readonly Link[];
  kindOf(interfaceName: string): InterfaceKind;
  port(): Promise<PortState>;
  firewall(): Promise<FirewallState>;
  /** How many other devices announce themselves; rejects when the network takes no questions. */
  devices(): Promise<number>;
  /** Asks the resolver for a name that nobody has to know; false when nothing answered. */
  resolver(): Promise<boolean>;
  /** @param secret a file in it that nobody else may read */
  folder(path: string, secret?: string): Promise<FolderState>;
}

export interface MachineQuestion {
  readonly home: string;
  /** Where received files go. */
  readonly folder: string;
  readonly port: number;
}

/** A name server that answers does so within a second; systems ask up to four times. */
const resolverMs = 6_000;
/** A disk that wakes up takes some seconds. */
const diskMs = 5_000;
const otherMs = 5_000;

const littleBytes = 1_000_000_000;
const fullBytes = 10_000_000;

/** In the home: whoever can read it can pass for this device. */
const keyFile = 'identity.json';

/** Undefined when it takes longer. */
const within = <Value>(asked: Promise<Value>, timeMs: number): Promise<Value | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), timeMs);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
};

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Never rejects; settles within seconds. In the order in which a person would look. */
export const examineMachine = async (
  question: MachineQuestion,
  sources: MachineSources,
): Promise<readonly MachineCheck[]> => {
  const checks = await Promise.all([
    port(question, sources),
    firewall(sources),
    discovery(sources),
    resolver(sources),
    home(question, sources),
    folder(question, sources),
  ]);
  return [interfaces(sources), ...checks.flat()];
};

const interfaces = (sources: MachineSources): MachineCheck => {
  const found = sources.links();
  const subject = found
    .map(({ name, addresses }) => `${name} ${addresses.map(({ address }) => address).join(' ')}`)
    .join(', ');
  const check = { check: 'interfaces', subject } as const;
  const kinds = found.map(({ name }) => sources.kindOf(name));
  if (found.length === 0) return { ...check, outcome: 'bad', finding: 'no-network' };
  return kinds.every((kind) => kind === 'vpn' || kind === 'virtual')
    ? { ...check, outcome: 'unsure', finding: 'only-vpn' }
    : { ...check, outcome: 'good', finding: 'network' };
};

const port = async (question: MachineQuestion, sources: MachineSources): Promise<MachineCheck> => {
  const check = { check: 'port', subject: String(question.port) } as const;
  const state = await within(sources.port(), otherMs).catch(() => undefined);
  switch (state) {
    case 'free':
      return { ...check, outcome: 'good', finding: 'port-free' };
    case 'hexdrop':
      return { ...check, outcome: 'good', finding: 'port-hexdrop' };
    case 'taken':
      return { ...check, outcome: 'unsure', finding: 'port-taken' };
    case 'not-permitted':
      return { ...check, outcome: 'bad', finding: 'port-not-permitted' };
    case undefined:
      return { ...check, outcome: 'unsure', finding: 'port-unknown' };
  }
};

const firewall = async (sources: MachineSources): Promise<MachineCheck> => {
  const state = await within(sources.firewall(), otherMs).catch(() => undefined);
  const check = { check: 'firewall', subject: state?.name ?? '' } as const;
  switch (state?.isOn) {
    case true:
      return { ...check, outcome: 'unsure', finding: 'firewall-on' };
    case false:
      return { ...check, outcome: 'good', finding: 'firewall-off' };
    case undefined:
      return { ...check, outcome: 'unsure', finding: 'firewall-unknown' };
  }
};

const discovery = async (sources: MachineSources): Promise<MachineCheck> => {
  const check = { check: 'discovery' } as const;
  try {
    const count = (await within(sources.devices(), otherMs)) ?? 0;
    return count > 0
      ? { ...check, subject: String(count), outcome: 'good', finding: 'devices-seen' }
      : { ...check, subject: '0', outcome: 'unsure', finding: 'nobody-seen' };
  } catch (thrown) {
    return { ...check, subject: '', outcome: 'bad', finding: 'discovery-failed', reason: reasonOf(thrown) };
  }
};

const resolver = async (sources: MachineSources): Promise<MachineCheck> => {
  const startedMs = performance.now();
  const hasAnswered = (await within(sources.resolver(), resolverMs).catch(() => false)) === true;
  const check = {
    check: 'resolver',
    subject: '',
    tookMs: Math.round(performance.now() - startedMs),
  } as const;
  return hasAnswered
    ? { ...check, outcome: 'good', finding: 'names-answered' }
    : { ...check, outcome: 'unsure', finding: 'names-silent' };
};

const home = async (question: MachineQuestion, sources: MachineSources): Promise<MachineCheck> => {
  const subject = question.home;
  const check = { check: 'home', subject } as const;
  const state = await within(sources.folder(subject, keyFile), diskMs).catch(() => undefined);
  if (state === undefined) return { ...check, outcome: 'bad', finding: 'home-silent' };
  if (state.refusal !== undefined) {
    return { ...check, outcome: 'bad', finding: 'home-unwritable', reason: state.refusal };
  }
  return state.isOpenToOthers
    ? { ...check, outcome: 'bad', finding: 'home-open' }
    : { ...check, outcome: 'good', finding: 'home-good' };
};

const folder = async (
  question: MachineQuestion,
  sources: MachineSources,
): Promise<readonly MachineCheck[]> => {
  const subject = question.folder;
  const check = { check: 'folder', subject } as const;
  const state = await within(sources.folder(subject), diskMs).catch(() => undefined);
  if (state === undefined) return [{ ...check, outcome: 'bad', finding: 'folder-silent' }];
  const { freeBytes, refusal } = state;
  return [
    refusal === undefined
      ? { ...check, outcome: 'good', finding: 'folder-good' }
      : { ...check, outcome: 'bad', finding: 'folder-unwritable', reason: refusal },
    disk(subject, freeBytes),
  ];
};

const disk = (subject: string, freeBytes: number | undefined): MachineCheck => {
  const check = { check: 'disk', subject, ...(freeBytes === undefined ? {} : { freeBytes }) } as const;
  if (freeBytes === undefined) return { ...check, outcome: 'unsure', finding: 'disk-unknown' };
  if (freeBytes < fullBytes) return { ...check, outcome: 'bad', finding: 'disk-full' };
  return freeBytes < littleBytes
    ? { ...check, outcome: 'unsure', finding: 'disk-little' }
    : { ...check, outcome: 'good', finding: 'disk-room' };
};
