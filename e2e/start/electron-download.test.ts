/**
 * `npm start` without a runtime: Electron's own installer, driven against a mirror of the test's own on loopback. What it
 * unpacks is a stand-in program that writes down its arguments and ends with 7.
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { fetchRuntime } from '../../electron/cli/start/fetch-runtime.ts';
import { needsSystem } from '../support/needs.ts';
import { plainUser } from '../support/plain-user.ts';
import { expectExit, programPath } from '../support/program.ts';
import type { Program } from '../support/program.ts';
import { useWorld } from '../support/world.ts';
import { zip } from './zip.ts';

const proves = 'npm start fetches the desktop runtime, or says why it cannot';
const user = plainUser(proves);
const system = needsSystem(['linux'], proves, 'has another layout of the runtime than the stand-in has');
const world = useWorld();

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')) as {
  version: string;
};
const archiveName = `electron-v${version}-${process.platform}-${process.arch}.zip`;
const stand = `#!/bin/sh\nprintf '%s\\n' "$@" >"$HEXDROP_TEST_NOTES"\nexit 7\n`;
const runtime = zip([
  { name: 'version', text: version, mode: 0o100644 },
  { name: 'electron', text: stand, mode: 0o100755 },
]);
const sums = (archive: Buffer): string =>
  `${createHash('sha256').update(archive).digest('hex')} *${archiveName}\n`;

interface Mirror {
  readonly url: string;
  readonly asked: readonly string[];
}

const mirror = async (onArchive: RequestListener, checksums = sums(runtime)): Promise<Mirror> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(basename(request.url ?? ''));
    if (request.url?.endsWith('SHASUMS256.txt') === true) response.end(checksums);
    else onArchive(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  world.keep({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
};

const sendAll: RequestListener = (_request, response) =>
  void response.setHeader('content-length', runtime.length).end(runtime);
const cutHalfWay: RequestListener = (_request, response) => {
  response.setHeader('content-length', runtime.length);
  response.write(runtime.subarray(0, runtime.length / 2), () => response.destroy());
};

/** Sends the file when it is let go. */
const mirrorThatHolds = async (): Promise<Mirror & { readonly letGo: () => void }> => {
  const held: (() => void)[] = [];
  const server = await mirror((_request, response) => {
    response.setHeader('content-length', runtime.length);
    response.flushHeaders();
    held.push(() => response.end(runtime));
  });
  return { ...server, letGo: () => held.forEach((send) => send()) };
};

/** Of a port that was free a moment ago. */
const deadAddress = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
};

interface Project {
  readonly path: string;
  readonly electron: string;
  readonly notes: string;
  start(url: string, ...args: string[]): Program;
}

/** A project of its own, as after `npm ci` and the build: the real installer and the real programs. */
const project = (): Project => {
  const path = world.folder('project');
  const modules = join(path, 'node_modules');
  const electron = join(modules, 'electron');
  cpSync(join(programPath, '../..'), join(path, 'dist'), { recursive: true });
  cpSync(join(root, 'node_modules/electron'), electron, {
    recursive: true,
    filter: (from) => !from.startsWith(join(root, 'node_modules/electron/dist')),
  });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== 'electron' && !name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
  const notes = join(world.folder('notes'), 'arguments');
  const folders = [
    path,
    world.folder('notes'),
    world.folder('cache'),
    world.folder('home'),
    world.folder('home-one'),
    world.folder('tmp'),
  ];
  user.owns(...folders);
  return {
    path,
    electron,
    notes,
    start: (url, ...args) =>
      world.device('one').start(args, {
        ...user.options,
        wrap: ([node = '', , ...words]) => [node, join(path, 'dist/cli/start.js'), ...words],
        env: {
          DISPLAY: ':77',
          HOME: world.folder('home'),
          TMPDIR: world.folder('tmp'),
          INIT_CWD: path,
          HEXDROP_TEST_NOTES: notes,
          ELECTRON_MIRROR: url,
          electron_use_remote_checksums: '1',
          electron_config_cache: world.folder('cache'),
        },
      }),
  };
};

const browser = ['--port', '0', '--host', '127.0.0.1', '--no-open'];

const expectBrowser = async (program: Program, reason: RegExp): Promise<void> => {
  await program.event('listening');
  const lines = program.stderr.split('\n');
  expect(lines[0]).toMatch(/^Fetching the runtime of Electron/);
  expect(lines[1]).toMatch(/^No desktop window, since .*: Hexdrop starts in the browser instead\.$/);
  expect(lines[1]).toMatch(reason);
  program.signal('SIGINT');
  expectExit(await program.end(), 130);
};

const expectWindow = async (program: Program, notes: string, args: readonly string[]): Promise<void> => {
  expectExit(await program.end(), 7);
  const [main = '', ...given] = readFileSync(notes, 'utf8').trimEnd().split('\n');
  expect(main).toMatch(/dist\/desktop\/main\.js$/);
  expect(given.slice(0, args.length)).toEqual(args);
};

describe.skipIf(!user.available || !system.available)('npm start without a runtime', () => {
  it('fetches it once and opens the window with what it was given', async () => {
    const { url, asked } = await mirror(sendAll);
    const { start, notes } = project();
    const first = start(url, 'some folder');
    await expectWindow(first, notes, ['some folder']);
    expect(first.stderr).toMatch(/^Fetching the runtime of Electron [^\n]*\n$/);
    const second = start(url, 'other');
    await expectWindow(second, notes, ['other']);
    expect(second.stderr).toBe('');
    expect(asked.filter((name) => name === archiveName)).toHaveLength(1);
    expect(readdirSync(world.folder('tmp'))).toEqual([]);
  });

  it('opens the browser when the checksum is wrong, and fetches again at the next start', async () => {
    const bad = await mirror(sendAll, sums(Buffer.from('another')));
    const { start, notes } = project();
    await expectBrowser(start(bad.url, ...browser), /checksum/);
    const good = await mirror(sendAll);
    await expectWindow(start(good.url, 'x'), notes, ['x']);
  });

  it('opens the browser when the connection is cut half-way, and fetches again at the next start', async () => {
    const bad = await mirror(cutHalfWay);
    const { start, notes } = project();
    await expectBrowser(start(bad.url, ...browser), /broke off/);
    const good = await mirror(sendAll);
    await expectWindow(start(good.url, 'x'), notes, ['x']);
  });

  it('opens the browser when the mirror lacks the file or refuses connections, and names what it did', async () => {
    const lacking = await mirror((_request, response) => void response.writeHead(404).end());
    const { start } = project();
    await expectBrowser(start(lacking.url, ...browser), /answers 404/);
    await expectBrowser(start(await deadAddress(), ...browser), /127\.0\.0\.1:\d+ refuses connections/);
  });

  it('opens the browser when its folder cannot be written', async () => {
    const { url } = await mirror(sendAll);
    const { start, electron } = project();
    writeFileSync(join(electron, 'dist'), 'a file is in the way');
    chmodSync(electron, 0o555);
    await expectBrowser(start(url, ...browser), /cannot be written/);
    chmodSync(electron, 0o755);
  });

  it('waits for the start that fetches it already, and downloads nothing itself', async () => {
    const { url, asked, letGo } = await mirrorThatHolds();
    const { start, notes } = project();
    const first = start(url, 'first');
    await expect.poll(() => asked.includes(archiveName), { timeout: 20_000 }).toBe(true);
    const second = start(url, 'second');
    await second.says(/this one waits for it/);
    letGo();
    expectExit(await first.end(), 7);
    await expectWindow(second, notes, []);
    expect(asked.filter((name) => name === archiveName)).toHaveLength(1);
  });

  it('ends with Ctrl-C while it waits, and the start that fetches goes on', async () => {
    const { url, asked, letGo } = await mirrorThatHolds();
    const { start, notes } = project();
    const first = start(url, 'first');
    await expect.poll(() => asked.includes(archiveName), { timeout: 20_000 }).toBe(true);
    const second = start(url, ...browser);
    await second.says(/this one waits for it/);
    second.signal('SIGINT');
    expectExit(await second.end(), 130);
    letGo();
    await expectWindow(first, notes, ['first']);
  });

  it('ends with Ctrl-C while it fetches, leaves nothing behind, and fetches at the next start', async () => {
    const stuck = await mirror((_request, response) => response.flushHeaders());
    const { start, notes, electron } = project();
    const program = start(stuck.url, ...browser);
    await expect.poll(() => stuck.asked.includes(archiveName), { timeout: 20_000 }).toBe(true);
    program.signal('SIGINT');
    expectExit(await program.end(), 130);
    expect(existsSync(join(electron, 'fetching.lock'))).toBe(false);
    expect(readdirSync(world.folder('tmp'))).toEqual([]);
    const good = await mirror(sendAll);
    await expectWindow(start(good.url, 'x'), notes, ['x']);
  });

  it('asks nobody for a runtime with --browser', async () => {
    const { url, asked } = await mirror(sendAll);
    const { start } = project();
    const program = start(url, '--browser', ...browser);
    await program.event('listening');
    expect(program.stderr).not.toContain('desktop window');
    expect(asked).toEqual([]);
    program.signal('SIGINT');
    expectExit(await program.end(), 130);
  });
});

describe('fetching the runtime', () => {
  it('gives up a mirror that sends nothing for as long as its patience lasts', async () => {
    const { url } = await mirror((_request, response) => response.flushHeaders());
    const { electron } = project();
    const fetched = await fetchRuntime({
      package: electron,
      env: {
        ...process.env,
        ELECTRON_MIRROR: url,
        electron_use_remote_checksums: '1',
        electron_config_cache: world.folder('cache'),
      },
      observer: join(programPath, '../download-observer.js'),
      isThere: () => false,
      onWait: () => {},
      onProgress: () => {},
      signal: new AbortController().signal,
      patienceMs: 2_000,
    });
    expect(fetched).toEqual({ kind: 'failed', reason: 'nothing came from the download server for 2 s' });
    expect(existsSync(join(electron, 'path.txt'))).toBe(false);
  });
});
