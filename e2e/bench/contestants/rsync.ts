// rsync to its own daemon: no encryption, one checksum over each file. It is asked to keep what Hexdrop keeps: times
// and permissions, not owners.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, installed, missingPrograms } from '../processes.ts';
import type { Contestant } from './contestant.ts';

/** Without these the daemon of root would write as nobody. */
const asRoot = ['uid = root', 'gid = root'];

export const rsync: Contestant = {
  name: 'rsync',
  cases: ['file', 'files'],
  missing: () => missingPrograms('rsync'),
  prepare: async ({ caseName, source, landing, scratch, startService }) => {
    const program = installed('rsync');
    const port = await freePort();
    const config = join(scratch, 'rsyncd.conf');
    mkdirSync(scratch, { recursive: true });
    writeFileSync(
      config,
      [
        `log file = ${join(scratch, 'rsyncd.log')}`,
        'use chroot = no',
        'reverse lookup = no',
        ...(process.getuid?.() === 0 ? asRoot : []),
        '[landing]',
        `path = ${landing}`,
        'read only = no',
        '',
      ].join('\n'),
    );
    const daemon = startService({
      file: program,
      args: ['--daemon', '--no-detach', `--config=${config}`, '--address=127.0.0.1', `--port=${port}`],
    });
    await daemon.listensOn(port);
    const what = caseName === 'files' ? ['--recursive'] : [];
    return {
      command: {
        file: program,
        args: [...what, '--times', '--perms', source, `rsync://127.0.0.1:${port}/landing/`],
      },
    };
  },
};
