/**
 * What kind of machine this is, for the icon that others see. A guess, in this order: Android is a phone; a battery of
 * the machine itself (not that of a mouse) or the case that its maker names is a laptop; the case of a server, or a
 * Linux without any display, is a server; the rest is a desktop. macOS and Windows tell neither without starting
 * another program, so there the name decides that they give a new machine ("MacBook", "LAPTOP-").
 */

import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DeviceKind } from '../../shared/model/device.ts';

export interface MachineFacts {
  readonly platform: NodeJS.Platform;
  readonly hostName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the kernel tells about hardware; /sys. */
  readonly systemRoot: string;
}

/** The laptops among the "System enclosure or chassis types" of the SMBIOS specification. */
const laptopCases: ReadonlySet<number> = new Set([8, 9, 10, 14, 30, 31, 32]);
const serverCases: ReadonlySet<number> = new Set([17, 23, 28, 29]);

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
};

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const hasBattery = (root: string): boolean => {
  const supplies = join(root, 'class/power_supply');
  return namesIn(supplies).some(
    (name) =>
      readText(join(supplies, name, 'type')) === 'Battery' &&
      readText(join(supplies, name, 'scope')) !== 'Device',
  );
};

const hasDisplay = (root: string, env: MachineFacts['env']): boolean => {
  if ((env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '') return true;
  const outputs = join(root, 'class/drm');
  return namesIn(outputs).some((name) => readText(join(outputs, name, 'status')) === 'connected');
};

const linuxKind = ({ systemRoot, env }: MachineFacts): DeviceKind => {
  const madeAs = Number(readText(join(systemRoot, 'class/dmi/id/chassis_type')));
  if (laptopCases.has(madeAs) || hasBattery(systemRoot)) return 'laptop';
  if (serverCases.has(madeAs) || !hasDisplay(systemRoot, env)) return 'server';
  return 'desktop';
};

export const machineKind = (facts: MachineFacts): DeviceKind => {
  const { platform, hostName } = facts;
  switch (platform) {
    case 'android':
      return 'phone';
    case 'linux':
      return linuxKind(facts);
    case 'darwin':
      return /macbook/i.test(hostName) ? 'laptop' : 'desktop';
    case 'win32':
      if (/^laptop-/i.test(hostName)) return 'laptop';
      return /^win-/i.test(hostName) ? 'server' : 'desktop';
    default:
      return 'desktop';
  }
};

export const thisMachineKind = (): DeviceKind =>
  machineKind({ platform: process.platform, hostName: hostname(), env: process.env, systemRoot: '/sys' });
