// nginx and curl over TLS 1.3, one kept-alive connection, their own defaults otherwise: what people use who fetch.

import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { freePort, installed, missingPrograms } from '../processes.ts';
import { listFiles } from '../sources.ts';
import { writeCertificate } from './certificate.ts';
import type { Contestant, Job } from './contestant.ts';

export const https: Contestant = {
  name: 'https',
  cases: ['file', 'files'],
  missing: () => missingPrograms('nginx', 'curl'),
  prepare: async (job) => {
    const port = await freePort();
    const { keyPath, certificatePath } = await writeCertificate(job.scratch);
    const config = join(job.scratch, 'nginx.conf');
    writeFileSync(config, nginxConfig(job, port, keyPath, certificatePath));
    const server = job.startService({
      file: installed('nginx'),
      args: ['-p', job.scratch, '-c', config, '-e', join(job.scratch, 'error.log')],
    });
    await server.listensOn(port);
    const requests = join(job.scratch, 'requests');
    writeFileSync(requests, curlConfig(job, port));
    return {
      command: {
        file: installed('curl'),
        args: ['--silent', '--show-error', '--fail', '--cacert', certificatePath, '--config', requests],
      },
    };
  },
};

/** One process, which is the one that was started: a master would leave its worker behind if it were killed. */
function nginxConfig(job: Job, port: number, keyPath: string, certificatePath: string): string {
  const temporaryPaths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => {
    mkdirSync(join(job.scratch, kind), { recursive: true });
    return `${kind}_temp_path ${join(job.scratch, kind)};`;
  });
  return `
daemon off;
master_process off;
pid ${join(job.scratch, 'nginx.pid')};
events {}
http {
  ${temporaryPaths.join('\n  ')}
  access_log off;
  sendfile on;
  keepalive_requests ${job.files + 1};
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${certificatePath};
    ssl_certificate_key ${keyPath};
    ssl_protocols TLSv1.3;
    root ${dirname(job.source)};
  }
}
`;
}

/** One curl fetches all files, one after the other. */
function curlConfig({ caseName, source, landing }: Job, port: number): string {
  const top = basename(source);
  const paths = caseName === 'file' ? [top] : listFiles(source).map((path) => join(top, path));
  return [
    'create-dirs',
    ...paths.flatMap((path) => [
      `url = "https://127.0.0.1:${port}/${path}"`,
      `output = "${join(landing, path)}"`,
    ]),
    '',
  ].join('\n');
}
