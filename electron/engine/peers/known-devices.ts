/**
 * Which key answered at which address before, and which a person compared: trust on first use and verified devices
 * (docs/SECURITY.md, "Known devices"). Owns
 * <home>/devices.json. Several processes may share a home: every change re-reads, changes and replaces the file under
 * a lock, so no record of another process is lost. A file that cannot be read is told, never replaced.
 *
 * A device is met all the same while the file can be neither read nor written, as ssh does it: what was read last holds,
 * what is to be remembered is, as long as the process lives, and is written with the next change that can be.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { KnownDevice } from '../api.ts';
import type { HomeFaults } from '../../base/home-faults.ts';
import { makeOwnersFolder, replaceOwnersFile, withLockFile } from '../../base/owners-file.ts';
import { shortDeviceId } from '../../../shared/model/device-id.ts';

export interface SeenDevice {
  readonly deviceId: string;
  readonly alias: string;
  /** Where it was dialed; absent when it dialed us. */
  readonly target?: string | undefined;
}

const fileName = 'devices.json';
const formatVersion = 1;
const deviceIdForm = /^[0-9a-f]{64}$/;
/** A device that moves through address after address keeps the latest ones. */
const targetsKept = 32;
/** Devices that only came to us are remembered up to here, so that strangers cannot grow the file without end. */
const incomingKept = 500;
/** Changes that wait for the file to take them. */
const unkeptChanges = 500;
/** Writing the file each time a device is seen again would be noise. */
const lastSeenStepMs = 60 * 60 * 1000;

type Change = (devices: readonly KnownDevice[]) => readonly KnownDevice[];

export interface KnownDevicesOptions {
  readonly now?: () => number;
  /** Hears what keeps the file from being used once it was read. */
  readonly faults?: HomeFaults;
}

export class KnownDevices {
  readonly #path: string;
  readonly #home: string;
  readonly #now: () => number;
  readonly #faults: HomeFaults | undefined;
  #devices: readonly KnownDevice[];
  /** Not in the file, because it could not be written. */
  #unkept: readonly Change[] = [];

  private constructor(home: string, { now = Date.now, faults }: KnownDevicesOptions) {
    this.#home = home;
    this.#path = join(home, fileName);
    this.#now = now;
    this.#faults = faults;
    this.#devices = readDevices(this.#path);
  }

  /** Throws file-unreadable or permission-denied, with the file's path, when there is one that cannot be read. */
  static load(home: string, options: KnownDevicesOptions = {}): KnownDevices {
    return new KnownDevices(home, options);
  }

  /**
   * Whether this key is known: dialed from here, or accepted by a person. Who merely connected is new. Throws peer-key-changed when another one answered at this target before. Without a
   * target (a device that dialed us) it never throws.
   */
  check(target: string | undefined, deviceId: string): 'new' | 'known' | 'verified' {
    this.#reload();
    this.#refuseOtherKey(target, deviceId);
    const device = this.#devices.find((known) => known.deviceId === deviceId);
    if (device?.verified === true) return 'verified';
    return device !== undefined && isKnown(device) ? 'known' : 'new';
  }

  /** Whose key answered at this target before. */
  at(target: string): string | undefined {
    return this.#devices.find((device) => device.targets.includes(target))?.deviceId;
  }

  /** A person compared this key, which may never have been seen here, or takes that back. Throws when it cannot be kept. */
  verify(deviceId: string, on: boolean): void {
    if (!deviceIdForm.test(deviceId)) {
      throw new HexdropError('usage', 'A device id has 64 hex digits.', { seen: deviceId.slice(0, 80) });
    }
    this.#change((devices) => {
      const before = devices.find((device) => device.deviceId === deviceId);
      if (before === undefined && !on) return devices;
      const nowMs = this.#now();
      const fresh: KnownDevice = { deviceId, alias: '', targets: [], firstSeenMs: nowMs, lastSeenMs: nowMs };
      const { verified: _, ...device } = before ?? fresh;
      return [
        ...devices.filter((other) => other !== before),
        on ? { ...device, verified: true as const } : device,
      ];
    });
  }

  /** A person took something of it: it is known from now on, by the name that it had then. False when only in this run. */
  accept(deviceId: string, alias: string): boolean {
    const nowMs = this.#now();
    const before = this.#devices.find((device) => device.deviceId === deviceId);
    if (before?.accepted === true) return true;
    return this.#remember((devices) => {
      const known = merged(devices, { deviceId, alias }, nowMs);
      return known.map((device) =>
        device.deviceId === deviceId ? { ...device, accepted: true as const } : device,
      );
    });
  }

  /** As if it had never been seen: the next key at its addresses is the first. Throws when it cannot be kept. */
  forget(deviceId: string): void {
    this.#change((devices) => devices.filter((device) => device.deviceId !== deviceId));
  }

  /** Remembers a device that was let in; false when only for this run. Throws peer-key-changed like check. */
  record(seen: SeenDevice): boolean {
    this.check(seen.target, seen.deviceId);
    if (!this.#isNews(seen)) return true;
    const nowMs = this.#now();
    const isKept = this.#remember((devices) =>
      // Another process may have been quicker.
      ownerOf(devices, seen) === undefined ? merged(devices, seen, nowMs) : devices,
    );
    this.#refuseOtherKey(seen.target, seen.deviceId);
    return isKept;
  }

  /** The person accepts the new key: the target belongs to this device from now on; false when only in this run. */
  replace(target: string, deviceId: string, alias = ''): boolean {
    const nowMs = this.#now();
    return this.#remember((devices) => {
      const isSame = devices.some(
        (device) => device.deviceId === deviceId && device.targets.includes(target),
      );
      return merged(isSame ? devices : withoutTarget(devices, target), { deviceId, alias, target }, nowMs);
    });
  }

  /** Devices that call themselves so, whatever the case; several may. Those with a target, the latest seen first. */
  byAlias(alias: string): readonly KnownDevice[] {
    const wanted = alias.normalize('NFC').toLowerCase();
    return this.list().filter(
      (device) => device.targets.length > 0 && device.alias.normalize('NFC').toLowerCase() === wanted,
    );
  }

  /** All of them, the latest seen first. */
  list(): readonly KnownDevice[] {
    this.#reload();
    return this.#devices.toSorted((one, other) => other.lastSeenMs - one.lastSeenMs);
  }

  #refuseOtherKey(target: string | undefined, deviceId: string): void {
    const owner = ownerOf(this.#devices, { target, deviceId });
    if (owner !== undefined && target !== undefined) throw this.#keyChanged(target, owner, deviceId);
  }

  #reload(): void {
    try {
      this.#devices = this.#withUnkept(readDevices(this.#path));
    } catch (thrown) {
      this.#faults?.failed(thrown);
    }
  }

  #isNews({ deviceId, alias, target }: SeenDevice): boolean {
    const device = this.#devices.find((known) => known.deviceId === deviceId);
    return (
      device === undefined ||
      (device.alias !== alias && !isKnown(device)) ||
      (target !== undefined && device.targets[0] !== target) ||
      Math.abs(this.#now() - device.lastSeenMs) >= lastSeenStepMs
    );
  }

  #withUnkept(devices: readonly KnownDevice[]): readonly KnownDevice[] {
    return this.#unkept.reduce((before, change) => change(before), devices);
  }

  /** Whether it can be written is no matter of the device. `change` may be made more than once. */
  #remember(change: Change): boolean {
    try {
      this.#change(change);
      return true;
    } catch (thrown) {
      this.#faults?.failed(thrown);
      this.#devices = change(this.#devices);
      this.#unkept = [...this.#unkept, change].slice(-unkeptChanges);
      return false;
    }
  }

  #change(change: Change): void {
    makeOwnersFolder(this.#home);
    withLockFile(`${this.#path}.lock`, () => {
      const devices = change(this.#withUnkept(readDevices(this.#path)));
      replaceOwnersFile(this.#path, `${JSON.stringify({ version: formatVersion, devices }, undefined, 2)}\n`);
      this.#devices = devices;
      this.#unkept = [];
      this.#faults?.worked();
    });
  }

  #keyChanged(target: string, before: KnownDevice, deviceId: string): HexdropError {
    const other = this.#devices.find((device) => device.deviceId === deviceId);
    const who = before.alias === '' ? 'a device' : `"${before.alias}"`;
    const seen = shortDeviceId(deviceId);
    const allowed = shortDeviceId(before.deviceId);
    const explanation =
      other === undefined
        ? 'Either another device pretends to be it, or it was reinstalled'
        : `That is the key of "${other.alias}", known from elsewhere: the address may have passed to it`;
    return new HexdropError(
      'peer-key-changed',
      `The device at ${target} has another key than before: known is ${who} with ${allowed}, seen is ${seen}. ` +
        `${explanation}. If you are sure that it is the right device, --accept-new-key replaces the record.`,
      { seen, allowed },
    );
  }
}

/** The other device that answered at the target before. */
const ownerOf = (
  devices: readonly KnownDevice[],
  { target, deviceId }: Pick<SeenDevice, 'target' | 'deviceId'>,
): KnownDevice | undefined =>
  target === undefined
    ? undefined
    : devices.find((device) => device.targets.includes(target) && device.deviceId !== deviceId);

const withoutTarget = (devices: readonly KnownDevice[], target: string): readonly KnownDevice[] =>
  devices.flatMap((device) => {
    if (!device.targets.includes(target)) return [device];
    const targets = device.targets.filter((other) => other !== target);
    // A key that answers nowhere any more is not worth trusting, unless a person compared it or took something of it.
    const isKept = targets.length > 0 || device.verified === true || device.accepted === true;
    return isKept ? [{ ...device, targets }] : [];
  });

/** Dialed from here, or accepted or verified by a person. */
const isKnown = ({ targets, verified, accepted }: KnownDevice): boolean =>
  targets.length > 0 || verified === true || accepted === true;

const merged = (devices: readonly KnownDevice[], seen: SeenDevice, nowMs: number): readonly KnownDevice[] => {
  const { deviceId, alias, target } = seen;
  const before = devices.find((device) => device.deviceId === deviceId);
  const targets = before?.targets ?? [];
  const device: KnownDevice = {
    deviceId,
    alias:
      before !== undefined && isKnown(before) && before.alias !== ''
        ? before.alias
        : alias || (before?.alias ?? ''),
    targets:
      target === undefined
        ? targets
        : [target, ...targets.filter((other) => other !== target)].slice(0, targetsKept),
    firstSeenMs: before?.firstSeenMs ?? nowMs,
    lastSeenMs: nowMs,
    ...(before?.verified === true ? { verified: true } : {}),
    ...(before?.accepted === true ? { accepted: true } : {}),
  };
  const all = [...devices.filter((other) => other !== before), device];
  const incoming = all.filter((other) => !isKnown(other));
  if (incoming.length <= incomingKept) return all;
  const oldest = incoming.reduce((one, other) => (other.lastSeenMs < one.lastSeenMs ? other : one));
  return all.filter((other) => other !== oldest);
};

const readDevices = (path: string): readonly KnownDevice[] => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new HexdropError(
      code === 'EACCES' || code === 'EPERM' ? 'permission-denied' : 'file-unreadable',
      `The list of known devices, ${path}, cannot be read (${code}).`,
      { cause: error },
    );
  }
  try {
    return parseDevices(JSON.parse(text));
  } catch (error) {
    throw new HexdropError(
      'file-unreadable',
      `The list of known devices, ${path}, is damaged (${(error as Error).message}). Restore it from a backup, or delete it to trust every device anew.`,
      { cause: error },
    );
  }
};

const parseDevices = (value: unknown): readonly KnownDevice[] => {
  const { version, devices } = (value ?? {}) as Record<string, unknown>;
  if (version !== formatVersion) {
    throw new Error(`it has version ${String(version)}, this program knows ${formatVersion}`);
  }
  if (!Array.isArray(devices)) throw new Error('"devices" is not a list');
  return devices.map(parseDevice);
};

const parseDevice = (value: unknown, index: number): KnownDevice => {
  const { deviceId, alias, targets, firstSeenMs, lastSeenMs, verified, accepted } = (value ?? {}) as Record<
    string,
    unknown
  >;
  if (
    typeof deviceId !== 'string' ||
    !deviceIdForm.test(deviceId) ||
    typeof alias !== 'string' ||
    !Array.isArray(targets) ||
    !targets.every((target) => typeof target === 'string') ||
    typeof firstSeenMs !== 'number' ||
    typeof lastSeenMs !== 'number' ||
    (verified !== undefined && verified !== true) ||
    (accepted !== undefined && accepted !== true)
  ) {
    throw new Error(`entry ${index + 1} is not a device`);
  }
  return {
    deviceId,
    alias,
    targets,
    firstSeenMs,
    lastSeenMs,
    ...(verified === true ? { verified } : {}),
    ...(accepted === true ? { accepted } : {}),
  };
};
