import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';

import { httpAnswer } from '../../net/refusal.ts';
import { firewallState } from './firewall.ts';
import type { FirewallSources } from './firewall.ts';
import { folderState } from './folder.ts';
import { portState } from './port.ts';

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});
const scratch = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'hexdrop-machine-'));
  made.push(path);
  return path;
};

describe('a folder', () => {
  it('is written into, and left as it was', async () => {
    const folder = scratch();
    expect(await folderState(folder)).toMatchObject({ refusal: undefined, isOpenToOthers: false });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that is not there yet is not made, and has the room of the one above it', async () => {
    const folder = join(scratch(), 'not', 'yet');
    const { refusal, freeBytes } = await folderState(folder);
    expect([refusal, existsSync(folder)]).toEqual([undefined, false]);
    expect(freeBytes).toBeGreaterThan(0);
  });

  describe.skipIf(process.platform === 'win32')('is open to others', () => {
    const open = async (path: string, secret?: string): Promise<boolean> =>
      (await folderState(path, secret)).isOpenToOthers;

    it('where they may change it, not where they may only look', async () => {
      const folder = scratch();
      chmodSync(folder, 0o755);
      expect(await open(folder)).toBe(false);
      chmodSync(folder, 0o775);
      expect([await open(folder), await open(join(folder, 'to be made'))]).toEqual([true, false]);
    });

    it('where they may read its secret', async () => {
      const folder = scratch();
      const key = join(folder, 'key');
      expect(await open(folder, 'key')).toBe(false);
      writeFileSync(key, '', { mode: 0o600 });
      expect(await open(folder, 'key')).toBe(false);
      chmodSync(key, 0o640);
      expect([await open(folder, 'key'), await open(folder)]).toEqual([true, false]);
    });
  });

  it('that is a file says why nothing can be put there', async () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    expect((await folderState(file)).refusal).toMatch(/ENOTDIR|ENOENT/);
  });
});

const listening = async (answer: (server: Server) => void): Promise<number> => {
  const server = createServer();
  answer(server);
  await new Promise<void>((done) => {
    server.listen(0, () => done());
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
};

describe('a port', () => {
  it('that nobody has is free, and still is after it was looked at', async () => {
    expect([await portState(0), await portState(0)]).toEqual(['free', 'free']);
  });

  it('that Hexdrop listens on is told apart from one of another program', async () => {
    const ours = await listening((server) =>
      server.on('connection', (socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end(httpAnswer(1)));
      }),
    );
    const other = await listening((server) => server.on('connection', (socket) => socket.destroy()));
    expect([await portState(ours), await portState(other)]).toEqual(['hexdrop', 'taken']);
  });
});

describe('a firewall', () => {
  const sources = (told: {
    files?: Record<string, string>;
    output?: (program: string, args: readonly string[]) => string | undefined;
  }): FirewallSources => ({
    read: async (path) => told.files?.[path],
    exists: async (path) => told.files?.[path] !== undefined,
    ask: async (program, args) => told.output?.(program, args),
  });

  it.each([
    [{}, { name: '', isOn: undefined }],
    [{ '/etc/ufw/ufw.conf': '# x\nENABLED=yes\nLOGLEVEL=low\n' }, { name: 'ufw', isOn: true }],
    // Others may have made rules: only the kernel knows, and tells root.
    [{ '/etc/ufw/ufw.conf': 'ENABLED=no\n' }, { name: '', isOn: undefined }],
    [{ '/run/firewalld': '' }, { name: 'firewalld', isOn: true }],
  ] as const)('of Linux with %j', async (files, expected) => {
    expect(await firewallState('linux', sources({ files }))).toEqual(expected);
  });

  it.each([
    ['Firewall is enabled. (State = 1)', true],
    ['Firewall is blocking all non-essential incoming connections. (State = 2)', true],
    ['Firewall is disabled. (State = 0)', false],
    [undefined, undefined],
  ])('of macOS that says %j', async (told, isOn) => {
    expect(await firewallState('darwin', sources({ output: () => told }))).toEqual({ name: 'macOS', isOn });
  });

  const answer = (value: string): string => `\r\nHKEY...\r\n    EnableFirewall    REG_DWORD    ${value}\r\n`;
  it.each([
    [{ PublicProfile: '0x1', StandardProfile: '0x0' }, true],
    [{ PublicProfile: '0x0', StandardProfile: '0x0' }, false],
    [{}, undefined],
  ])('of Windows whose registry says %j', async (profiles, isOn) => {
    const output = (_program: string, args: readonly string[]): string | undefined => {
      const name = args[1]?.split('\\').at(-1) ?? '';
      const value = (profiles as Record<string, string>)[name];
      return value === undefined ? undefined : answer(value);
    };
    expect((await firewallState('win32', sources({ output }))).isOn).toBe(isOn);
  });
});
