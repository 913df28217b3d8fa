import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HexdropError } from '../../../shared/errors/errors.ts';
import { FakeEngine, fakeCall, until } from '../testing/fake-world.ts';
import type { FakeCallOptions } from '../testing/fake-world.ts';

let folder: string;
let spools: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdrop-sources-'));
  spools = join(folder, 'spools');
  mkdirSync(spools);
});
afterEach(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);

/** Sends, and looks at what is there while it is sent. */
const start = (operands: readonly string[], options: FakeCallOptions = {}) => {
  const engine = options.engine ?? new FakeEngine();
  /** Name and content of what was sent. */
  const sent: Record<string, string> = {};
  const { script } = engine;
  engine.script = (handle, pin) => {
    for (const path of engine.sent[0]?.paths ?? []) sent[basename(path)] = readFileSync(path, 'utf8');
    script(handle, pin);
  };
  const env = { TMPDIR: spools };
  const call = fakeCall(['send', ...operands, '--to', '10.0.0.5'], { ...options, engine, env });
  return { call, sent, ended: call.run() };
};

const send = async (operands: readonly string[], options?: FakeCallOptions) => {
  const { call, sent, ended } = start(operands, options);
  return { exitCode: await ended, sent, call };
};

const failing = (code: 'connection-lost' | 'declined'): FakeEngine => {
  const engine = new FakeEngine();
  engine.script = (handle) => handle.fail(new HexdropError(code, 'It failed.'));
  return engine;
};

describe('standard input', () => {
  it('is sent under the name that is given, and nothing of it stays', async () => {
    const { exitCode, sent, call } = await send(['-', '--name', 'backup.tar'], { input: ['one ', 'two'] });
    expect(exitCode).toBe(0);
    expect(sent).toEqual({ 'backup.tar': 'one two' });
    expect(readdirSync(spools)).toEqual([]);
    expect(call.stderr.text).toContain(`Reading standard input into ${spools}`);
  });

  it('is closed to others while it lies on the disk', async () => {
    const engine = new FakeEngine();
    const modes: number[] = [];
    engine.script = (handle) => {
      const path = engine.sent[0]?.paths?.[0] ?? '';
      modes.push(statSync(dirname(path)).mode & 0o777, statSync(path).mode & 0o777);
      handle.finish();
    };
    await send(['-'], { engine, input: ['secret'] });
    expect(modes).toEqual([0o700, 0o600]);
  });

  it('has a name of its own where none is given, beside files too', async () => {
    writeFileSync(inFolder('notes.txt'), 'words');
    const { sent } = await send([inFolder('notes.txt'), '-'], { input: ['piped'] });
    expect(sent).toEqual({ 'notes.txt': 'words', stdin: 'piped' });
  });

  it('that is empty is sent as an empty file, and said so', async () => {
    const { exitCode, sent, call } = await send(['-'], {});
    expect(exitCode).toBe(0);
    expect(sent).toEqual({ stdin: '' });
    expect(call.stderr.text).toContain('Nothing came from standard input: an empty file is sent.');
  });

  it('that breaks off is not sent', async () => {
    const { exitCode, call } = await send(['-'], { input: ['half', new Error('EIO: i/o error, read')] });
    expect(exitCode).toBe(1);
    expect(call.engine.sent).toEqual([]);
    expect(call.stderr.text).toContain('Standard input could not be read to its end');
    expect(readdirSync(spools)).toEqual([]);
  });

  it.each([
    ['less', '10', 'gave 4 bytes, and --size says 10'],
    ['more', '3', 'gave more than 3 bytes, and --size says 3'],
  ])('is not sent when it has %s than --size says', async (_rule, size, words) => {
    const { exitCode, call } = await send(['-', '--size', size], { input: ['four'] });
    expect(exitCode).toBe(1);
    expect(call.engine.sent).toEqual([]);
    expect(call.stderr.text).toContain(words);
  });

  it('is sent when it has what --size says', async () => {
    expect((await send(['-', '--size', '4'], { input: ['four'] })).sent).toEqual({ stdin: 'four' });
  });

  it('is told with --json', async () => {
    const { call } = await send(['-', '--json'], { input: ['x'] });
    expect(call.stdout.events[0]).toMatchObject({ event: 'reading', name: 'stdin' });
  });

  it('goes nowhere when the folder for it cannot be written', async () => {
    rmSync(spools, { recursive: true });
    const { exitCode, call } = await send(['-'], { input: ['x'] });
    expect(exitCode).toBe(1);
    expect(call.stderr.text).toContain('Could not create the folder');
    expect(call.engine.sent).toEqual([]);
  });
});

describe('what was read from a pipe, when sending failed', () => {
  it('is kept where a person is there to be told how to go on', async () => {
    const { exitCode, call } = await send(['-', '--name', "it's.tar"], {
      engine: failing('connection-lost'),
      input: ['long'],
      isTerminal: true,
    });
    expect(exitCode).toBe(4);
    const [kept = ''] = readdirSync(spools);
    expect(readFileSync(join(spools, kept, "it's.tar"), 'utf8')).toBe('long');
    expect(call.stderr.text).toContain(`To go on: hexdrop send '${join(spools, kept)}'/* --to 10.0.0.5`);
    expect(call.stderr.text).not.toContain('Start the same command again');
  });

  it('is not kept where nobody is', async () => {
    const { exitCode, call } = await send(['-'], { engine: failing('declined'), input: ['long'] });
    expect(exitCode).toBe(3);
    expect(readdirSync(spools)).toEqual([]);
    expect(call.stderr.text).toContain('start what fills it again');
  });
});

describe('what an earlier run left in the folder of pipes', () => {
  const leave = (name: string, ageMs: number): void => {
    mkdirSync(join(spools, name));
    const at = new Date(Date.now() - ageMs);
    utimesSync(join(spools, name), at, at);
  };
  const dayMs = 86_400_000;
  // The highest number that a process can have is below it.
  const noPid = 2 ** 22 + 1;

  it('is removed when its process is gone for a day, and nothing else is', async () => {
    leave(`hexdrop-${noPid}-0123456789ab`, 2 * dayMs);
    leave(`hexdrop-${noPid}-0123456789ac`, dayMs / 2);
    leave(`hexdrop-${process.pid}-0123456789ab`, 2 * dayMs);
    leave('hexdrop-kept-0123456789ab', 2 * dayMs);
    leave('somebody-elses', 2 * dayMs);
    await send(['-'], { input: ['x'] });
    expect(readdirSync(spools).sort()).toEqual(
      [
        `hexdrop-${noPid}-0123456789ac`,
        `hexdrop-${process.pid}-0123456789ab`,
        'hexdrop-kept-0123456789ab',
        'somebody-elses',
      ].sort(),
    );
  });
});

describe('a name that is given', () => {
  it.each([
    ['without a pipe', [import.meta.filename, '--name', 'x'], 'nothing here does'],
    ['that is a path', ['-', '--name', 'a/b'], '--name takes the name of a file'],
    ['that leads out', ['-', '--name', '..'], '--name takes the name of a file'],
    ['as a size without a pipe', [import.meta.filename, '--size', '1'], 'nothing here does'],
  ])('%s is refused', async (_rule, operands, words) => {
    const { exitCode, call } = await send(operands);
    expect(exitCode).toBe(2);
    expect(call.stderr.text).toContain(words);
  });
});

describe('what is named', () => {
  it('counts once, however often and by whichever way', async () => {
    mkdirSync(inFolder('real'));
    writeFileSync(inFolder('real/a'), 'A');
    symlinkSync('real', inFolder('link'));
    const { sent } = await send([inFolder('real/a'), `${folder}/./real/a`, inFolder('link/a')]);
    expect(sent).toEqual({ a: 'A' });
  });

  it('is refused when two things would arrive under one name', async () => {
    for (const name of ['one', 'two']) {
      mkdirSync(inFolder(name));
      writeFileSync(inFolder(`${name}/a`), name);
    }
    const { exitCode, call } = await send([inFolder('one/a'), inFolder('two/a')]);
    expect(exitCode).toBe(2);
    expect(call.stderr.text).toContain('would both arrive as "a"');
  });

  it('is taken under each of its names when a file has several', async () => {
    writeFileSync(inFolder('a'), 'A');
    linkSync(inFolder('a'), inFolder('b'));
    expect((await send([inFolder('a'), inFolder('b')])).sent).toEqual({ a: 'A', b: 'A' });
  });

  it('is refused with where its link leads when nothing is there', async () => {
    symlinkSync('nowhere', inFolder('dangling'));
    const { exitCode, call } = await send([inFolder('dangling')]);
    expect(exitCode).toBe(2);
    expect(call.stderr.text).toContain('symbolic link to "nowhere", which is not there.');
  });

  it('is refused when its links lead round in a circle', async () => {
    symlinkSync('b', inFolder('a'));
    symlinkSync('a', inFolder('b'));
    const { exitCode, call } = await send([inFolder('a')]);
    expect(exitCode).toBe(2);
    expect(call.stderr.text).toContain('round in a circle');
  });

  it('is refused with a way out when its name is not UTF-8', async () => {
    // What Node makes of a Latin-1 argument.
    const { exitCode, call } = await send([inFolder('Mu\u{fffd}oz.txt')]);
    expect(exitCode).toBe(2);
    expect(call.stderr.text).toContain('its name is not UTF-8');
    expect(call.stderr.text).toContain('hexdrop send - --name NAME');
  });

  it('is sent when U+FFFD is really in its name', async () => {
    writeFileSync(inFolder('a\u{fffd}'), 'A');
    expect((await send([inFolder('a\u{fffd}')])).sent).toEqual({ 'a\u{fffd}': 'A' });
  });

  it('is refused when it is a device or a socket', async () => {
    const device = await send(['/dev/zero']);
    expect(device.exitCode).toBe(2);
    expect(device.call.stderr.text).toContain('it is a device');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(inFolder('socket'), resolve));
    const socket = await send([inFolder('socket')]);
    server.close();
    expect(socket.exitCode).toBe(2);
    expect(socket.call.stderr.text).toContain('it is a socket');
  });

  it('may be a named pipe, which is read to its end under its name', async () => {
    execFileSync('mkfifo', [inFolder('feed')]);
    const { call, ended, sent } = start([inFolder('feed')]);
    await until(() => call.stderr.text.includes('Reading the pipe'));
    // The writer comes late: that there is none yet must not be taken for the end.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    execFileSync('sh', ['-c', 'printf "from a pipe" > "$0"', inFolder('feed')]);
    expect(await ended).toBe(0);
    expect(sent).toEqual({ feed: 'from a pipe' });
  });

  it('is given up with Ctrl-C while nobody writes into the pipe', async () => {
    execFileSync('mkfifo', [inFolder('feed')]);
    const { call, ended } = start([inFolder('feed')]);
    await until(() => call.stderr.text.includes('Reading the pipe'));
    call.signal();
    expect(await ended).toBe(130);
    expect(call.engine.sent).toEqual([]);
    await until(() => readdirSync(spools).length === 0);
    expect(readdirSync(spools)).toEqual([]);
  });
});
