// Where the benchmark runs: as root on Linux in namespaces of its own, else in the host's.
//
// The network namespace has only a loopback interface, with cubic as congestion control: some systems default to
// BBR, which caps loopback and hides good from bad. It is anonymous, and comes with a process namespace whose end
// is the end of every process in it: nothing has to be deleted, and nothing stays even after SIGKILL.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Surroundings {
  /** Put before the command line of the program that shall run there. */
  readonly prefix: readonly string[];
  /** What the report says about it. */
  readonly network: string;
}

const unshare = ['unshare', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];

// sshd as root insists on /run/sshd. The mount namespace is private, so the host does not see this one.
const prepare = [
  'ip link set lo up',
  ...['127.0.0.0/8', '127.0.0.1'].map(
    (to) =>
      `ip route replace local ${to} dev lo table local congctl cubic proto kernel scope host src 127.0.0.1`,
  ),
  '{ [ -d /run/sshd ] || { mount -t tmpfs tmpfs /run && mkdir /run/sshd; }; }',
].join(' && ');

export function findSurroundings(): Surroundings {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return hostSurroundings('only root can make a network namespace');
  }
  const prefix = [...unshare, 'sh', '-c', `${prepare} && exec "$@"`, 'sh'];
  const trial = spawnSync(prefix[0] ?? '', [...prefix.slice(1), 'true'], { encoding: 'utf8' });
  if (trial.status !== 0) {
    const reason = trial.error?.message ?? trial.stderr.trim().split('\n')[0] ?? '';
    return hostSurroundings(`no network namespace here: ${reason}`);
  }
  return { prefix, network: 'a network namespace of its own, loopback, cubic' };
}

function hostSurroundings(reason: string): Surroundings {
  return { prefix: [], network: `the host's namespace, loopback, ${hostCongestionControl()} (${reason})` };
}

function hostCongestionControl(): string {
  try {
    return readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim();
  } catch {
    return 'unknown congestion control';
  }
}
