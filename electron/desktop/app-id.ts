/**
 * What systems know the program by. Windows shows notifications, and groups windows on the taskbar, only for a running
 * program whose id is that of the shortcut in the start menu, which the installer writes (build/packaging/config.ts).
 */
export const appId = 'io.github.hexdrop.Hexdrop';
