import { describe, expect, it, vi } from 'vitest';

import type { Link } from '../../../base/links.ts';
import { examineMachine } from './examination.ts';
import type { MachineCheck, MachineSources } from './examination.ts';
import type { FolderState } from './folder.ts';

const wired: Link = {
  name: 'eth0',
  zone: 'eth0',
  addresses: [{ address: '192.168.1.7', family: 'IPv4', prefixLength: 24 }],
};
const room: FolderState = { refusal: undefined, isOpenToOthers: false, freeBytes: 50_000_000_000 };
const never = (): Promise<never> => new Promise(() => {});
const refused = (): Promise<never> => Promise.reject(new Error('EPERM'));

const healthy: MachineSources = {
  links: () => [wired],
  kindOf: () => 'ethernet',
  port: () => Promise.resolve('free'),
  firewall: () => Promise.resolve({ name: 'macOS', isOn: false }),
  devices: () => Promise.resolve(2),
  resolver: () => Promise.resolve(true),
  folder: () => Promise.resolve(room),
};

const question = { home: '/home/ann/.config/hexdrop', folder: '/home/ann/Downloads', port: 18520 };

const examined = (sources: Partial<MachineSources>): Promise<readonly MachineCheck[]> =>
  examineMachine(question, { ...healthy, ...sources });

const found = async (
  check: MachineCheck['check'],
  sources: Partial<MachineSources>,
): Promise<readonly [string, string]> => {
  const told = (await examined(sources)).find((each) => each.check === check);
  return [told?.outcome ?? '', told?.finding ?? ''];
};

const homeIs = (state: Partial<FolderState>): Partial<MachineSources> => ({
  folder: (path) => Promise.resolve(path === question.home ? { ...room, ...state } : room),
});
const folderIs = (state: Partial<FolderState>): Partial<MachineSources> => ({
  folder: (path) => Promise.resolve(path === question.folder ? { ...room, ...state } : room),
});

describe('an examination of this machine', () => {
  it('finds everything good where it is, and tells what it looked at', async () => {
    const checks = await examined({});
    expect(checks.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 8 }, () => 'good'));
    expect(checks.map(({ subject }) => subject).join(' ')).toContain('eth0 192.168.1.7');
    expect(checks.at(-1)).toMatchObject({ check: 'disk', freeBytes: 50_000_000_000 });
  });

  it.each([
    ['interfaces', { links: () => [] }, ['bad', 'no-network']],
    ['interfaces', { kindOf: () => 'vpn' }, ['unsure', 'only-vpn']],
    ['port', { port: () => Promise.resolve('hexdrop') }, ['good', 'port-hexdrop']],
    ['port', { port: () => Promise.resolve('taken') }, ['unsure', 'port-taken']],
    ['port', { port: () => Promise.resolve('not-permitted') }, ['bad', 'port-not-permitted']],
    ['port', { port: refused }, ['unsure', 'port-unknown']],
    ['firewall', { firewall: () => Promise.resolve({ name: 'ufw', isOn: true }) }, ['unsure', 'firewall-on']],
    [
      'firewall',
      { firewall: () => Promise.resolve({ name: '', isOn: undefined }) },
      ['unsure', 'firewall-unknown'],
    ],
    ['firewall', { firewall: refused }, ['unsure', 'firewall-unknown']],
    ['discovery', { devices: () => Promise.resolve(0) }, ['unsure', 'nobody-seen']],
    ['discovery', { devices: refused }, ['bad', 'discovery-failed']],
    ['resolver', { resolver: () => Promise.resolve(false) }, ['unsure', 'names-silent']],
    ['resolver', { resolver: refused }, ['unsure', 'names-silent']],
    ['home', homeIs({ isOpenToOthers: true }), ['bad', 'home-open']],
    ['home', homeIs({ refusal: 'EROFS' }), ['bad', 'home-unwritable']],
    ['folder', folderIs({ refusal: 'EACCES' }), ['bad', 'folder-unwritable']],
    // A folder that others may look into is their business.
    ['folder', folderIs({ isOpenToOthers: true }), ['good', 'folder-good']],
    ['disk', folderIs({ freeBytes: 0 }), ['bad', 'disk-full']],
    ['disk', folderIs({ freeBytes: 500_000_000 }), ['unsure', 'disk-little']],
    ['disk', folderIs({ freeBytes: undefined }), ['unsure', 'disk-unknown']],
  ] as readonly (readonly [MachineCheck['check'], Partial<MachineSources>, readonly [string, string]])[])(
    'of %s, case %#, says what it means',
    async (check, sources, expected) => {
      expect(await found(check, sources)).toEqual(expected);
    },
  );

  it('ends within its time when nothing answers', async () => {
    vi.useFakeTimers();
    try {
      const running = examined({
        port: never,
        firewall: never,
        devices: never,
        resolver: never,
        folder: never,
      });
      await vi.advanceTimersByTimeAsync(6_000);
      expect((await running).map(({ finding }) => finding)).toEqual([
        'network',
        'port-unknown',
        'firewall-unknown',
        'nobody-seen',
        'names-silent',
        'home-silent',
        'folder-silent',
      ]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
