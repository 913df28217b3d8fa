/** The npm package, installed into an empty folder elsewhere: the command line moves files, the library's examples run. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';
import { beforeAll, describe, expect, it } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { encodeFrame } from '../../shared/protocol/codec.ts';
import { root } from '../desktop/desktop-app.ts';
import { lacking } from '../support/needs.ts';
import { expectExit } from '../support/program.ts';
import { useWorld } from '../support/world.ts';

const run = promisify(execFile);
const world = useWorld('file');

/** On Windows npm is a script of the shell, and so is what npm puts into a folder for the command. */
const isWindows = process.platform === 'win32';
const npm = (args: readonly string[], options: { readonly cwd?: string } = {}): Promise<unknown> =>
  isWindows
    ? run(
        'npm',
        args.map((word) => `"${word}"`),
        { ...options, shell: true },
      )
    : run('npm', args, options);

const proves = 'the npm package runs where nothing else of the project is';
const canInstall = await npm([
  'view',
  'valibot',
  'version',
  '--fetch-retries=0',
  '--fetch-timeout=5000',
]).then(
  () => true,
  ({ code }: { readonly code: unknown }) =>
    lacking(proves, code === 'ENOENT' ? 'npm is not installed' : 'the registry cannot be reached').available,
);

/** What docs/CLI.md tells is right to within this part of it. */
const sizeTolerance = 0.15;

/** Packed. */
const packedBudgetBytes = 1_500_000;

/** The examples of docs/LIBRARY.md by the word behind `js`. */
const examples = Object.fromEntries(
  [...readFileSync(join(root, 'docs/LIBRARY.md'), 'utf8').matchAll(/```js (\w+)\n(.*?)```/gs)].map(
    ([, name = '', code = '']) => [name, code],
  ),
);

describe.skipIf(!canInstall)('the npm package', () => {
  let folder = '';
  let archive = '';
  let program = '';
  beforeAll(async () => {
    folder = world.folder('elsewhere');
    await npm(['pack', '--pack-destination', world.path], { cwd: root });
    archive = join(world.path, readdirSync(world.path).find((name) => name.endsWith('.tgz')) ?? '');
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    await npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', archive], { cwd: folder });
    program = join(folder, 'node_modules', isWindows ? `hexdrop/${manifest.bin.hexdrop}` : '.bin/hexdrop');
  }, 180_000);

  it('is small, and holds the manual page, but neither the desktop program nor tests', () => {
    const { size } = lstatSync(archive);
    expect(size).toBeLessThan(packedBudgetBytes);
    const told = /The npm package has ([\d.]+) MB/.exec(readFileSync(join(root, 'docs/CLI.md'), 'utf8'))?.[1];
    expect(Math.abs(size / 1e6 / Number(told) - 1)).toBeLessThan(sizeTolerance);
    const installed = join(folder, 'node_modules', 'hexdrop');
    const names = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /desktop|\.test\.|start\.js|(?<!\.d)\.ts$/.test(name))).toEqual([]);
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      '@napi-rs',
      'hexdrop',
      'valibot',
    ]);
    expect(readFileSync(join(installed, 'dist/man/hexdrop.1'), 'utf8')).toContain('.TH HEXDROP 1');
  });

  it('tells its version, and moves a folder between two homes', async () => {
    const told = isWindows ? run(process.execPath, [program, '--version']) : run(program, ['--version']);
    expect((await told).stdout).toBe(`hexdrop ${manifest.version}\n`);
    const source = world.folder('photos');
    writeFileSync(join(source, 'a.txt'), 'content');
    const target = world.folder('in');
    const wrap = (command: readonly string[]): string[] => [command[0] ?? '', program, ...command.slice(2)];
    const receiver = await world.device('bob').listen(['receive', '--yes', '--dir', target], { wrap });
    const sent = await world.device('ada').run(['send', source, '--to', receiver.address], { wrap });
    expectExit(sent, 0);
    expect(readFileSync(join(target, 'photos', 'a.txt'), 'utf8')).toBe('content');
  });

  it('has types that a strict program compiles with', async () => {
    const code = `import { FrameParser, decodeMessage, type Payload } from 'hexdrop/protocol';
const seen: string[] = [];
new FrameParser({
  header() {},
  payload() {},
  frame(header, payload) {
    const message = decodeMessage(header, payload ?? new Uint8Array());
    if (message.type === 'HELLO') seen.push(message.payload.alias);
  },
});
// @ts-expect-error -- a LIST asks for a path, which is text
const wrong: Payload<'LIST'> = { path: 7 };
export { seen, wrong };
`;
    writeFileSync(join(folder, 'program.ts'), code);
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const options = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      '',
      'program.ts',
    ];
    await run(process.execPath, [compiler, ...options], { cwd: folder });
  });

  it('answers a PING with the server of the documentation', async () => {
    writeFileSync(join(folder, 'server.mjs'), examples['server'] ?? '');
    const server = spawn(process.execPath, ['server.mjs'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    world.keep({ close: () => void server.kill() });
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    const socket = connect(Number(String(port)), '127.0.0.1');
    world.keep({ close: () => void socket.destroy() });
    const ping = encodeFrame('PING', { id: 0 }, {});
    // One byte in the first write: a parser that took an event for a message would fail here.
    socket.write(ping.subarray(0, 1));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(ping.subarray(1));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.equals(encodeFrame('PONG', { id: 0 }, {}))).toBe(true);
  });

  it('checks a capture with the example of the documentation', async () => {
    writeFileSync(join(folder, 'check.mjs'), examples['check'] ?? '');
    const frame = encodeFrame('PING', { id: 0 }, {});
    writeFileSync(join(folder, 'good.bin'), Buffer.concat([frame, frame]));
    writeFileSync(
      join(folder, 'bad.bin'),
      Buffer.concat([frame, Buffer.from('garbage'), frame.subarray(0, 20)]),
    );
    const good = await run(process.execPath, ['check.mjs', 'good.bin'], { cwd: folder });
    expect(good.stdout.match(/PING/g)).toHaveLength(2);
    const bad = run(process.execPath, ['check.mjs', 'bad.bin'], { cwd: folder });
    await expect(bad).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('7 bytes') as string,
    });
  });

  const browser = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  const hasBrowser =
    existsSync(browser) || lacking('the library runs in a page', `${browser} is not there`).available;

  it.skipIf(!hasBrowser)('takes a frame apart in a page with the example of the documentation', async () => {
    const library = readFileSync(join(folder, 'node_modules/hexdrop/dist/protocol/index.js'));
    const page = `<!doctype html><script type="importmap">{"imports":{"hexdrop/protocol":"./library.js"}}</script>
<body><script type="module">${examples['dissector']}</script>`;
    const server = createServer((request, response) => {
      const isLibrary = request.url === '/library.js';
      response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(isLibrary ? library : page);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    world.keep({ close: () => void server.close() });
    const chrome = await chromium.launch({
      executablePath: browser,
      chromiumSandbox: process.getuid?.() !== 0,
    });
    world.keep({ close: () => chrome.close() });
    const tab = await chrome.newPage();
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const magic = tab.getByRole('row', { name: /^magic/ });
    await magic.getByRole('cell', { name: '48 58 44 31', exact: true }).waitFor();
    await chrome.close();
  });
});
