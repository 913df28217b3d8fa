/**
 * The desktop program's entry: one process per home, one window, the engine behind it. Puts the parts together and does
 * nothing itself. What must happen before Electron is ready happens here, synchronously. Started with a command, it is the
 * command line and nothing else.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { app, dialog } from 'electron';

import { callMarker } from '../host/command-names.ts';
import type { CommandLineProgram } from '../host/command-names.ts';
import { homeFolder } from '../host/home.ts';
import { requiredUserHome } from '../host/user.ts';
import { appId } from './app-id.ts';
import { registerAppScheme } from './app-protocol.ts';
import { commandLineCall, ownArguments, startRequest } from './arguments.ts';
import { Faults } from './faults.ts';
import { tellOfFirewall } from './firewall-notice.ts';
import { Openings } from './openings.ts';
import { runProgram } from './program.ts';
import { guardPages } from './security.ts';
import { startCommandOf } from './start-command.ts';
import { wordsFor } from './words.ts';

const systemLanguage = (): 'en' | 'zh' => (app.getLocale().startsWith('zh') ? 'zh' : 'en');
/** The host's words, once there is a host. */
let words = () => wordsFor(systemLanguage(), process.platform);

const faults = new Faults(() => words());
const call = commandLineCall(ownArguments(process.argv, process.defaultApp));

if (call !== undefined) {
  // Electron goes on when this module is through: until the call is, there is no display, no lock and no window.
  await runCommandLine(call);
} else {
  faults.listen();
  try {
    start();
  } catch (thrown) {
    faults.fatal(thrown);
  }
}

/** The command line is a program of its own, beside this one. */
async function runCommandLine(argv: readonly string[]): Promise<void> {
  app.dock?.hide();
  const program = new URL('../cli/embedded.js', import.meta.url).href;
  const commandLine = (await import(program)) as CommandLineProgram;
  process.exit(
    await commandLine.runCommandLine({ argv, startCommand: [...startCommand(undefined), callMarker, '--'] }),
  );
}

function start(): void {
  app.setName('Hexdrop');
  app.setAppUserModelId(appId);
  app.enableSandbox();
  registerAppScheme();
  guardPages();

  const request = startRequest(ownArguments(process.argv, process.defaultApp), process.cwd());
  const home = homeFolder(request.home, {
    env: process.env,
    platform: process.platform,
    homeDirectory: requiredUserHome,
  });
  // Chromium's own files; with them Electron's lock is one of this home.
  const chromiumFolder = join(home, 'chromium');
  // Undefined where it is there already.
  const isFirstStart = mkdirSync(chromiumFolder, { recursive: true, mode: 0o700 }) !== undefined;
  app.setPath('userData', chromiumFolder);

  if (!app.requestSingleInstanceLock({ openings: request.openings })) {
    console.log('Hexdrop runs already; it was handed what there is to open.');
    return app.exit(0);
  }
  const opened = new Openings(request.openings);
  opened.listen();
  app
    .whenReady()
    .then(() =>
      runProgram({
        folder: import.meta.dirname,
        home,
        isHidden: request.isHidden,
        beforeListening: () =>
          tellOfFirewall({
            isFirstStart,
            platform: process.platform,
            words: words(),
            show: (options) => dialog.showMessageBox(options),
          }),
        overrides: request.overrides,
        startCommand: startCommand(request.home),
        opened,
        faults,
        onWords: (hosts) => {
          words = hosts;
        },
      }),
    )
    .catch((thrown: unknown) => faults.fatal(thrown));
}

function startCommand(home: string | undefined): readonly string[] {
  return startCommandOf({
    env: process.env,
    executable: process.execPath,
    appFolder: process.defaultApp ? app.getAppPath() : undefined,
    home,
  });
}
