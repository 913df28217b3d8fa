/**
 * The module `electron` for the real, built main of the desktop program, where Electron's runtime is not there: what
 * main uses of it and nothing more. It proves wiring, not the sandbox, native dialogs or the paths of real drops.
 */

import { EventEmitter } from 'node:events';
import { existsSync, readdirSync, readFileSync, unlinkSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { config } from '../../../build/packaging/config.ts';
import { BrowserWindow, ipcMain as channels, outside, program, schemes, seen } from './page-window.ts';
import type { FileHandler } from './page-window.ts';
import { strict } from './strict.ts';

Reflect.set(process, 'defaultApp', true);

let isReady = false;
let isQuitting = false;
const ready = new Promise<void>((resolve) => {
  setImmediate(() => {
    isReady = true;
    resolve();
  });
});

class App extends EventEmitter {
  readonly isPackaged = false;
  readonly dock = undefined;
  #userData = '';

  setName(): void {}
  setAppUserModelId(id: string): void {
    if (id !== config.appId) throw new Error(`${id} is not what packages call the program: ${config.appId}`);
  }
  enableSandbox(): void {
    if (isReady) throw new Error('enableSandbox must be called before the app is ready.');
  }
  getLocale(): string {
    return process.env['SHIM_LOCALE'] ?? 'en-US';
  }
  getAppPath(): string {
    return process.argv[1] ?? '';
  }
  setPath(name: string, path: string): void {
    if (name !== 'userData' || !existsSync(path)) throw new Error(`setPath(${name}, ${path})`);
    this.#userData = path;
  }
  whenReady(): Promise<void> {
    return ready;
  }
  setBadgeCount(count: number): void {
    seen.badges.push(count);
  }
  setLoginItemSettings(settings: unknown): void {
    seen.logins.push(settings);
  }

  /** A file with our process id; a second start leaves what it has to say beside it. */
  requestSingleInstanceLock(data: unknown): boolean {
    const lock = join(this.#userData, 'shim-lock');
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
    } catch {
      if (isAlive(Number(readFileSync(lock, 'utf8')))) {
        writeFileSync(join(this.#userData, `shim-second-${process.pid}.json`), JSON.stringify(data));
        return false;
      }
      writeFileSync(lock, String(process.pid));
    }
    const folder = this.#userData;
    watch(folder, () => {
      for (const name of readdirSync(folder).filter((name) => /^shim-second-\d+\.json$/.test(name))) {
        const text = readFileSync(join(folder, name), 'utf8');
        if (text === '') continue;
        unlinkSync(join(folder, name));
        this.emit('second-instance', {}, [], '', JSON.parse(text));
      }
    }).unref();
    return true;
  }

  quit(): void {
    let isPrevented = false;
    this.emit('before-quit', { preventDefault: () => (isPrevented = true) });
    if (isPrevented) return;
    isQuitting = true;
    for (const window of BrowserWindow.getAllWindows()) window.close();
    this.emit('will-quit', {});
    this.exit(0);
  }

  exit(code: number): void {
    void outside.flush().then(() => process.exit(code));
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const theApp = new App();
program.onContents = (contents) => void theApp.emit('web-contents-created', {}, contents);
program.onAllClosed = () => {
  if (!isQuitting) theApp.emit('window-all-closed');
};
export const app = strict('app', theApp);

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged: () => {
    if (isReady) throw new Error('Schemes must be registered before the app is ready.');
  },
  handle: (scheme: string, handler: FileHandler) => void schemes.set(scheme, handler),
});

class Session extends EventEmitter {
  readonly handlers: Record<string, unknown> = {};
  readonly webRequest = strict('webRequest', {
    onBeforeRequest: (filter: unknown, listener: unknown) => {
      this.handlers['beforeRequest'] = { filter, listener };
    },
  });
  setPermissionRequestHandler(handler: unknown): void {
    this.handlers['permissionRequest'] = handler;
  }
  setPermissionCheckHandler(handler: unknown): void {
    this.handlers['permissionCheck'] = handler;
  }
  setDevicePermissionHandler(handler: unknown): void {
    this.handlers['devicePermission'] = handler;
  }
}
export const session = strict('session', { defaultSession: strict('session', new Session()) });

interface MenuItem {
  readonly id?: string;
  readonly label?: string;
  readonly role?: string;
  readonly type?: string;
  readonly accelerator?: string;
  readonly enabled?: boolean;
  readonly click?: () => void;
  readonly submenu?: MenuItem[] | Menu;
}

export class Menu {
  static #ofApplication: Menu | null = null;
  readonly items: readonly MenuItem[];

  constructor(items: readonly MenuItem[]) {
    this.items = items;
  }
  static buildFromTemplate(template: readonly MenuItem[]): Menu {
    return new Menu(
      template.map((item) =>
        Array.isArray(item.submenu) ? { ...item, submenu: Menu.buildFromTemplate(item.submenu) } : item,
      ),
    );
  }
  static setApplicationMenu(menu: Menu): void {
    Menu.#ofApplication = menu;
  }
  static getApplicationMenu(): Menu | null {
    return Menu.#ofApplication;
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      if (item.id === id) return item;
      const inner = item.submenu instanceof Menu ? item.submenu.getMenuItemById(id) : null;
      if (inner !== null) return inner;
    }
    return null;
  }
}

export class Tray extends EventEmitter {
  menu: Menu | undefined;
  tip = '';
  constructor(_icon: object) {
    super();
    seen.trays.push(this);
    return strict('Tray', this);
  }
  setToolTip(tip: string): void {
    this.tip = tip;
  }
  setContextMenu(menu: Menu): void {
    this.menu = menu;
  }
  destroy(): void {}
}

export class Notification {
  readonly #text: { title: string; body: string };
  constructor(text: { title: string; body: string }) {
    this.#text = text;
  }
  static isSupported(): boolean {
    return true;
  }
  show(): void {
    seen.notifications.push(this.#text);
  }
}

const unanswered = (name: string) => async (): Promise<never> => {
  throw new Error(`Nobody answers ${name}.`);
};
/** Tests put their answers in place of these, as they do with the real one. */
export const dialog = strict('dialog', {
  showOpenDialog: unanswered('showOpenDialog'),
  showMessageBox: unanswered('showMessageBox'),
  showErrorBox: (title: string, text: string) => void seen.errorBoxes.push(`${title}: ${text}`),
});

export const nativeImage = strict('nativeImage', {
  createFromPath: (path: string) => {
    if (!existsSync(path)) throw new Error(`There is no picture ${path}.`);
    return strict('image', { path, setTemplateImage: () => undefined });
  },
});

class NativeTheme extends EventEmitter {
  #source = 'system';
  get themeSource(): string {
    return this.#source;
  }
  set themeSource(source: string) {
    this.#source = source;
    this.emit('updated');
  }
  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark';
  }
}
export const nativeTheme = strict('nativeTheme', new NativeTheme());

export const powerMonitor = strict('powerMonitor', new EventEmitter());

const blockers = new Map<number, string>();
let lastBlocker = 0;
export const powerSaveBlocker = strict('powerSaveBlocker', {
  start: (kind: string) => {
    lastBlocker += 1;
    blockers.set(lastBlocker, kind);
    return lastBlocker;
  },
  stop: (id: number) => blockers.delete(id),
  isStarted: (id: number) => blockers.has(id),
});

const display = { workArea: { x: 0, y: 24, width: 1920, height: 1056 } };
export const screen = strict('screen', {
  getPrimaryDisplay: () => display,
  getAllDisplays: () => [display],
});

export const shell = strict('shell', {
  showItemInFolder: (path: string) => void seen.revealed.push(path),
  openPath: async (path: string) => {
    seen.opened.push(path);
    return '';
  },
});

export const ipcMain = strict('ipcMain', channels);
export { BrowserWindow };
export const shim = { seen, blockers };
