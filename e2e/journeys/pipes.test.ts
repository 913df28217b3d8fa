// What comes from a pipe and not from a file: texts and content.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Proxy } from '../faults/proxy.ts';
import { needs } from '../support/needs.ts';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { memoryDisk, mounts } from '../support/mounts.ts';
import { makeTree, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import type { Device } from '../support/stage.ts';

const world = useWorld();

/** Runs a command with this on its standard input. */
function runWith(device: Device, input: string | Uint8Array, args: readonly string[]): Promise<Ended> {
  const program = device.start(args);
  program.type(input);
  program.closeInput();
  return program.end();
}

describe('a text', () => {
  test('of several lines is printed by the receiver, line by line, and carried whole by its JSON', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    const text = '漢字 "quoted"\n  and $HOME\n\nthe end\u001b[31m';
    const sent = await runWith(world.device('sender'), `${text}\n`, ['text', receiver.address]);
    expectExit(sent, 0);
    expect(lastEvent(sent, 'text-sent')).toMatchObject({ characters: Array.from(text).length });
    const heard = await receiver.program.event('text');
    expect(heard['text']).toBe(text);
    await receiver.program.says(/^> the end\\u\{001b\}\[31m$/m);
    expect(receiver.program.stderr).toContain('> 漢字 "quoted"\n>   and $HOME\n> \n');
  });

  test('from an argument is sent as it stands', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    const sent = await world.device('sender').run(['text', receiver.address, 'a; b & "c"']);
    expectExit(sent, 0);
    expect((await receiver.program.event('text'))['text']).toBe('a; b & "c"');
  });

  test('that is too long, empty or no text is refused before it is sent', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    for (const input of ['', '\n', 'x'.repeat(60_001), Uint8Array.of(0xff, 0xfe, 0x00)]) {
      expectExit(await runWith(world.device('sender'), input, ['text', receiver.address]), 2);
    }
    expect(eventsOf(receiver.program, 'text')).toEqual([]);
  });

  test('is declined by a device that only shares', async () => {
    const sharer = await world.device('sharer').share(world.folder('share'));
    const sent = await world.device('sender').run(['text', sharer.address, 'words']);
    expectExit(sent, 3);
    expect(lastEvent(sent, 'error').code).toBe('not-receiving');
  });
});

const bash = needs('bash', 'what a process substitution gives is sent');
const mkfifo = needs('mkfifo', 'a named pipe is sent');
const disk = mounts('a pipe that is larger than the disk is refused with where to go');

const large = 20_000_003;

describe('what comes from a pipe', () => {
  test('arrives whole under the name that is given, and nothing of it stays behind', async () => {
    const to = world.folder('to');
    const spools = world.folder('spools');
    const receiver = await world.device('receiver').receive(to);
    const content = seededRandom().bytes(large);
    const sender = world
      .device('sender')
      .start(['send', '-', '--name', 'backup.tar', '--to', receiver.address], { env: { TMPDIR: spools } });
    sender.type(content);
    sender.closeInput();
    const sent = await sender.end();
    expectExit(sent, 0);
    expect(lastEvent(sent, 'done')).toMatchObject({ files: 1, bytes: large });
    expect(readFileSync(join(to, 'backup.tar')).equals(content)).toBe(true);
    expect(readdirSync(spools)).toEqual([]);
  });

  test('goes on after a broken connection without being read again', async () => {
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to);
    const proxy = world.keep(
      await Proxy.open(receiver.port, (connection) =>
        connection === 1 ? { up: { cutAfter: 900_000 } } : {},
      ),
    );
    const content = seededRandom().bytes(3_000_000);
    const sent = await runWith(world.device('sender'), content, ['send', '-', '--to', proxy.address]);
    expectExit(sent, 0);
    expect(eventsOf(sent, 'retrying').length).toBeGreaterThan(0);
    expect(readFileSync(join(to, 'stdin')).equals(content)).toBe(true);
  });

  test('is uploaded into a share', async () => {
    const share = world.folder('share');
    const sharer = await world.device('sharer').share(share, '--writable');
    const args = ['put', '-', `${sharer.address}/share`, '--name', 'dump.sql'];
    expectExit(await runWith(world.device('sender'), 'select 1;', args), 0);
    expect(readFileSync(join(share, 'dump.sql'), 'utf8')).toBe('select 1;');
  });

  test('does not arrive when it has another size than was said', async () => {
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to);
    const args = ['send', '-', '--size', '1000', '--to', receiver.address];
    const sent = await runWith(world.device('sender'), 'the writer died', args);
    expectExit(sent, 1);
    expect(lastEvent(sent, 'error')).toMatchObject({ code: 'read-failed' });
    expect([...readTree(to).keys()]).toEqual([]);
  });

  test('leaves nothing behind when it is interrupted while it comes', async () => {
    const spools = world.folder('spools');
    const receiver = await world.device('receiver').receive(world.folder('to'));
    const sender = world
      .device('sender')
      .start(['send', '-', '--to', receiver.address], { env: { TMPDIR: spools } });
    sender.type('half');
    await sender.event('reading');
    sender.signal('SIGINT');
    expectExit(await sender.end(), 130);
    expect(readdirSync(spools)).toEqual([]);
  });

  test.skipIf(!bash.available)('comes from process substitutions, beside files', async () => {
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to);
    const from = makeTree(world.folder('from'), { 'notes.txt': 'words' });
    const sent = await world
      .device('sender')
      .run(['send', join(from, 'notes.txt'), '--to', receiver.address], {
        wrap: (command) => [bash.path, '-c', '"$@" <(printf one) <(printf two)', 'bash', ...command],
      });
    expectExit(sent, 0);
    const contents = [...readTree(to).keys()].map(
      (path) => `${path}: ${readFileSync(join(to, path), 'utf8')}`,
    );
    expect(contents.sort()).toEqual(['notes.txt: words', 'pipe (1): two', 'pipe: one']);
  });

  test.skipIf(!mkfifo.available)('comes from a named pipe, however late its writer is', async () => {
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to);
    const pipe = join(world.folder('from'), 'feed');
    execFileSync(mkfifo.path, [pipe]);
    const sender = world.device('sender').start(['send', pipe, '--to', receiver.address]);
    await sender.event('reading');
    const writer = openSync(pipe, 'w');
    writeSync(writer, 'late');
    closeSync(writer);
    expectExit(await sender.end(), 0);
    expect(readFileSync(join(to, 'feed'), 'utf8')).toBe('late');
  });

  test('comes as a file when standard input is one, by either of its names', async () => {
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--on-conflict', 'overwrite');
    const from = join(world.folder('from'), 'notes.txt');
    for (const name of ['-', '/dev/stdin']) {
      writeFileSync(from, `by ${name}`);
      const sent = await world.device('sender').run(['send', name, '--to', receiver.address], {
        wrap: (command) => ['sh', '-c', `exec "$@" < '${from}'`, 'sh', ...command],
      });
      expectExit(sent, 0);
      expect(readFileSync(join(to, 'stdin'), 'utf8')).toBe(`by ${name}`);
    }
  });

  test.skipIf(!disk.available)('that the disk has no room for is refused with where to go', async () => {
    const spools = world.folder('spools');
    const receiver = await world.device('receiver').receive(world.folder('to'));
    const sender = world.device('sender').start(['send', '-', '--to', receiver.address], {
      env: { TMPDIR: spools },
      wrap: disk.wrap(memoryDisk(spools, '2m')),
    });
    sender.type(new Uint8Array(4_000_000));
    sender.closeInput();
    const sent = await sender.end();
    expectExit(sent, 1);
    expect(lastEvent(sent, 'error')).toMatchObject({ code: 'disk-full' });
    expect(sent.stderr).toContain('TMPDIR');
  });
});
