import { describe, expect, it } from 'vitest';
import { ownArguments, startRequest } from './arguments.ts';

describe('arguments of the desktop program', () => {
  it('takes paths as they are, relative to where it was started, and as file:// URLs', () => {
    const { paths } = startRequest(['/a', 'b c', 'file:///d/%E4%BD%A0%20e', './f'], '/here');
    expect(paths).toEqual(['/a', '/here/b c', '/d/你 e', '/here/f']);
  });

  it('takes no option for a path, neither its own nor those that Chromium adds', () => {
    const args = ['--hidden', '--original-process-start-time=1', '-psn_0_1', '--allow-file-access', '/a'];
    expect(startRequest(args, '/')).toEqual({
      paths: ['/a'],
      isHidden: true,
      overrides: {},
    });
  });

  it('takes everything behind -- for a path', () => {
    expect(startRequest(['--', '--hidden', '-x'], '/d')).toEqual({
      paths: ['/d/--hidden', '/d/-x'],
      isHidden: false,
      overrides: {},
    });
  });

  it('takes a home in both spellings', () => {
    expect(startRequest(['--home', 'h', '/a'], '/d')).toEqual({
      home: '/d/h',
      paths: ['/a'],
      isHidden: false,
      overrides: {},
    });
    expect(startRequest(['--home=/h'], '/d').home).toBe('/h');
    expect(startRequest(['--home'], '/d').home).toBeUndefined();
  });

  it('takes an address and a port for this run, and no port that there is not', () => {
    const { overrides, paths } = startRequest(['--host', '127.0.0.1', '--port=0', '/a'], '/');
    expect([overrides, paths]).toEqual([{ host: '127.0.0.1', port: 0 }, ['/a']]);
    expect(startRequest(['--port', '70000', '/a'], '/').overrides).toEqual({});
  });

  it('opens nothing for other URLs and for files of other machines', () => {
    expect(
      startRequest(['https://x/y', 'hexdrop://z', 'file://server/share', 'file:///%2F', ''], '/').paths,
    ).toEqual([]);
  });

  it('leaves out the runtime, its options and the path of the app itself', () => {
    expect(ownArguments(['electron', '--no-sandbox', '.', '/a', '--hidden'], true)).toEqual([
      '/a',
      '--hidden',
    ]);
    expect(ownArguments(['hexdrop', '/a'], false)).toEqual(['/a']);
    expect(ownArguments(['electron'], true)).toEqual([]);
  });
});
