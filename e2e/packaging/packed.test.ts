/** What `npm run dist -- --dir` packs, over stand-ins for Electron's runtime: its files, its fuses, its size, and that it runs. */

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extractAll, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { chromium } from '@playwright/test';
import { beforeAll, describe, expect, it } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { bonjourServices, fuses } from '../../build/packaging/config.ts';
import { macLauncher, windowsLauncher } from '../../build/packaging/launchers.ts';
import { addonBinary } from '../../build/packaging/stage.ts';
import { serviceName } from '../../electron/engine/mdns/service.ts';
import { ShimApp, root } from '../desktop/desktop-app.ts';
import { makeHome, quietly } from '../desktop/home.ts';
import { chromiumNeed, chromiumOptions } from '../support/chromium.ts';
import { lacking, needsSystem } from '../support/needs.ts';
import { expectExit } from '../support/program.ts';
import { useWorld } from '../support/world.ts';
import { linuxRuntime, macRuntime, windowsRuntime } from './stand-in-runtime.ts';

const run = promisify(execFile);
const world = useWorld('file');

/** What docs/CLI.md tells is right to within this part of it. */
const sizeTolerance = 0.15;

/** Everything but Electron's runtime: bundles, page, icons, addon. */
const budgetBytes = 8_000_000;

const dist = async (name: string, runtime: string, ...args: string[]): Promise<string> => {
  const output = world.folder(name);
  const command = ['build/dist.ts', '--dir', `--electron-dist=${runtime}`, `--output=${output}`, ...args];
  await run(process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), ...command], { cwd: root });
  return output;
};

/** The addon of another platform comes from the registry: without a network there is nothing to be proved about it. */
const isOffline = (thrown: unknown): boolean =>
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(String((thrown as { stderr?: string }).stderr));

const distOrSkip = async (
  skip: (reason: string) => void,
  ...[name, runtime, ...args]: Parameters<typeof dist>
): Promise<string> => {
  try {
    return await dist(name, runtime, ...args);
  } catch (thrown) {
    if (!isOffline(thrown)) throw thrown;
    const { reason } = lacking(`the desktop program is packed for ${name}`, 'the registry cannot be reached');
    skip(reason);
    throw thrown;
  }
};

const filesOf = (archive: string): string[] =>
  listPackage(archive, { isPack: false }).map((name) => name.replaceAll('\\', '/').slice(1));

const bytesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => lstatSync(join(folder, name)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);

const expectFuses = async (electron: string): Promise<void> => {
  const wire = await getCurrentFuseWire(electron);
  // The wire is text: one digit a fuse.
  const state = (isOn: boolean): number => (isOn ? '1' : '0').charCodeAt(0);
  expect({
    runAsNode: wire[FuseV1Options.RunAsNode],
    enableCookieEncryption: wire[FuseV1Options.EnableCookieEncryption],
    enableNodeOptionsEnvironmentVariable: wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable],
    enableNodeCliInspectArguments: wire[FuseV1Options.EnableNodeCliInspectArguments],
    enableEmbeddedAsarIntegrityValidation: wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation],
    onlyLoadAppFromAsar: wire[FuseV1Options.OnlyLoadAppFromAsar],
    loadBrowserProcessSpecificV8Snapshot: wire[FuseV1Options.LoadBrowserProcessSpecificV8Snapshot],
    grantFileProtocolExtraPrivileges: wire[FuseV1Options.GrantFileProtocolExtraPrivileges],
  }).toEqual(Object.fromEntries(Object.entries(fuses).map(([name, isOn]) => [name, state(isOn)])));
};

const expectOwnAddonAlone = (archive: string, name: string): void => {
  const addons = filesOf(archive).filter((file) => file.endsWith('.node'));
  expect(addons).toHaveLength(1);
  expect(addons[0]).toContain(`node_modules/${name}/`);
  expect(existsSync(join(`${archive}.unpacked`, addons[0] ?? ''))).toBe(true);
};

// A script in the place of Electron's binary, and links to the launcher.
const linux = needsSystem(['linux'], 'the program that is packed for Linux runs', 'does not run it');

describe.skipIf(!linux.available)('what is packed for Linux', () => {
  let folder = '';
  let archive = '';
  beforeAll(async () => {
    const output = await dist('linux', linuxRuntime(world.folder('linux-runtime')), '--linux', '--x64');
    folder = join(output, 'linux-unpacked');
    archive = join(folder, 'resources', 'app.asar');
  }, 120_000);

  it('has the fuses of the configuration', () => expectFuses(join(folder, 'hexdrop')));

  it('is the programs, the page, what Wireshark is given, and one addon', () => {
    const top = new Set(filesOf(archive).map((file) => file.split('/').slice(0, 2).join('/')));
    expect([...top].toSorted()).toEqual([
      'LICENSE',
      'dist',
      'dist/cli',
      'dist/desktop',
      'dist/headless',
      'dist/renderer',
      'dist/wireshark',
      'node_modules',
      'node_modules/@napi-rs',
      'package.json',
    ]);
    expectOwnAddonAlone(archive, addonBinary('linux', 'x64'));
  });

  it('holds no test, source, map or script for developers', () => {
    const names = filesOf(archive).filter((file) =>
      /\.(?:ts|tsx|map|md)$|\.test\.|dist\/cli\/start\.js/.test(file),
    );
    expect(names).toEqual([]);
  });

  it('stays within its budget, and has the size that docs/CLI.md tells', () => {
    const bytes = lstatSync(archive).size + bytesBelow(`${archive}.unpacked`);
    expect(bytes).toBeLessThan(budgetBytes);
    const page = readFileSync(join(root, 'docs/CLI.md'), 'utf8');
    const told = /The desktop program has ([\d.]+) MB/.exec(page)?.[1];
    expect(Math.abs(bytes / 1e6 / Number(told) - 1)).toBeLessThan(sizeTolerance);
  });

  it('keeps the languages of the program and no other', () => {
    expect(readdirSync(join(folder, 'locales')).toSorted()).toEqual(['en-US.pak', 'zh-CN.pak']);
  });

  describe('the command line in it', () => {
    let launcher = '';
    let env: Record<string, string> = {};
    beforeAll(() => {
      // As /usr/bin/hexdrop is: a link to a link.
      const links = world.folder('links');
      symlinkSync(join(folder, 'resources/bin/hexdrop'), join(links, 'alternative'));
      launcher = join(links, 'hexdrop');
      symlinkSync('alternative', launcher);
      const unpacked = world.folder('for-commands');
      extractAll(archive, unpacked);
      // Nothing is drawn: there is no display, and nobody who shows the windows of the shim.
      env = {
        STAND_IN_MAIN: join(unpacked, 'dist/desktop/main.js'),
        DISPLAY: '',
        WAYLAND_DISPLAY: '',
      };
    });
    const wrap = (command: readonly string[]): string[] => [launcher, ...command.slice(2)];
    const call = (
      ...args: string[]
    ): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
      spawnSync(launcher, args, { encoding: 'utf8', env: { ...process.env, ...env } });

    it('tells its version on standard output, and what is wrong with its exit code', () => {
      expect(call('--version')).toMatchObject({
        status: 0,
        stdout: `hexdrop ${manifest.version}\n`,
        stderr: '',
      });
      const wrong = call('receive', '--yse');
      expect([wrong.status, wrong.stdout]).toEqual([2, '']);
      expect(wrong.stderr).toContain('Did you mean --yes?');
    });

    it('moves a folder', async () => {
      const source = world.folder('photos');
      writeFileSync(join(source, 'a.txt'), 'content');
      const target = world.folder('in');
      const receiver = await world
        .device('bob')
        .listen(['receive', '--yes', '--once', '--dir', target], { wrap, env });
      const sent = await world.device('ada').run(['send', source, '--to', receiver.address], { wrap, env });
      expectExit(sent, 0);
      expectExit(await receiver.program.end(), 0);
      expect(readFileSync(join(target, 'photos', 'a.txt'), 'utf8')).toBe('content');
    });

    it('finds the page of its browser shell', async () => {
      const program = world
        .device('max')
        .start(['ui', '--no-open', '--port', '0', '--host', '127.0.0.1'], { wrap, env });
      const { url } = await program.event('listening');
      expect((await fetch(String(url))).status).toBe(200);
      program.signal('SIGTERM');
      expectExit(await program.end(), 130);
    });

    it('ends with 130 when it is interrupted', async () => {
      const { program } = await world.device('eve').listen(['receive', '--yes'], { wrap, env });
      program.signal('SIGINT');
      expectExit(await program.end(), 130);
    });
  });

  const need = chromiumNeed('the packed program opens its window');
  it.skipIf(!need.available)('opens its window and draws its page from the archive alone', async () => {
    const unpacked = world.folder('extracted');
    extractAll(archive, unpacked);
    const main = join(unpacked, 'dist/desktop/main.js');
    const browser = world.keep(await chromium.launch(chromiumOptions(need.path)));
    const home = makeHome(world.folder('home'));
    const app = world.keep(new ShimApp(browser, { home, args: quietly, main }));
    const page = await app.page();
    await page.getByRole('main').waitFor();
    await app.close();
  });
});

describe('what is packed for Windows', () => {
  it('has the fuses, the addon of Windows alone, and the hash of its archive in the executable', async ({
    skip,
  }) => {
    const output = await distOrSkip(
      skip,
      'windows',
      windowsRuntime(world.folder('windows-runtime')),
      '--windows',
      '--x64',
    );
    const executable = join(output, 'win-unpacked', 'Hexdrop.exe');
    await expectFuses(executable);
    expectOwnAddonAlone(join(output, 'win-unpacked/resources/app.asar'), addonBinary('win32', 'x64'));
    expect(readFileSync(join(output, 'win-unpacked/resources/bin/hexdrop.cmd'), 'latin1')).toBe(
      windowsLauncher,
    );
    expect(readFileSync(executable, 'latin1')).toContain('"file":"resources\\\\app.asar","alg":"SHA256"');
  }, 120_000);
});

const packsForMac = needsSystem(
  ['linux', 'darwin'],
  'the desktop program is packed for macOS',
  'is refused by electron-builder',
);

describe.skipIf(!packsForMac.available)('what is packed for macOS', () => {
  it('has the fuses, the addon of its architecture alone, and says what it wants of the system', async ({
    skip,
  }) => {
    const output = await distOrSkip(skip, 'mac', macRuntime(world.folder('mac-runtime')), '--mac', '--arm64');
    const bundle = join(output, 'mac-arm64', 'Hexdrop.app');
    await expectFuses(bundle);
    expectOwnAddonAlone(join(bundle, 'Contents/Resources/app.asar'), addonBinary('darwin', 'arm64'));
    const launcher = join(bundle, 'Contents/Resources/bin/hexdrop');
    expect(readFileSync(launcher, 'utf8')).toBe(macLauncher);
    expect(lstatSync(launcher).mode & 0o111).toBe(0o111);
    const plist = readFileSync(join(bundle, 'Contents/Info.plist'), 'utf8');
    for (const wanted of [
      '<key>NSLocalNetworkUsageDescription</key>',
      `<key>NSBonjourServices</key>\n    <array>\n      <string>${bonjourServices[0]}</string>`,
      '<key>ElectronAsarIntegrity</key>',
      '<string>public.folder</string>',
      '<key>CFBundleURLSchemes</key>\n        <array>\n          <string>hexdrop</string>',
    ]) {
      expect(plist).toContain(wanted);
    }
    expect(`${bonjourServices[0]}.local`).toBe(serviceName);
  }, 120_000);
});
