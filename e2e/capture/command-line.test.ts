// `--capture` on the commands that move data, and `hexdrop inspect` on what it wrote and on what tshark captured.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { lacking, needs } from '../support/needs.ts';
import type { Need } from '../support/needs.ts';
import { patienceMs } from '../support/program.ts';
import { memoryDisk, mounts } from '../support/mounts.ts';
import { useWorld } from '../support/world.ts';
import type { Device } from '../support/stage.ts';

const world = useWorld();
const judge = needs('tshark', 'tshark finds nothing odd in the capture of a real transfer');
const disk = mounts('a full disk ends the capture and not the transfer');
const sniffer = mayCapture('our own log of a plain session is what tshark sees on the wire');

const bigBytes = 3_000_000;

function bigFile(): string {
  const path = join(world.folder('source'), 'big.bin');
  writeFileSync(path, Buffer.alloc(bigBytes, 'hexdrop '));
  return path;
}

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

const inspected = async (
  device: Device,
  path: string,
  ...args: readonly string[]
): Promise<readonly Line[]> => {
  const { exitCode, events, stderr } = await device.run(['inspect', path, ...args]);
  expect(stderr).not.toMatch(/hexdrop:/u);
  expect(exitCode).toBe(0);
  return events;
};

/** Frames as both ends must see them: connections are numbered by each on its own, directions are turned. */
const framesIn = (lines: readonly Line[], isTurned = false): readonly string[] =>
  lines
    .filter(({ event }) => event === 'frame')
    .map(({ type, id, channel, length, offset, direction }) => {
      const seen = isTurned ? (direction === 'in' ? 'out' : 'in') : direction;
      return `${String(channel)} ${String(seen)} ${String(offset).padStart(12)} ${String(type)} ${String(id)} ${String(length)}`;
    })
    .sort();

const shark = async (...args: readonly string[]): Promise<string> => {
  const child = spawn(judge.path, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  await once(child, 'close');
  return text;
};

const oddities = 'tcp.analysis.flags || ip.checksum.status == 0 || tcp.checksum.status == 0 || _ws.malformed';

describe('--capture FILE', () => {
  it.each([[], ['--plain']])('on both sides of a transfer tells the same frames (%s)', async (...mode) => {
    const [here, there] = [world.device('here'), world.device('there')];
    const [sent, received] = [join(world.path, 'sent.pcapng'), join(world.path, 'received.pcapng')];
    const receiver = await there.receive(world.folder('target'), '--once', '--capture', received, ...mode);
    const send = await here.run(['send', bigFile(), '--to', receiver.address, '--capture', sent, ...mode]);
    expect(send.exitCode).toBe(0);
    const { exitCode, events } = await receiver.program.end();
    expect(exitCode).toBe(0);
    expect(events.find(({ event }) => event === 'captured')).toMatchObject({ lostBytes: 0 });
    const ours = framesIn(await inspected(here, sent));
    expect(ours).toEqual(framesIn(await inspected(here, received), true));
    expect(ours.length).toBeGreaterThan(15);
    // Whole payloads are in the file, and only its owner may read them.
    expect(statSync(received).size).toBeGreaterThan(bigBytes);
    expect(statSync(received).mode & 0o777).toBe(0o600);
  });

  it.skipIf(!judge.available)('has nothing that tshark finds odd', async () => {
    const [here, there] = [world.device('here'), world.device('there')];
    const received = join(world.path, 'received.pcapng');
    const receiver = await there.receive(world.folder('target'), '--once', '--capture', received);
    await here.run(['send', bigFile(), '--to', receiver.address]);
    await receiver.program.end();
    const strict = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
    expect(await shark('-r', received, ...strict, '-Y', oddities)).toBe('');
    expect((await shark('-r', received)).split('\n').length).toBeGreaterThan(50);
  });

  it('never holds a PIN', async () => {
    const [here, there] = [world.device('here'), world.device('there')];
    const pinFile = join(world.path, 'pin');
    writeFileSync(pinFile, 'opensesame99\n', { mode: 0o600 });
    const folder = world.folder('photos');
    writeFileSync(join(folder, 'a.txt'), 'hello');
    const served = join(world.path, 'served.pcapng');
    const listed = join(world.path, 'listed.pcapng');
    const share = await there.share(folder, '--pin-file', pinFile, '--capture', served);
    const list = await here.run([
      'ls',
      `${share.address}/photos`,
      '--pin-file',
      pinFile,
      '--capture',
      listed,
    ]);
    expect(list.exitCode).toBe(0);
    share.program.signal('SIGTERM');
    await share.program.end();
    for (const path of [served, listed]) {
      const lines = await inspected(here, path);
      expect(lines.map(({ type }) => type)).toContain('UNLOCK');
      expect(readFileSync(path).includes('opensesame99')).toBe(false);
    }
  });

  it.skipIf(!disk.available)(
    'ends with a message when the disk is full, and the transfer goes on',
    async () => {
      const [here, there] = [world.device('here'), world.device('there')];
      const mount = world.folder('small');
      const target = world.folder('target');
      const receiver = await there.receive(target, '--once');
      const send = await here.run(
        ['send', bigFile(), '--to', receiver.address, '--capture', join(mount, 'x.pcapng')],
        { wrap: disk.wrap(memoryDisk(mount, '1m')) },
      );
      expect(send.stderr).toMatch(/no space left for the capture/u);
      expect(send.exitCode).toBe(0);
      expect(send.events.find(({ event }) => event === 'done')).toMatchObject({ files: 1, bytes: bigBytes });
      expect((await receiver.program.end()).exitCode).toBe(0);
      expect(statSync(join(target, 'big.bin')).size).toBe(bigBytes);
    },
  );

  it('that cannot be made is refused before anything is sent', async () => {
    const here = world.device('here');
    const missing = join(world.path, 'nowhere', 'x.pcapng');
    const send = await here.run(['send', bigFile(), '--to', '127.0.0.1:1', '--capture', missing]);
    expect(send.exitCode).toBe(1);
    expect(send.events).toMatchObject([{ event: 'error', code: 'no-such-path' }]);
  });
});

describe('--capture -', () => {
  it('puts the capture, and nothing else, on standard output', async () => {
    const [here, there] = [world.device('here'), world.device('there')];
    const path = join(world.path, 'piped.pcapng');
    const dir = world.folder('target');
    const receiver = there.start(
      ['receive', '--yes', '--once', '--dir', dir, '--host', '127.0.0.1', '--port', '0', '--capture', '-'],
      { isForPeople: true, wrap: (command) => ['sh', '-c', `"$@" > "${path}"`, 'sh', ...command] },
    );
    await receiver.says(/Listening on port \d+/u);
    const port = /Listening on port (\d+)/u.exec(receiver.stderr)?.[1] ?? '';
    await here.run(['send', bigFile(), '--to', `127.0.0.1:${port}`]);
    expect((await receiver.end()).exitCode).toBe(0);
    const lines = await inspected(here, path);
    expect(lines.filter(({ type }) => type === 'DONE').length).toBe(1);
  });

  it('is refused where words go to standard output', async () => {
    const here = world.device('here');
    const send = await here.run(['send', bigFile(), '--to', '127.0.0.1:1', '--capture', '-']);
    expect(send.exitCode).toBe(2);
  });
});

describe('hexdrop inspect', () => {
  it.skipIf(!sniffer.available)('reads a capture of tshark as the frames that passed', async () => {
    const [here, there] = [world.device('here'), world.device('there')];
    const [sent, sniffed] = [join(world.path, 'sent.pcapng'), join(world.path, 'sniffed.pcapng')];
    const receiver = await there.receive(world.folder('target'), '--once', '--plain');
    const child = spawn(sniffer.path, ['-i', 'lo', '-f', 'tcp', '-B', '64', '-w', sniffed], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      await written(child.stderr, sniffed);
      await here.run(['send', bigFile(), '--to', receiver.address, '--plain', '--capture', sent]);
      await receiver.program.end();
      await holds(sniffed, lastFrame);
    } finally {
      child.kill('SIGINT');
      await once(child, 'close');
    }
    const wire = await inspected(here, sniffed);
    const own = await inspected(here, sent);
    // Others may talk on this loopback too: what counts are our connections, told by the frames of this transfer.
    const ports = own.filter(({ event }) => event === 'connection').map((line) => portsOf(line));
    const numbers = new Set(
      wire
        .filter((line) => line.event === 'connection' && ports.includes(portsOf(line)))
        .map(({ number }) => number),
    );
    const bare = (lines: readonly Line[]): readonly string[] =>
      lines
        .filter(({ event }) => event === 'frame')
        .map(
          ({ type, id, channel, length, offset }) =>
            `${String(channel)} ${String(offset)} ${String(type)} ${String(id)} ${String(length)}`,
        )
        .sort();
    expect(bare(wire.filter(({ connection }) => numbers.has(connection)))).toEqual(bare(own));
  });

  it('shows one frame with its fields and bytes', async () => {
    const [here, there] = [world.device('here'), world.device('there')];
    const sent = join(world.path, 'sent.pcapng');
    const receiver = await there.receive(world.folder('target'), '--once');
    await here.run(['send', bigFile(), '--to', receiver.address, '--capture', sent]);
    await receiver.program.end();
    const list = await inspected(here, sent, '--filter', 'type == OFFER');
    const offer = list.find(({ event }) => event === 'frame');
    expect(offer).toMatchObject({ type: 'OFFER', direction: 'out' });
    const { stdout } = await here.run(['inspect', sent, '--frame', String(offer?.['number'])], {
      isForPeople: true,
    });
    expect(stdout).toContain('name: big.bin');
    expect(stdout).toContain('00000000  48 58 44 31');
    const chunks = await inspected(here, sent, '--chunks');
    expect(chunks.some(({ event, class: kind }) => event === 'chunk' && kind === 'exact')).toBe(true);
  });

  it('says what is no capture', async () => {
    const here = world.device('here');
    const path = join(world.path, 'words.txt');
    writeFileSync(path, 'These are words and no packets.');
    const { exitCode, events } = await here.run(['inspect', path]);
    expect(exitCode).toBe(1);
    expect(events).toMatchObject([{ event: 'error', code: 'not-a-capture' }]);
  });
});

const portsOf = (line: Line): string => {
  const port = (end: unknown): number => (end as { readonly port: number }).port;
  return [port(line['near']), port(line['far'])].sort((a, b) => a - b).join(' ');
};

/** tshark says that it captures before it does; its file is there once it does. */
async function written(stderr: NodeJS.ReadableStream, path: string): Promise<void> {
  for await (const text of stderr) {
    if (/Capture started|Capturing on/u.test(String(text)) && existsSync(path)) return;
  }
}

/** The header of BYE: 17 bytes of payload, type 0x06, no flags, channel 0, id 0. */
const lastFrame = Buffer.from('48584431000000110600000000000000', 'hex');

/** tshark writes what it has seen about twice a second. */
async function holds(path: string, bytes: Buffer): Promise<void> {
  const patience = AbortSignal.timeout(patienceMs);
  while (!readFileSync(path).includes(bytes)) await delay(50, undefined, { signal: patience });
}

function mayCapture(proves: string): Need {
  const tshark = needs('tshark', proves);
  if (!tshark.available || process.getuid?.() === 0) return tshark;
  return lacking(proves, 'capturing on lo needs root');
}
