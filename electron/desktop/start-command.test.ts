import { describe, expect, it } from 'vitest';

import { startCommandOf } from './start-command.ts';

const installed = { env: {}, executable: '/opt/Hexdrop/hexdrop', appFolder: undefined, home: undefined };

describe('what starts the program again', () => {
  it('is its executable, where that was installed', () => {
    expect(startCommandOf(installed)).toEqual(['/opt/Hexdrop/hexdrop']);
  });

  it('is the file that people keep, where that unpacks itself into a folder that is gone after it', () => {
    const appImage = '/home/ann/Hexdrop-0.1.0-linux-x86_64.AppImage';
    expect(
      startCommandOf({
        ...installed,
        env: { APPIMAGE: appImage },
        executable: '/tmp/.mount_HexdroAbc/hexdrop',
      }),
    ).toEqual([appImage]);
    const portable = String.raw`D:\Hexdrop-0.1.0-win-x64-portable.exe`;
    expect(
      startCommandOf({
        ...installed,
        env: { PORTABLE_EXECUTABLE_FILE: portable },
        executable: String.raw`C:\Users\ann\AppData\Local\Temp\2f\Hexdrop.exe`,
      }),
    ).toEqual([portable]);
  });

  it('names the folder that Electron runs, and the home that was asked for', () => {
    expect(startCommandOf({ ...installed, appFolder: '/src/hexdrop', home: '/data' })).toEqual([
      '/opt/Hexdrop/hexdrop',
      '/src/hexdrop',
      '--home',
      '/data',
    ]);
  });
});
