// scp and scp -r, with the system's defaults, to an sshd of the benchmark's own: its host key, its user key, its port.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort, installed, missingPrograms } from '../processes.ts';
import type { Contestant } from './contestant.ts';

function missing(): string | undefined {
  const absent = missingPrograms('scp', 'ssh', 'sshd', 'ssh-keygen');
  if (absent === undefined && process.getuid?.() === 0 && !existsSync('/run/sshd')) {
    return 'sshd refuses to start as root without /run/sshd';
  }
  return absent;
}

export const scp: Contestant = {
  name: 'scp',
  cases: ['file', 'files'],
  missing,
  prepare: async ({ caseName, source, landing, scratch, startService }) => {
    const port = await freePort();
    mkdirSync(scratch, { recursive: true, mode: 0o700 });
    const hostKey = join(scratch, 'host-key');
    const userKey = join(scratch, 'user-key');
    for (const key of [hostKey, userKey]) {
      execFileSync(installed('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    }
    const serverConfig = join(scratch, 'sshd_config');
    writeLines(serverConfig, [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${userKey}.pub`,
      'StrictModes no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'PidFile none',
      'Subsystem sftp internal-sftp',
    ]);
    const clientConfig = join(scratch, 'ssh_config');
    writeLines(clientConfig, [
      `Port ${port}`,
      `IdentityFile ${userKey}`,
      'BatchMode yes',
      'StrictHostKeyChecking no',
      'UserKnownHostsFile /dev/null',
    ]);
    const server = startService({ file: installed('sshd'), args: ['-D', '-e', '-f', serverConfig] });
    await server.listensOn(port);
    const what = caseName === 'files' ? ['-r'] : [];
    return {
      command: {
        file: installed('scp'),
        args: ['-q', '-F', clientConfig, ...what, source, `${userInfo().username}@127.0.0.1:${landing}/`],
      },
    };
  },
};

function writeLines(path: string, lines: readonly string[]): void {
  writeFileSync(path, `${lines.join('\n')}\n`);
}
