/**
 * Whether this machine has a firewall that is on, where that can be known without rights: on Linux what the usual front
 * ends write down (rules of the kernel are for root alone to see), on macOS and Windows what the system's own says. Whether
 * it lets Hexdrop pass is not known by that.
 */

import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';

export interface FirewallState {
  /** "ufw", "firewalld", "Windows Defender Firewall"; empty where none is known. */
  readonly name: string;
  /** Undefined where it cannot be known. */
  readonly isOn: boolean | undefined;
}

export interface FirewallSources {
  /** Content of a file; undefined where it is not there or may not be read. */
  readonly read: (path: string) => Promise<string | undefined>;
  readonly exists: (path: string) => Promise<boolean>;
  /** Standard output of a program; undefined when it cannot be run, fails, or takes too long. */
  readonly ask: (program: string, args: readonly string[]) => Promise<string | undefined>;
}

const unknown: FirewallState = { name: '', isOn: undefined };

/** Never rejects. */
export const firewallState = (
  platform: NodeJS.Platform = process.platform,
  sources: FirewallSources = system,
): Promise<FirewallState> => {
  switch (platform) {
    case 'linux':
      return ofLinux(sources);
    case 'darwin':
      return ofMac(sources);
    case 'win32':
      return ofWindows(sources);
    default:
      return Promise.resolve(unknown);
  }
};

const ofLinux = async ({ read, exists }: FirewallSources): Promise<FirewallState> => {
  // Made when it starts, and removed when it ends.
  if (await exists('/run/firewalld')) return { name: 'firewalld', isOn: true };
  const ufw = await read('/etc/ufw/ufw.conf');
  const enabled = /^\s*ENABLED\s*=\s*["']?(yes|no)/im.exec(ufw ?? '')?.[1];
  if (enabled === undefined) return unknown;
  // Off, it says nothing about rules that somebody else made.
  return enabled.toLowerCase() === 'yes' ? { name: 'ufw', isOn: true } : unknown;
};

const ofMac = async ({ ask }: FirewallSources): Promise<FirewallState> => {
  const name = 'macOS';
  const told = await ask('/usr/libexec/ApplicationFirewall/socketfilterfw', ['--getglobalstate']);
  const state = /State = (\d)/.exec(told ?? '')?.[1];
  return { name, isOn: state === undefined ? undefined : state !== '0' };
};

/** Networks that were not called private are public, and the rules for those are the ones that keep others out. */
const windowsProfiles = ['PublicProfile', 'StandardProfile'];

const ofWindows = async ({ ask }: FirewallSources): Promise<FirewallState> => {
  const key = String.raw`HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`;
  const answers = await Promise.all(
    windowsProfiles.map((profile) => ask('reg', ['query', `${key}\\${profile}`, '/v', 'EnableFirewall'])),
  );
  const states = answers.map((told) => /EnableFirewall\s+REG_DWORD\s+0x(\d+)/.exec(told ?? '')?.[1]);
  const isOn = states.every((state) => state === undefined)
    ? undefined
    : states.some((state) => state !== undefined && state !== '0');
  return { name: 'Windows Defender Firewall', isOn };
};

const askMs = 3_000;

const system: FirewallSources = {
  read: (path) => readFile(path, 'utf8').catch(() => undefined),
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  ask: (program, args) =>
    new Promise((done) => {
      execFile(program, [...args], { timeout: askMs, windowsHide: true }, (error, stdout) => {
        done(error === null ? stdout : undefined);
      });
    }),
};
