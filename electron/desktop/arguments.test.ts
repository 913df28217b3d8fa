import { describe, expect, it } from 'vitest';
import { callWords } from '../host/command-names.ts';
import { commandLineCall, ownArguments, startRequest } from './arguments.ts';

describe('arguments of the desktop program', () => {
  it('takes paths as they are, relative to where it was started, and as file:// URLs', () => {
    const { openings } = startRequest(['/a', 'b c', 'file:///d/%E4%BD%A0%20e', './f'], '/here');
    expect(openings).toEqual(['/a', '/here/b c', '/d/你 e', '/here/f'].map((path) => ({ path })));
  });

  it('takes no option for a path, neither its own nor those that Chromium adds', () => {
    const args = ['--hidden', '--original-process-start-time=1', '-psn_0_1', '--allow-file-access', '/a'];
    expect(startRequest(args, '/')).toEqual({
      openings: [{ path: '/a' }],
      isHidden: true,
      overrides: {},
    });
  });

  it('takes everything behind -- for a path', () => {
    expect(startRequest(['--', '--hidden', '-x'], '/d')).toEqual({
      openings: [{ path: '/d/--hidden' }, { path: '/d/-x' }],
      isHidden: false,
      overrides: {},
    });
  });

  it('takes a home in both spellings', () => {
    expect(startRequest(['--home', 'h', '/a'], '/d')).toEqual({
      home: '/d/h',
      openings: [{ path: '/a' }],
      isHidden: false,
      overrides: {},
    });
    expect(startRequest(['--home=/h'], '/d').home).toBe('/h');
    expect(startRequest(['--home'], '/d').home).toBeUndefined();
  });

  it('takes an address and a port for this run, and no port that there is not', () => {
    const { overrides, openings } = startRequest(['--host', '127.0.0.1', '--port=0', '/a'], '/');
    expect([overrides, openings]).toEqual([{ host: '127.0.0.1', port: 0 }, [{ path: '/a' }]]);
    expect(startRequest(['--port', '70000', '/a'], '/').overrides).toEqual({});
  });

  it('opens nothing for other URLs and for files of other machines', () => {
    const urls = [
      'https://x/y',
      'hexdrop://z?pin=1',
      'hexdrop:///etc',
      'file://server/share',
      'file:///%2F',
      '',
    ];
    expect(startRequest(urls, '/').openings).toEqual([]);
  });

  it('takes links to what other devices share', () => {
    expect(startRequest(['hexdrop://attic:18520/photos'], '/').openings).toEqual([
      { link: 'hexdrop://attic:18520/photos' },
    ]);
  });

  it('says for what follows whether it is to be sent or shared', () => {
    expect(startRequest(['--send', '/a', '--share', '/b'], '/').openings).toEqual([
      { path: '/a', purpose: 'send' },
      { path: '/b', purpose: 'share' },
    ]);
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

describe('a call of the command line', () => {
  it.each(callWords)('begins with %s', (word) => {
    expect(commandLineCall([word, '/a', '--to', 'nas'])).toEqual([word, '/a', '--to', 'nas']);
  });

  it('is what a launcher says is one, whatever it begins with', () => {
    const options = ['--no-sandbox', '--ozone-platform=headless'];
    expect(commandLineCall([...options, '--command-line', '--', '--json', 'peers'])).toEqual([
      '--json',
      'peers',
    ]);
    expect(commandLineCall(['--command-line', '--', '--', 'x'])).toEqual(['--', 'x']);
    expect(commandLineCall(['--command-line'])).toEqual([]);
  });

  it('begins behind what an AppImage puts in front', () => {
    expect(commandLineCall(['--no-sandbox', 'peers'])).toEqual(['peers']);
  });

  it('is no path, no link, no option of the window, and nothing', () => {
    for (const args of [
      [],
      ['./send'],
      ['/send'],
      ['--send', '/a'],
      ['--share', '/share'],
      ['--hidden'],
      ['--no-sandbox'],
      ['--home', 'receive'],
      ['hexdrop://nas'],
      ['--', 'send'],
      ['sends'],
    ])
      expect(commandLineCall(args)).toBeUndefined();
  });
});
