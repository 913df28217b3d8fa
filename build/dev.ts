/**
 * `npm run dev`: for who works on Hexdrop. A change of the window is in the open page at once (Vite); a change of main, engine
 * or command line is bundled and the program starts again. The program is the desktop window where Electron's runtime is
 * there, else, or with `--browser`, the browser shell; further arguments go to it. Ctrl-C ends all of it.
 *
 * What is wider here than in a build: the page's content security policy takes the scripts and styles that Vite puts into it,
 * and its socket; who can reach this machine's loopback can read the sources from Vite. Keys and cookies hold as ever.
 */

import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watch } from 'rolldown';
import { createServer } from 'vite';

import { findDesktopRuntime, machineFiles } from '../electron/cli/start/desktop-runtime.ts';
import programs from '../rolldown.config.ts';
import { pageFromVite } from './dev/desktop-page.ts';
import { Front } from './dev/front.ts';
import { Shell } from './dev/shell.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const renderer = join(root, 'renderer');
const given = process.argv.slice(2);
const args = given.filter((argument) => argument !== '--browser');

// The first start has everything at hand, and the browser shell reads the built page's icon and names.
execFileSync(
  process.execPath,
  [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'build/programs.ts')],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
const runtime = findDesktopRuntime({
  root,
  env: process.env,
  platform: process.platform,
  userId: process.getuid?.(),
  ...machineFiles,
});
const isDesktop = runtime.kind === 'ready' && args.length === given.length;

const nonce = randomBytes(16).toString('base64url');
const front = new Front(renderer, nonce);
const vite = await createServer({
  configFile: join(renderer, 'vite.config.ts'),
  plugins: isDesktop ? [] : [front.plugin()],
  cacheDir: join(root, 'node_modules/.cache/vite-dev'),
  clearScreen: false,
  html: { cspNonce: nonce },
  server: {
    host: '127.0.0.1',
    cors: false,
    fs: { allow: [root, realpathSync(join(root, 'node_modules'))] },
    // The page of the desktop program has an origin of its own.
    ...(isDesktop ? { hmr: { protocol: 'ws', host: '127.0.0.1' } } : {}),
  },
});
await vite.listen();
const { origin } = new URL(vite.resolvedUrls?.local[0] ?? '');

const shell = new Shell(
  runtime.kind === 'ready' && isDesktop
    ? { executable: runtime.executable, args: [runtime.main, ...args], cwd: root }
    : {
        executable: process.execPath,
        args: [join(root, 'dist/cli/hexdrop.js'), 'ui', '--no-open', '--port', '0', ...args],
        cwd: root,
      },
  heard,
  (code) => {
    if (code === 0) void end(0);
    else console.error('The program has ended; the next change starts it again.');
  },
);

/** Editors save several files one after the other, and each begins a build that empties the folder of the program. */
const settlesMs = 200;
let settling: NodeJS.Timeout | undefined;
/** What was built last is no whole program. */
let hasFailed = false;
let starting = Promise.resolve();
let isFirst = true;
let isEnding = false;
const watcher = watch(
  programs.map((options) => ({
    ...options,
    cwd: root,
    logLevel: 'warn',
    plugins: [options.plugins, ...(isDesktop ? [pageFromVite(origin, nonce)] : [])],
  })),
);
watcher.on('event', async (event) => {
  switch (event.code) {
    case 'START':
      hasFailed = false;
      return clearTimeout(settling);
    case 'BUNDLE_END':
      return event.result.close();
    case 'ERROR':
      hasFailed = true;
      console.error(event.error.message);
      return event.result.close();
    case 'END':
      settling = setTimeout(() => {
        if (!hasFailed) starting = starting.then(startAgain);
      }, settlesMs);
      return undefined;
    default:
      return undefined;
  }
});
// The terminal sends Ctrl-C to the program as well.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void end(128 + (signal === 'SIGINT' ? 2 : 15)));

async function startAgain(): Promise<void> {
  if (isEnding) return;
  front.backend = undefined;
  await shell.stop();
  if (isEnding) return;
  shell.start();
  if (!isFirst) console.log('Built; the program starts again.');
  isFirst = false;
}

/** A line of the program. The address that it tells is its own; people go to Vite. */
function heard(line: string): void {
  const [address] = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]+/u.exec(line) ?? [];
  if (address === undefined) return console.log(line);
  const { host, hash } = new URL(address);
  const isStarted = front.backend?.host !== host;
  front.backend = { host, key: hash.slice(1) };
  if (isStarted) vite.ws.send({ type: 'full-reload' });
  console.log(line.replace(address, `${origin}/${hash}`));
}

async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await Promise.all([shell.stop(), watcher.close(), vite.close()]);
  process.exit(code);
}
