/** Shares of this device, its settings, and the program itself. */

import * as v from 'valibot';

import type { Settings } from '../../model/settings.ts';
import { conflictPolicy, hue, nothing, pin, port, ref, shareName } from './atoms.ts';
import { call, parserOf } from './define.ts';
import { settingsValue } from './views.ts';

const limit = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1024)));

export const shareCalls = {
  'shares.add': call(
    v.strictObject({
      ref,
      name: v.exactOptional(shareName),
      writable: v.exactOptional(v.boolean()),
      pin: v.exactOptional(pin),
    }),
    v.object({ name: shareName }),
  ),
  /** `pin: null` takes the PIN away. */
  'shares.update': call(
    v.strictObject({
      name: shareName,
      writable: v.exactOptional(v.boolean()),
      pin: v.exactOptional(v.nullable(pin)),
    }),
    nothing,
  ),
  'shares.remove': call(v.strictObject({ name: shareName }), nothing),
  'shares.openFolder': call(v.strictObject({ name: shareName }), nothing),
};

/** What a person can set by its value; where files go is a folder that was chosen. */
export const settingsPatch = parserOf<Partial<Omit<Settings, 'downloadDir'>>>()(
  v.strictObject({
    alias: v.exactOptional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64))),
    hue: v.exactOptional(hue),
    onConflict: v.exactOptional(conflictPolicy),
    port: v.exactOptional(port),
    language: v.exactOptional(v.picklist(['system', 'en', 'zh'])),
    theme: v.exactOptional(v.picklist(['system', 'light', 'dark'])),
    startWithSystem: v.exactOptional(v.boolean()),
    discovery: v.exactOptional(v.boolean()),
    allowPlain: v.exactOptional(v.boolean()),
    uploadLimit: v.exactOptional(limit),
    downloadLimit: v.exactOptional(limit),
    restoreShares: v.exactOptional(v.boolean()),
    notifications: v.exactOptional(v.boolean()),
    checkReleases: v.exactOptional(v.boolean()),
  }),
);

export const programCalls = {
  /** Takes effect at once; answers with the settings as they are then. */
  'settings.update': call(settingsPatch, settingsValue),
  'settings.downloadDir': call(v.strictObject({ ref }), settingsValue),
  'program.openDownloads': call(nothing, nothing),
  /** Asks where versions are published, at most once a day; rejects with `unreachable`. Downloads nothing. */
  'program.latestRelease': call(
    nothing,
    v.object({ version: v.string(), url: v.string(), isNewer: v.boolean() }),
  ),
  /** Ends the program; refused with `transfers-running` while some run, unless `force`. */
  'program.quit': call(v.strictObject({ force: v.exactOptional(v.boolean()) }), nothing),
};
