// Whom one reaches, and what is said when it is not the one that was meant.

import { cpSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { expectSameTree, makeTree, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

const source = (): string => join(makeTree(world.folder('from'), { 'tree/a': 'A' }), 'tree');

/** A server of another kind; returns its port. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.keep({ close: () => void server.close() });
  return (server.address() as AddressInfo).port;
}

const versionError = (versions: string): Buffer => {
  const message = `The other program speaks version 1 of the protocol, this one speaks version ${versions}.`;
  const payload = Buffer.from(
    JSON.stringify({ code: 'version-unsupported', message, seen: '1', allowed: versions }),
  );
  const header = Buffer.alloc(16);
  header.write('HXD1', 0, 'latin1');
  header.writeUInt32BE(payload.length, 4);
  header[8] = 0x05;
  return Buffer.concat([header, payload]);
};

describe('an address where', () => {
  test.each([
    ['send', ['send', 'PATH', '--to', 'ADDRESS']],
    ['get', ['get', 'ADDRESS/share/a']],
    ['put', ['put', 'PATH', 'ADDRESS/share']],
    ['ls', ['ls', 'ADDRESS']],
  ])('nothing listens ends %s with exit code 4 and says so', async (_command, words) => {
    const path = source();
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    const args = words.map((word) => word.replace('PATH', path).replace('ADDRESS', `127.0.0.1:${port}`));
    const ended = await world.device('dialer').run(args, { cwd: world.folder('to') });
    expectExit(ended, 4);
    expect(lastEvent(ended, 'error').code).toBe('connection-refused');
    expect(ended.stderr).toContain(`Nothing listens on 127.0.0.1:${port}`);
    // Nobody has accepted anything: there is nothing to try again for.
    expect(eventsOf(ended, 'retrying')).toEqual([]);
  });

  test('a web server listens is not Hexdrop', async () => {
    const port = await listening(createHttpServer((_request, response) => response.end('hello')));
    for (const flags of [[], ['--plain']]) {
      const args = ['send', source(), '--to', `127.0.0.1:${port}`, ...flags];
      const sent = await world.device('sender').run(args);
      expectExit(sent, 4);
      expect(lastEvent(sent, 'error').code).toBe('not-hexdrop');
      expect(sent.stderr).toMatch(/port/);
    }
  });

  test('something else that talks first is not Hexdrop', async () => {
    const port = await listening(
      createServer((socket) => void socket.on('error', () => {}).write('SSH-2.0-OpenSSH_9.6\r\n')),
    );
    for (const flags of [[], ['--plain']]) {
      const sent = await world
        .device('sender')
        .run(['send', source(), '--to', `127.0.0.1:${port}`, ...flags]);
      expectExit(sent, 4);
      expect(lastEvent(sent, 'error').code).toBe('not-hexdrop');
    }
  });

  test('somebody hangs up without a word is told as unreachable', async () => {
    const port = await listening(createServer((socket) => void socket.on('error', () => {}).end()));
    for (const flags of [[], ['--plain']]) {
      const sent = await world
        .device('sender')
        .run(['send', source(), '--to', `127.0.0.1:${port}`, ...flags]);
      expectExit(sent, 4);
    }
  });

  test('another version of the protocol is spoken is told in words', async () => {
    const port = await listening(
      createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end(versionError('99')));
      }),
    );
    const sent = await world.device('sender').run(['send', source(), '--to', `127.0.0.1:${port}`, '--plain']);
    expectExit(sent, 1);
    expect(lastEvent(sent, 'error').code).toBe('version-unsupported');
    expect(sent.stderr).toContain('version 99');
  });

  test('nothing has that name says so', async () => {
    const sent = await world.device('sender').run(['send', source(), '--to', 'no-such-device.invalid']);
    expectExit(sent, 4);
    expect(lastEvent(sent, 'error').code).toBe('host-unknown');
  });
});

describe('plain', () => {
  test('is refused by a listener that does not take it, and the sender says how it is meant', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    const sent = await world.device('sender').run(['send', source(), '--to', receiver.address, '--plain']);
    expectExit(sent, 5);
    expect(lastEvent(sent, 'error').code).toBe('plain-not-allowed');
    await receiver.program.event(({ event, code }) => event === 'rejected' && code === 'plain-not-allowed');
  });

  test('does not keep others from coming encrypted', async () => {
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--plain');
    const sent = await world.device('sender').run(['send', source(), '--to', receiver.address]);
    expectExit(sent, 0);
    expect(lastEvent(sent, 'connected')).toMatchObject({
      peer: { secure: true, deviceId: receiver.deviceId },
    });
  });

  test('says that it is not encrypted and trusts nobody', async () => {
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--plain');
    const sent = await world.device('sender').run(['send', source(), '--to', receiver.address, '--plain']);
    expectExit(sent, 0);
    expect(sent.stderr).toContain('NOT encrypted');
    expect(lastEvent(sent, 'connected')).toMatchObject({ peer: { secure: false, trust: 'unauthenticated' } });
    expect(eventsOf(sent, 'trusted')).toEqual([]);
  });
});

describe('the key of a device', () => {
  test('is remembered on first use, and known the next time', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    const sender = world.device('sender');
    const first = await sender.run(['send', source(), '--to', receiver.address]);
    expect(lastEvent(first, 'trusted')).toMatchObject({
      peer: { deviceId: receiver.deviceId, trust: 'new' },
    });
    const second = await sender.run(['send', source(), '--to', receiver.address]);
    expectExit(second, 0);
    expect(eventsOf(second, 'trusted')).toEqual([]);
    expect(lastEvent(second, 'connected')).toMatchObject({ peer: { trust: 'known' } });
  });

  test('that has changed is refused until it is accepted', async () => {
    const from = source();
    const to = world.folder('to');
    const old = await world.device('old').receive(to);
    const sender = world.device('sender');
    expectExit(await sender.run(['send', from, '--to', old.address]), 0);
    await old.program.kill();

    const other = world.folder('other');
    const args = ['receive', '--yes', '--dir', other];
    const changed = await world.device('changed').listen(args, { port: old.port });
    const refused = await sender.run(['send', from, '--to', changed.address]);
    expectExit(refused, 5);
    expect(lastEvent(refused, 'error').code).toBe('peer-key-changed');
    expect(refused.stderr).toContain('--accept-new-key');
    expect(readTree(other).size).toBe(0);
    // Refused again: the new key is not learned by trying.
    expectExit(await sender.run(['send', from, '--to', changed.address]), 5);
    expectExit(await sender.run(['ls', changed.address]), 5);

    expectExit(await sender.run(['send', from, '--to', changed.address, '--accept-new-key']), 0);
    expectExit(await sender.run(['ls', changed.address]), 0);
    await expectSameTree(world.path + '/from', other);
  });

  test('is the same after a restart, and two homes have two', async () => {
    const device = world.device('one');
    const first = await device.receive(world.folder('to'));
    await first.program.kill();
    const again = await device.receive(world.folder('to'));
    const other = await world.device('other').receive(world.folder('to'));
    expect(again.deviceId).toBe(first.deviceId);
    expect(other.deviceId).not.toBe(first.deviceId);
  });

  test('makes the alias of a known device an address', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'), '--alias', 'studio');
    const sender = world.device('sender');
    expectExit(await sender.run(['send', source(), '--to', receiver.address]), 0);
    const sent = await sender.run(['send', source(), '--to', 'studio']);
    expectExit(sent, 0);
    expect(lastEvent(sent, 'connected')).toMatchObject({
      peer: { deviceId: receiver.deviceId, alias: 'studio' },
    });
  });

  test('that was copied with its home is the same device, and both may send at once', async () => {
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to);
    const one = world.device('one');
    expectExit(await one.run(['send', source(), '--to', receiver.address]), 0);
    cpSync(one.home, world.folder('home-two'), { recursive: true });
    const two = world.device('two');
    const both = await Promise.all(
      [one, two].map((device) => device.run(['send', source(), '--to', receiver.address])),
    );
    for (const sent of both) {
      expectExit(sent, 0);
      expect(lastEvent(sent, 'done')).toMatchObject({ same: 1, failed: 0 });
    }
    expect([...readTree(to).keys()].filter((path) => path.startsWith('tree/')).length).toBe(1);
  });
});
