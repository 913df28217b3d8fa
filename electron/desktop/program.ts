/** The running program: the host, its window, and what the system shows of them. Begins when Electron is ready. */

import { join } from 'node:path';

import { app, Menu, nativeTheme, Notification, session } from 'electron';

import { createHost } from '../host/host.ts';
import type { Opening } from '../host/opening.ts';
import { claimInstance } from '../host/single-instance.ts';
import { serveApp } from './app-protocol.ts';
import type { StartRequest } from './arguments.ts';
import { Bridge } from './bridge.ts';
import { Dialogs } from './dialogs.ts';
import type { Faults } from './faults.ts';
import { menuTemplate } from './menu.ts';
import type { Openings } from './openings.ts';
import { Presence } from './presence.ts';
import { Quitting } from './quitting.ts';
import { guardSession } from './security.ts';
import { openFolder, shellServices } from './shell-services.ts';
import { TrayIcon } from './tray.ts';
import { tellPageFailure } from './page-failure.ts';
import { MainWindow } from './window.ts';
import { wordsFor } from './words.ts';
import type { Words } from './words.ts';

export interface ProgramOptions {
  /** dist/desktop: beside it lies the page, in it the preload and the icons. */
  readonly folder: string;
  readonly home: string;
  readonly isHidden: boolean;
  /** What a person should know before the system asks about it. */
  beforeListening(): Promise<void>;
  readonly overrides: StartRequest['overrides'];
  readonly startCommand: readonly string[];
  readonly opened: Openings;
  readonly faults: Faults;
  /** In the language that settings ask for. */
  onWords(words: () => Words): void;
}

export async function runProgram(options: ProgramOptions): Promise<void> {
  const { folder, home, opened, faults } = options;
  const iconFile = (name: string): string => join(folder, 'icons', name);
  // Electron's lock keeps out a second window; this one the browser shell, which knows no Electron.
  const instance = await claimInstance(home, (openings) => opened.add(openings));
  if (!instance.isFirst) {
    await handOver(instance, opened);
    return app.exit(0);
  }

  guardSession(session.defaultSession);
  serveApp(join(folder, '..', 'renderer'));
  await options.beforeListening();
  const host = await createHost({
    home,
    overrides: options.overrides,
    shell: shellServices({ startCommand: options.startCommand, quit: () => quitting.quitNow() }),
  });
  const words = (): Words => wordsFor(host.language, process.platform);
  options.onWords(words);
  nativeTheme.themeSource = host.settings.theme;

  const window = new MainWindow({
    home,
    preload: join(folder, 'preload.cjs'),
    icon: iconFile('icon-256.png'),
    staysWhenClosed: () => !quitting.isUnderWay && hasReasonToStay(),
    onFirstHidden: () => tellOfTray(words()),
    onPageGone: (reason) => bridge.closeLinks(reason),
    onPageFailed: () => {
      tellPageFailure(words(), { openAgain: () => window.reloadPage(), quit: () => app.quit() }).catch(
        (thrown: unknown) => faults.report(thrown),
      );
    },
    onShownOrHidden: () => {
      tray.follow(host.activity, words());
      presence.again(host.activity, words());
    },
    onSessionEnd: () => quitting.quitNow(),
    onFault: (thrown) => faults.report(thrown),
  });
  const dialogs = new Dialogs();
  const presence = new Presence(window, iconFile('badge-32.png'));
  const bridge = new Bridge({
    window,
    dialogs,
    words,
    connect: (link) =>
      host.connect({
        link,
        abilities: { kind: 'desktop', systemDialogs: true, droppedPaths: true, isRemote: false },
      }),
    grant: (path) => host.grant(path),
  });
  const tray = new TrayIcon({
    icon: iconFile(process.platform === 'darwin' ? 'trayTemplate.png' : 'icon-32.png'),
    isWindowVisible: () => window.isVisible,
    showWindow: () => window.show(),
    hideWindow: () => window.hide(),
    goTo: (view) => window.goTo(`#/${view}`),
    quit: () => app.quit(),
  });
  const quitting = new Quitting({
    window,
    words,
    hasRunningTransfers: () => host.activity.runningTransfers > 0,
    close: async () => {
      presence.close();
      tray.close();
      await host.close();
      await instance.close();
    },
  });
  function hasReasonToStay(): boolean {
    const { runningTransfers, shares } = host.activity;
    return process.platform === 'darwin' || runningTransfers > 0 || shares > 0;
  }

  const open = (openings: readonly Opening[]): void => {
    window.show();
    if (openings.length > 0) host.openWith(openings).catch((thrown: unknown) => faults.report(thrown));
  };
  const openChosen = async (kind: 'files' | 'share'): Promise<void> => {
    const paths = await dialogs.choose(kind, window.browserWindow, words());
    const purpose = kind === 'share' ? 'share' : 'send';
    if (paths.length > 0) open(paths.map((path) => ({ path, purpose })));
  };
  const reported = (work: Promise<void>): void => {
    work.catch((thrown: unknown) => faults.report(thrown));
  };
  const setMenu = (): void => {
    const template = menuTemplate({
      words: words(),
      platform: process.platform,
      hasDeveloperTools: !app.isPackaged,
      actions: {
        sendFiles: () => reported(openChosen('files')),
        shareFolder: () => reported(openChosen('share')),
        openDownloads: () => reported(openFolder(host.settings.downloadDir)),
        goTo: (view) => window.goTo(`#/${view}`),
      },
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  };

  bridge.listen();
  quitting.listen();
  setMenu();
  try {
    tray.open();
  } catch (thrown) {
    faults.report(thrown);
  }
  const follow = (): void => {
    tray.follow(host.activity, words());
    presence.follow(host.activity, words());
  };
  follow();
  host.onActivity(follow);
  let { language } = host;
  host.onSettings(({ theme }) => {
    nativeTheme.themeSource = theme;
    if (host.language === language) return;
    language = host.language;
    setMenu();
    follow();
  });

  const isWanted = opened.takeBy(open);
  if (!isWanted && !options.isHidden) window.show();
}

async function handOver(
  instance: { handOver(openings: readonly Opening[]): Promise<string> },
  opened: Openings,
): Promise<void> {
  const openings: Opening[] = [];
  opened.takeBy((more) => openings.push(...more));
  const answer = await instance.handOver(openings);
  console.log('Hexdrop runs already, in the browser; it was handed what there is to open.');
  if (answer !== '') console.log(answer);
}

function tellOfTray(words: Words): void {
  if (!Notification.isSupported()) return;
  new Notification({ title: words.trayTitle, body: words.trayBody }).show();
}
