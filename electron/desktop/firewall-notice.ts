/**
 * The first start on Windows: its firewall asks a question that few can answer, as soon as the program listens. What it will
 * ask, and why, is said before, once.
 */

import type { Words } from './words.ts';

/** What is used of Electron's options for a message. */
export interface NoticeOptions {
  readonly type: 'info';
  readonly message: string;
  readonly detail: string;
  readonly buttons: string[];
  readonly noLink: true;
}

export interface FirewallNotice {
  /** Whether the program starts for the first time with this home. */
  readonly isFirstStart: boolean;
  readonly platform: NodeJS.Platform;
  readonly words: Words;
  /** Resolves when it was read. */
  readonly show: (options: NoticeOptions) => Promise<unknown>;
}

/** Resolves when it was read, or at once where nothing is to be said. */
export const tellOfFirewall = async ({
  isFirstStart,
  platform,
  words,
  show,
}: FirewallNotice): Promise<void> => {
  if (platform !== 'win32' || !isFirstStart) return;
  await show({
    type: 'info',
    message: words.firewallTitle,
    detail: words.firewallBody,
    buttons: [words.goOn],
    noLink: true,
  });
};
