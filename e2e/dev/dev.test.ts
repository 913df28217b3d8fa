// `npm run dev` on a copy of the sources: the page by Vite behind the program's own gate, a change of the engine's side that is
// built and started, a change of the window that comes without either, and an end that leaves nothing.

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';

import { pageFromVite } from '../../build/dev/desktop-page.ts';
import { enter, openWindow, snapshot } from '../support/page.ts';
import type { Page } from '../support/page.ts';
import { useWorld } from '../support/world.ts';

const root = join(import.meta.dirname, '../..');
const world = useWorld('file');

const copied = ['electron', 'shared', 'renderer', 'build', 'dist', 'rolldown.config.ts', 'package.json'];
/** With exact times, or the build of the original would not be taken for that of the copy. */
const copyProject = (folder: string): string => {
  const names = [...copied, 'package-lock.json', 'tsconfig.base.json'].map((name) => join(root, name));
  const { status, stderr } = spawnSync('cp', ['-a', ...names, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
};

const edit = (file: string, from: string, to: string): void => {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
};

const isAlive = (group: number): boolean => {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
};

describe('npm run dev', () => {
  let folder = '';
  let dev: ChildProcess;
  let said = '';
  let page: Page;
  const read = (address: string, cookie = ''): Promise<Response> =>
    fetch(address, { headers: { Cookie: cookie }, redirect: 'manual' });

  beforeAll(async () => {
    folder = copyProject(world.folder('project'));
    // Of a group of its own, as a terminal starts it.
    dev = spawn(
      process.execPath,
      ['--import', 'tsx', 'build/dev.ts', '--browser', '--home', world.folder('home'), '--host', '127.0.0.1'],
      { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    world.keep({
      close: () => {
        if (isAlive(dev.pid ?? 0)) process.kill(-(dev.pid ?? 0), 'SIGKILL');
      },
    });
    for (const stream of [dev.stdout, dev.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const address = await vi.waitUntil(() => /is in the browser: (\S+)\n/u.exec(said)?.[1], {
      timeout: 30_000,
    });
    page = await enter(address);
  }, 90_000);

  it('serves the page by Vite, with a policy for what Vite puts into it and nothing else', async () => {
    const answer = await read(page.address, page.cookie);
    const html = await answer.text();
    expect(html).toContain('src="/@vite/client"');
    const nonce = /nonce="([\w-]+)"/u.exec(html)?.[1];
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'self' 'nonce-${nonce}';`);
    expect(policy).not.toContain('unsafe');
    const { origin } = new URL(page.address);
    const module = await read(`${origin}/main.tsx`);
    expect(module.headers.get('content-type')).toMatch(/javascript/u);
    const { value } = await snapshot(await openWindow(world, page));
    expect(value?.self).toBeDefined();
  });

  it('lets nobody in that the program would not', async () => {
    expect((await read(page.address)).status).toBe(401);
    const { origin } = new URL(page.address);
    const foreign = { method: 'POST', body: 'a key', headers: { Origin: 'http://example.com' } };
    expect((await fetch(`${origin}/enter`, foreign)).status).toBe(403);
    const socket = new WebSocket(`${page.address.replace(/^http/u, 'ws')}link`, {
      headers: { Origin: origin },
    });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('401');
  });

  it('shows a change of the window in the open page', async () => {
    const { origin } = new URL(page.address);
    const token = /wsToken = "([^"]+)"/u.exec(await (await read(`${origin}/@vite/client`)).text())?.[1];
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/?token=${token}`, 'vite-hmr');
    world.keep({ close: () => socket.terminate() });
    const told: string[] = [];
    socket.on('message', (data: Buffer) => told.push(data.toString()));
    await once(socket, 'open');
    await read(`${origin}/main.tsx`);
    edit(join(folder, 'renderer/main.tsx'), '\n', '\n// A change.\n');
    await expect.poll(() => told.join('\n')).toMatch(/"type":"(?:update|full-reload)"/u);
  });

  it('builds a change of the engine or its shells, starts them again, and lets in again who was let in', async () => {
    edit(
      join(folder, 'electron/headless/announce.ts'),
      'This address opens one browser',
      'One browser alone',
    );
    await expect.poll(() => said, { timeout: 60_000 }).toContain('One browser alone');
    const answer = await read(page.address, page.cookie);
    expect(answer.status).toBe(302);
    const address = new URL(answer.headers.get('location') ?? '', page.address).href;
    expect(address).not.toBe(page.address);
    const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';', 1);
    expect((await read(address, cookie)).status).toBe(200);
  }, 90_000);

  it('ends with Ctrl-C and leaves no process', async () => {
    const group = dev.pid ?? 0;
    process.kill(-group, 'SIGINT');
    const [code] = (await once(dev, 'exit')) as [number | null];
    expect(code).toBe(130);
    await expect.poll(() => isAlive(group)).toBe(false);
  });
});

describe('the desktop program of npm run dev', () => {
  it('takes its page and one socket from Vite, by changes that fit the sources as they are', async () => {
    const bundle = await rolldown({
      input: join(root, 'electron/desktop/main.ts'),
      platform: 'node',
      external: ['electron', /^node:/u, '@napi-rs/blake-hash'],
      plugins: [pageFromVite('http://127.0.0.1:5173', 'once')],
      logLevel: 'warn',
    });
    const { output } = await bundle.generate({ format: 'esm' });
    await bundle.close();
    const code = output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n');
    expect(code).toContain("script-src 'self' 'nonce-once'");
    expect(code).toContain("connect-src 'self' ws://127.0.0.1:5173");
    expect(code).toContain('fetch(request.url.replace(pageOrigin, "http://127.0.0.1:5173"))');
    expect(code).toContain('!details.url.startsWith("ws://127.0.0.1:5173/")');
  });
});
