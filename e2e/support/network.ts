/**
 * A network of two machines: two network namespaces joined by a pair of virtual Ethernet devices, with IPv4, IPv6 or
 * both. Multicast works between them, which it does not on loopback. Made by root alone; removed with the test.
 */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lacking, needs } from './needs.ts';
import type { Need } from './needs.ts';
import type { Closable } from './stage.ts';

export type Families = 'IPv4' | 'IPv6' | 'IPv4 and IPv6';

export interface Machine {
  /** Of its one interface to the other machine. */
  readonly interfaceName: string;
  /** Runs a program there; for the options of a program. */
  readonly wrap: (command: readonly string[]) => readonly string[];
  /**
   * The same where a name server is set up that never answers: what is sent to it is lost. Whoever waits for it waits
   * longer than any test. `folder` is one of the test's own.
   */
  withDeadNameServer(folder: string): { readonly wrap: Machine['wrap'] };
}

export interface Network extends Closable {
  readonly machines: readonly [Machine, Machine];
}

/** In the network of the machines, but none of them. */
const deadServer = '10.77.0.99';

/** Several test files may run at once, and one may make several networks. */
let count = 0;

const run = (command: string): void => {
  const [file = '', ...args] = command.split(' ');
  const { status, stderr, error } = spawnSync(file, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`);
};

/** The kernel looks at a cable in its own time, and tells no addresses of an interface without one. */
const awaitCarrier = (namespace: string): void => {
  for (const startedMs = performance.now(); performance.now() - startedMs < 5_000;) {
    const { stdout } = spawnSync('ip', ['-n', namespace, 'link', 'show', namespace], { encoding: 'utf8' });
    if (/state UP/.test(stdout)) return;
  }
  throw new Error(`${namespace} does not come up`);
};

const remove = (namespace: string): void => {
  spawnSync('ip', ['netns', 'del', namespace]);
};

/** Throws when the system does not permit it. */
export const makeNetwork = (families: Families): Network => {
  count += 1;
  // Names of interfaces have at most 15 characters.
  const name = `hxd${process.pid.toString(36)}${count}`;
  const namespaces = [`${name}a`, `${name}b`] as const;
  const hasIPv4 = families !== 'IPv6';
  const hasIPv6 = families !== 'IPv4';
  const close = (): void => namespaces.forEach(remove);
  try {
    for (const namespace of namespaces) {
      run(`ip netns add ${namespace}`);
      run(`ip -n ${namespace} link set lo up`);
      // An address is usable at once, not after a second of looking whether somebody has it.
      run(`ip netns exec ${namespace} sysctl -qw net.ipv6.conf.default.accept_dad=0`);
      if (!hasIPv6) run(`ip netns exec ${namespace} sysctl -qw net.ipv6.conf.default.disable_ipv6=1`);
    }
    const [first, second] = namespaces;
    run(`ip link add ${first} netns ${first} type veth peer name ${second} netns ${second}`);
    namespaces.forEach((namespace, index) => {
      if (hasIPv4) run(`ip -n ${namespace} addr add 10.77.0.${index + 1}/24 dev ${namespace}`);
      run(`ip -n ${namespace} link set ${namespace} up`);
    });
    namespaces.forEach(awaitCarrier);
  } catch (thrown) {
    close();
    throw thrown;
  }
  const machine = (namespace: string): Machine => {
    const wrap = (command: readonly string[]): readonly string[] => [
      'ip',
      'netns',
      'exec',
      namespace,
      ...command,
    ];
    return {
      interfaceName: namespace,
      wrap,
      withDeadNameServer: (folder) => {
        // Nobody has this hardware address; without it the system would find out at once that nobody is there.
        run(`ip -n ${namespace} neigh replace ${deadServer} lladdr 02:00:00:00:00:63 dev ${namespace}`);
        const path = join(folder, `resolv.conf of ${namespace}`);
        writeFileSync(path, `nameserver ${deadServer}\noptions timeout:30 attempts:5\n`);
        // "ip netns exec" gives the program a view of the mounts that is its own.
        const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
        return { wrap: (command) => wrap(['sh', '-c', script, path, ...command]) };
      },
    };
  };
  return { machines: [machine(namespaces[0]), machine(namespaces[1])], close };
};

export const networkNeed = (proves: string): Need => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return lacking(proves, 'only root on Linux can make network namespaces');
  const ip = needs('ip', proves);
  if (!ip.available) return ip;
  try {
    void makeNetwork('IPv4 and IPv6').close();
    return ip;
  } catch (thrown) {
    return lacking(proves, `no network namespaces here: ${thrown instanceof Error ? thrown.message : ''}`);
  }
};
