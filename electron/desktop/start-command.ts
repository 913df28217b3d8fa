/** How this program is started again later: with the system, or from a service. */

export interface RunningProgram {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `process.execPath` */
  readonly executable: string;
  /** Where Electron runs a folder, as `npm start` has it do. */
  readonly appFolder: string | undefined;
  /** Asked for with `--home`. */
  readonly home: string | undefined;
}

/**
 * An AppImage and the portable program of Windows run from a folder that is gone after them; each tells by a variable
 * where the file lies that people keep.
 * Source: https://docs.appimage.org/packaging-guide/environment-variables.html and electron-builder's portable.nsi.
 */
export const startCommandOf = ({ env, executable, appFolder, home }: RunningProgram): readonly string[] => [
  env['APPIMAGE'] ?? env['PORTABLE_EXECUTABLE_FILE'] ?? executable,
  ...(appFolder === undefined ? [] : [appFolder]),
  ...(home === undefined ? [] : ['--home', home]),
];
