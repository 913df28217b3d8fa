/**
 * What a person set, kept in <home>/settings.json: replaced atomically, readable for the owner alone. Every value is
 * checked on its own when it is read; what is broken or unknown is told, falls back to its default, and stays in the
 * file until the person sets that value: it may be of a later version. Overrides of this run win over what is kept, until
 * the person sets that value.
 */

import { hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';

import { settingsPatch } from '../../shared/ipc/contract/program.ts';
import type { Settings } from '../../shared/model/settings.ts';
import { makeOwnersFolder } from '../base/owners-file.ts';
import { defaultSettings } from '../../shared/model/settings.ts';
import { asHexdropError, HexdropError } from '../../shared/errors/errors.ts';
import { OwnersJson } from './owners-json.ts';

export interface SettingsOptions {
  readonly home: string;
  readonly deviceId: string;
  readonly downloadDir: string;
  /** Settings of this run alone. */
  readonly overrides?: Partial<Settings>;
  /** A value of the file that could not be used. */
  readonly trouble: (error: HexdropError) => void;
}

const fileSchema = v.pipe(
  v.custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ),
  v.transform(({ version: _version, ...values }) => values),
);

export class SettingsStore {
  readonly #file: OwnersJson<typeof fileSchema>;
  #kept: Settings;
  /** Values of the file that this version cannot use. */
  #unusable: Readonly<Record<string, unknown>> = {};
  #overrides: Partial<Settings>;

  constructor(options: SettingsOptions) {
    makeOwnersFolder(options.home);
    const path = join(options.home, 'settings.json');
    this.#file = new OwnersJson(path, fileSchema);
    this.#kept = { ...settingsOf(options), ...this.#read(path, options.trouble) };
    this.#overrides = options.overrides ?? {};
  }

  get current(): Settings {
    return { ...this.#kept, ...this.#overrides };
  }

  /** Keeps the values. @throws HexdropError when the file cannot be written; then nothing has changed */
  update(patch: Partial<Settings>): Settings {
    const kept = { ...this.#kept, ...patch };
    const unusable = without(this.#unusable, patch);
    this.#file.write({ version: 1, ...kept, ...unusable });
    this.#kept = kept;
    this.#unusable = unusable;
    this.#overrides = without(this.#overrides, patch);
    return this.current;
  }

  #read(path: string, trouble: (error: HexdropError) => void): Partial<Settings> {
    let values: Record<string, unknown> | undefined;
    try {
      values = this.#file.read();
    } catch (thrown) {
      const { code, message } = asHexdropError(thrown);
      trouble(new HexdropError(code, `${message} Settings start from their defaults.`, { cause: thrown }));
    }
    const named = Object.entries(values ?? {});
    this.#unusable = Object.fromEntries(named.filter(([name, value]) => !isSetting(name, value)));
    const unusable = Object.keys(this.#unusable);
    if (unusable.length > 0) {
      const names = unusable.slice(0, 10).join(', ');
      const message = `In ${path} these values cannot be used and are passed over: ${names}.`;
      trouble(new HexdropError('file-unreadable', message));
    }
    return Object.fromEntries(named.filter(([name]) => !Object.hasOwn(this.#unusable, name)));
  }
}

const without = <Value>(
  values: Readonly<Record<string, Value>>,
  named: object,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(named, name)));

const settingsOf = ({ deviceId, downloadDir }: SettingsOptions): Settings => ({
  ...defaultSettings,
  alias: hostname().slice(0, 64) || 'Hexdrop',
  hue: hueOf(deviceId),
  downloadDir,
});

/** Every device has a colour before anybody chose one, the same on all screens. */
export const hueOf = (deviceId: string): number => {
  let hash = 0;
  for (let at = 0; at < deviceId.length; at += 1) hash = (hash * 31 + deviceId.charCodeAt(at)) >>> 0;
  return hash % 360;
};

const isSetting = (name: string, value: unknown): boolean =>
  name === 'downloadDir'
    ? typeof value === 'string' && isAbsolute(value)
    : v.safeParse(settingsPatch, { [name]: value }).success;
