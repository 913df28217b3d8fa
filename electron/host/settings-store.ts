/**
 * What a person set, kept in <home>/settings.json: replaced atomically, readable for the owner alone. Every value is
 * checked on its own when it is read; what is broken or unknown is told and falls back to its default, and the rest
 * stays. Overrides of this run win over what is kept, until the person sets that value.
 */

import { hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';

import { settingsPatch } from '../../shared/ipc/contract/program.ts';
import type { Settings } from '../../shared/model/settings.ts';
import { makeOwnersFolder } from '../engine/net/owners-file.ts';
import { asHexdropError, defaultPort, HexdropError } from '../engine/vocabulary.ts';
import { readOwnersJson, writeOwnersJson } from './owners-json.ts';

export interface SettingsOptions {
  readonly home: string;
  readonly deviceId: string;
  readonly downloadDir: string;
  /** Of this run only. */
  readonly overrides?: Partial<Settings>;
  /** A value of the file that could not be used. */
  readonly trouble: (error: HexdropError) => void;
}

export class SettingsStore {
  readonly #path: string;
  #kept: Settings;
  #overrides: Partial<Settings>;

  constructor(options: SettingsOptions) {
    makeOwnersFolder(options.home);
    this.#path = join(options.home, 'settings.json');
    this.#kept = { ...defaultSettings(options), ...readSettings(this.#path, options.trouble) };
    this.#overrides = options.overrides ?? {};
  }

  get current(): Settings {
    return { ...this.#kept, ...this.#overrides };
  }

  /** Keeps the values. @throws HexdropError when the file cannot be written; then nothing has changed */
  update(patch: Partial<Settings>): Settings {
    const kept = { ...this.#kept, ...patch };
    writeOwnersJson(this.#path, { version: 1, ...kept });
    this.#kept = kept;
    this.#overrides = Object.fromEntries(
      Object.entries(this.#overrides).filter(([name]) => !Object.hasOwn(patch, name)),
    );
    return this.current;
  }
}

const defaultSettings = ({ deviceId, downloadDir }: SettingsOptions): Settings => ({
  alias: hostname().slice(0, 64) || 'Hexdrop',
  hue: hueOf(deviceId),
  downloadDir,
  onConflict: 'rename',
  port: defaultPort,
  language: 'system',
  theme: 'system',
  startWithSystem: false,
  discovery: true,
  allowPlain: false,
  uploadLimit: null,
  downloadLimit: null,
  restoreShares: true,
  notifications: true,
});

/** Every device has a colour before anybody chose one, the same on all screens. */
export const hueOf = (deviceId: string): number => {
  let hash = 0;
  for (let at = 0; at < deviceId.length; at += 1) hash = (hash * 31 + deviceId.charCodeAt(at)) >>> 0;
  return hash % 360;
};

function readSettings(path: string, trouble: (error: HexdropError) => void): Partial<Settings> {
  let value: unknown;
  try {
    value = readOwnersJson(path);
  } catch (thrown) {
    const { code, message } = asHexdropError(thrown);
    trouble(new HexdropError(code, `${message} Settings start from their defaults.`, { cause: thrown }));
    return {};
  }
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    trouble(
      new HexdropError('file-unreadable', `${path} holds no settings; they start from their defaults.`),
    );
    return {};
  }
  const settings: Record<string, unknown> = {};
  const broken: string[] = [];
  for (const [name, one] of Object.entries(value)) {
    if (name === 'version') continue;
    if (isSetting(name, one)) settings[name] = one;
    else broken.push(name);
  }
  if (broken.length > 0) {
    const names = broken.slice(0, 10).join(', ');
    trouble(
      new HexdropError(
        'file-unreadable',
        `In ${path} these values cannot be used and are passed over: ${names}.`,
      ),
    );
  }
  return settings;
}

const isSetting = (name: string, value: unknown): boolean =>
  name === 'downloadDir'
    ? typeof value === 'string' && isAbsolute(value)
    : v.safeParse(settingsPatch, { [name]: value }).success;
