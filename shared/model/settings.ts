/** What a person can set. Kept in <home>/settings.json. Plain data. */

import { defaultPort } from './peer.ts';
import type { ConflictPolicy } from './transfer.ts';

export type Language = 'en' | 'zh';

export interface Settings {
  readonly alias: string;
  /** Hue of this device's avatar, 0 to 359. */
  readonly hue: number;
  /** Absolute path on the machine that runs the engine. */
  readonly downloadDir: string;
  readonly onConflict: ConflictPolicy;
  readonly port: number;
  readonly language: Language | 'system';
  readonly theme: 'system' | 'light' | 'dark';
  readonly startWithSystem: boolean;
  /** Announce this device and look for others. */
  readonly discovery: boolean;
  readonly allowPlain: boolean;
  /** Bytes a second over all transfers; null: as fast as it goes. */
  readonly uploadLimit: number | null;
  readonly downloadLimit: number | null;
  /** Serve the shares again that were served when the program ended. */
  readonly restoreShares: boolean;
  readonly notifications: boolean;
  /** Ask once a day whether a newer version is published. Off until a person allows it. */
  readonly checkReleases: boolean;
}

/** What holds before anybody chose: all but what depends on the device itself. */
export const defaultSettings = {
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
  checkReleases: false,
} as const satisfies Omit<Settings, 'alias' | 'hue' | 'downloadDir'>;
