import { describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { readRequest, wantsJson } from './args.ts';
import type { OptionValues } from './options.ts';

const optionsOf = (...argv: readonly string[]): OptionValues => {
  const request = readRequest(argv);
  return request.kind === 'run' ? request.call.options : {};
};

const refusalOf = (...argv: readonly string[]): string => {
  try {
    readRequest(argv);
  } catch (thrown) {
    if (thrown instanceof HexdropError && thrown.code === 'usage') return thrown.message;
    throw thrown;
  }
  return 'accepted';
};

describe('a call', () => {
  it('is a command, its operands and its options, in any order', () => {
    const request = readRequest(['--json', 'send', 'a', '--to', 'host', 'b', '--retry=5']);
    expect(request).toMatchObject({
      kind: 'run',
      call: {
        command: { name: 'send' },
        operands: ['a', 'b'],
        options: { json: true, to: 'host', retry: 5 },
      },
    });
  });

  it('takes what follows -- as operands', () => {
    expect(readRequest(['send', '--to', 'host', '--', '--json', '-x'])).toMatchObject({
      call: { operands: ['--json', '-x'], options: { to: 'host' } },
    });
    expect(wantsJson(['send', '--', '--json'])).toBe(false);
    expect(wantsJson(['send', '--json', '--'])).toBe(true);
  });

  it('collects a repeatable option and takes the last of any other', () => {
    expect(optionsOf('get', 'host/a', '--only', '*.jpg', '--only=*.png').only).toEqual(['*.jpg', '*.png']);
    expect(optionsOf('get', 'host/a', '--dir', 'one', '--dir', 'two').dir).toBe('two');
  });

  it('takes a value that begins with a dash, unless that may be an option', () => {
    expect(optionsOf('send', 'a', '--to', '-x').to).toBe('-x');
    expect(optionsOf('send', 'a', '--to=--json').to).toBe('--json');
    for (const word of ['--json', '--jsn', '-h', '-hx'])
      expect(refusalOf('send', 'a', '--to', word)).toContain(`is followed by "${word}"`);
  });

  it('reads a limit in thousands, millions and so on', () => {
    const limitOf = (text: string): number | undefined => optionsOf('receive', '--limit', text).limit;
    expect(['1000', '500k', '10M', '1.5g'].map(limitOf)).toEqual([1_000, 500_000, 10_000_000, 1_500_000_000]);
  });

  it('knows the short forms', () => {
    expect(optionsOf('ls', '-R', 'host').recursive).toBe(true);
    expect(optionsOf('receive', '-y').yes).toBe(true);
    expect(readRequest(['ls', '-h'])).toMatchObject({ kind: 'help', command: { name: 'ls' } });
  });

  it('asks for help or the version wherever it says so', () => {
    expect(readRequest(['--help'])).toEqual({ kind: 'help' });
    expect(readRequest(['help'])).toEqual({ kind: 'help' });
    expect(readRequest(['help', 'put'])).toMatchObject({ kind: 'help', command: { name: 'put' } });
    expect(readRequest(['send', '--help'])).toMatchObject({ kind: 'help', command: { name: 'send' } });
    expect(readRequest(['--version'])).toEqual({ kind: 'version' });
  });
});

describe('a usage error', () => {
  it.each([
    [
      'names the commands when there is none',
      [],
      /send, receive, share, ls, get, put, text, peers, ui, inspect, partials, doctor, learn, wireshark, version, completion/,
    ],
    ['suggests the command that was meant', ['recieve'], /no command "recieve".*Did you mean "receive"\?/],
    ['sees swapped letters', ['sned'], /Did you mean "send"\?/],
    ['lists the commands when none is near', ['frobnicate'], /The commands are send,/],
    ['suggests the option that was meant', ['receive', '--jsom'], /no option --jsom for "receive".*--json\?/],
    ['suggests only options of the command', ['ls', 'host', '--writeable'], /^(?!.*Did you mean)/],
    ['names an option that belongs elsewhere', ['ls', 'host', '--yes'], /no option --yes for "ls"/],
    ['names an unknown short option', ['ls', '-Rz', 'host'], /no option -z for "ls"/],
    ['says that a value is missing', ['receive', '--port'], /--port needs a value: --port PORT/],
    [
      'does not take an option for a value',
      ['receive', '--dir', '--yes'],
      /followed by "--yes".*--dir=--yes/,
    ],
    ['says that a switch takes no value', ['receive', '--yes=no'], /--yes takes no value/],
    [
      'tells the range of a port',
      ['receive', '--port', '70000'],
      /whole number from 0 to 65535, not "70000"/,
    ],
    ['refuses a port that is no number', ['receive', '--port', '1e3'], /whole number.*not "1e3"/],
    ['refuses a negative time', ['receive', '--retry=-1'], /whole number from 0 to 86400, not "-1"/],
    [
      'refuses a limit of nothing',
      ['receive', '--limit', '0'],
      /from 1k on, such as 500k, 10M or 1.5G, not "0"/,
    ],
    ['refuses a limit in other units', ['receive', '--limit', '10MiB'], /--limit takes bytes a second/],
    ['tells the choices', ['receive', '--on-conflict', 'ask'], /rename, skip, overwrite, not "ask"/],
    ['refuses an empty folder', ['receive', '--dir='], /--dir takes a folder, not ""/],
    ['refuses an alias that is too long', ['receive', '--alias', 'x'.repeat(65)], /1 to 64 characters/],
    [
      'says what an operand is',
      ['send', '--to', 'host'],
      /"send" needs a file or folder.*hexdrop send <path\.\.\.>/,
    ],
    ['asks for what is required', ['send', 'a'], /"send" needs --to HOST/],
    ['refuses what is too much', ['receive', 'extra'], /takes no arguments; "extra" was not expected/],
    ['refuses a second place to list', ['ls', 'one', 'two'], /at most 1; "two" was not expected/],
    ['refuses an empty operand', ['ls', ''], /empty argument/],
    ['refuses help for what does not exist', ['help', 'nosuch'], /no command "nosuch"/],
  ] as const)('%s', (_rule, argv, expected) => {
    const message = refusalOf(...argv);
    expect(message).toMatch(expected);
  });

  it('points to the help that answers it', () => {
    expect(refusalOf('receive', '--jsom')).toContain('hexdrop receive --help');
    expect(refusalOf('--jsom')).toContain('hexdrop --help');
  });

  it('escapes what was typed before it shows it', () => {
    expect(refusalOf('se\u001B[2Jnd')).not.toContain('\u001B');
  });
});
