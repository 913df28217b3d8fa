// A terminal that goes away: what was told to live on lives on and still serves, what was not ends.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { expectExit } from '../support/program.ts';
import type { CliEvent } from '../support/program.ts';
import { makeTree, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const nohup = needs('nohup', 'a listener that was started with nohup lives on');
const script = needs('script', 'a listener outlives its terminal, or ends with it');

type Command = readonly string[];

const listening = (command: Command): Command => [
  ...command,
  '--host',
  '127.0.0.1',
  '--port',
  '0',
  '--no-announce',
];

/** Started by a shell that ignores SIGHUP, and replaced by the program. */
const ignoringHangUp = (command: Command): Command => [
  'sh',
  '-c',
  `trap '' HUP; exec "$@"`,
  'sh',
  ...command,
];

/** The same, with the pid of the program in a file: for what has others around it. */
const notingPid = (file: string, command: Command): Command => [
  'sh',
  '-c',
  'echo $$ > "$0"; exec "$@"',
  file,
  ...command,
];

const quoted = (command: Command): string =>
  command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

const onTerminal = (shellCommand: string): Command => [script.path, '-qefc', shellCommand, '/dev/null'];

/** Ended with the test, whatever became of the shell that started it. */
function keepPid(file: string): number {
  const pid = Number(readFileSync(file, 'latin1'));
  world.keep({ close: () => endNow(pid) });
  return pid;
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** That somebody can still send to it, told by what lies there in the end. */
async function expectReceives(port: unknown, dir: string, name = 'still here'): Promise<void> {
  const from = makeTree(world.folder('from'), { [name]: 'words' });
  const sent = await world
    .device('sender')
    .run(['send', join(from, name), '--to', `127.0.0.1:${String(port)}`]);
  expectExit(sent, 0);
  expect([...readTree(dir).keys()]).toContain(name);
}

/** That it answers what it is asked after the signal: one that ends takes no connection any more. */
async function expectAnswers({ url, port }: CliEvent): Promise<void> {
  if (typeof url === 'string') {
    const page = await fetch(new URL('/', url));
    await page.body?.cancel();
  } else {
    expectExit(await world.device('asking').run(['ls', `127.0.0.1:${port}`]), 0);
  }
}

describe('SIGHUP', () => {
  test.skipIf(!nohup.available)('does not end a receiver that was started with nohup', async () => {
    const to = world.folder('to');
    const program = world
      .device('receiver')
      .start(listening(['receive', '--yes', '--dir', to]), { wrap: (command) => [nohup.path, ...command] });
    const { port } = await program.event('listening');
    program.signal('SIGHUP');
    await expectReceives(port, to);
    program.signal('SIGTERM');
    expectExit(await program.end(), 130);
  });

  test.each([
    ['receive', ['receive', '--yes']],
    ['share', ['share', '.']],
    ['ui', ['ui', '--no-open', '--host', '127.0.0.1', '--port', '0']],
  ])('does not end "%s" that was started with the signal ignored', async (name, args) => {
    const program = world.device(name).start(name === 'ui' ? args : listening(args), {
      wrap: ignoringHangUp,
      cwd: world.folder('to'),
    });
    const started = await program.event('listening');
    program.signal('SIGHUP');
    await expectAnswers(started);
    program.signal('SIGTERM');
    expectExit(await program.end(), 130);
  });

  test.skipIf(!script.available)('ends a receiver that stands on a terminal', async () => {
    const file = join(world.folder('notes'), 'pid');
    const program = world
      .device('receiver')
      .start(listening(['receive', '--yes', '--dir', world.folder('to')]), {
        wrap: (command) => onTerminal(`exec ${quoted(notingPid(file, command))}`),
      });
    await program.event('listening');
    process.kill(keepPid(file), 'SIGHUP');
    expectExit(await program.end(), 130);
  });
});

describe.skipIf(!script.available)('a terminal that goes away', () => {
  test.each([
    ['takes everything', ['--yes']],
    ['asks about offers', []],
  ])('does not end a receiver that ignores SIGHUP and %s', async (_what, args) => {
    const to = world.folder('to');
    const file = join(world.folder('notes'), 'pid');
    const program = world.device('receiver').start(listening(['receive', ...args, '--dir', to]), {
      wrap: (command) => onTerminal(`trap '' HUP; ${quoted(notingPid(file, command))}; true`),
    });
    const { port } = await program.event('listening');
    keepPid(file);
    await program.kill();
    if (args.length > 0) return expectReceives(port, to);
    // Nobody is there to say yes.
    const from = makeTree(world.folder('from'), { words: 'words' });
    const sent = await world.device('sender').run(['send', join(from, 'words'), '--to', `127.0.0.1:${port}`]);
    expectExit(sent, 3);
  });
});

test('a receiver whose lines nobody reads any more goes on receiving', async () => {
  const to = world.folder('to');
  const file = join(world.folder('notes'), 'pid');
  const program = world.device('receiver').start(listening(['receive', '--yes', '--dir', to]), {
    wrap: (command) => ['sh', '-c', `${quoted(notingPid(file, command))} | head -n 1`],
  });
  const { port } = await program.event('listening');
  keepPid(file);
  await expectReceives(port, to, 'first');
  await expectReceives(port, to, 'second');
});
