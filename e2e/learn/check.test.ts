// `hexdrop learn check` against servers that students might write: a good one passes, a naive one fails where it deserves to,
// and one that answers nonsense or nothing at all does no harm.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { fakeCall } from '../../electron/cli/testing/fake-world.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const children: ChildProcess[] = [];
const servers: { readonly server: Server; readonly sockets: Socket[] }[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const startPython = async (program: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'hexdrop-course-'));
  folders.push(folder);
  const child = spawn('python3', [join(import.meta.dirname, 'servers', program), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return `127.0.0.1:${port.toString().trim()}`;
};

const startServer = async (onSocket: (socket: Socket) => void): Promise<string> => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  servers.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
};

const check = async (address: string) => {
  const call = fakeCall(['learn', 'check', address, '--json']);
  const code = await call.run();
  const events = call.stdout.events;
  return {
    code,
    failed: events
      .filter(({ event, passed }) => event === 'check' && passed === false)
      .map((each) => each['check']),
    faults: events.flatMap((each) => (typeof each['fault'] === 'string' ? [each['fault']] : [])),
    last: events.at(-1),
  };
};

describe('hexdrop learn check', () => {
  it.runIf(hasPython)(
    'passes a server that frames, limits and refuses',
    async () => {
      const { code, failed, faults, last } = await check(await startPython('good.py'));
      expect({ failed, faults }).toEqual({ failed: [], faults: [] });
      expect(code).toBe(0);
      expect(last).toMatchObject({ event: 'checked', passed: 12, failed: 0 });
    },
    60_000,
  );

  it.runIf(hasPython)(
    'fails a naive server where it deserves to',
    async () => {
      const { code, failed } = await check(await startPython('naive.py'));
      expect(code).toBe(1);
      expect(failed).toEqual(
        expect.arrayContaining(['sticky', 'byte-by-byte', 'two-clients', 'path-outside']),
      );
      expect(failed).not.toContain('list');
      expect(failed).not.toContain('quit');
    },
    180_000,
  );

  it('is not hurt by a server that claims a frame of 4 GiB, or talks on and on', async () => {
    const { code, failed, faults } = await check(
      await startServer((socket) => {
        const noise = Buffer.alloc(65_536, 0xff);
        const talk = (): void => {
          while (!socket.destroyed && socket.write(noise));
        };
        socket.on('drain', talk);
        talk();
      }),
    );
    expect(code).toBe(1);
    expect(failed).toHaveLength(12);
    expect(faults[0]).toMatch(/claims 4294967295 bytes; at most 16777216 are allowed/u);
  }, 60_000);

  it('says when the server ends the connection instead of answering', async () => {
    const { failed, faults } = await check(await startServer((socket) => socket.end()));
    expect(failed).toHaveLength(12);
    expect(faults[0]).toMatch(/The server ended the connection where The answer to PUT should be/u);
  }, 60_000);

  it('exits with 4 when nothing answers, and with 2 for a call that it does not know', async () => {
    const address = await startServer(() => {});
    const { server } = servers[0] as (typeof servers)[number];
    server.close();
    await once(server, 'close');
    const nobody = fakeCall(['learn', 'check', address]);
    expect(await nobody.run()).toBe(4);
    expect(nobody.stderr.text).toContain('Does the file server run');
    expect(await fakeCall(['learn', 'check', '127.0.0.1']).run()).toBe(2);
    expect(await fakeCall(['learn', 'teach', address]).run()).toBe(2);
  });
});
