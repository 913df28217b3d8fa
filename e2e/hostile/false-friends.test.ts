// Whom one dials may be hostile too: listeners that lie in their greeting, sharers that send what was not asked for,
// lists that steer the terminal or never end. The command ends with an error, and nothing lands that should not.

import { createServer as createTlsServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import type { Ended, Program } from '../support/program.ts';
import { makeTree, isUnfinished, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { frame, jsonOf, last, RawListener, RawPeer, welcome } from './raw-peer.ts';
import type { RawFrame } from './raw-peer.ts';
import { chainOf, chunkBytes, data, end, finish, folder, manifest, offer, pack } from './raw-transfer.ts';
import type { RawEntry } from './raw-transfer.ts';

const world = useWorld();

const source = (): string => join(makeTree(world.folder('from'), { a: 'A' }), 'a');

const listen = async (): Promise<RawListener> => world.keep(await RawListener.open());

describe('a greeting', () => {
  /** Sends to a listener that answers HELLO with these bytes. */
  const answered = async (bytes: Uint8Array | string): Promise<Ended> => {
    const listener = await listen();
    const sender = world.device('sender').start(['send', source(), '--to', listener.address, '--plain']);
    const peer = world.keep(await listener.accept());
    await peer.expect('HELLO');
    peer.write(bytes);
    return sender.end();
  };

  test.each([
    ['of another version', frame('WELCOME', 0, welcome({ version: 99 })), 'version-unsupported', 1],
    ['with a digest that was not offered', frame('WELCOME', 0, welcome({ digest: 'md5' })), 'bad-payload', 1],
    ['without an id', frame('WELCOME', 0, welcome({ deviceId: '' })), 'bad-payload', 1],
    ['that is a HELLO', frame('HELLO', 0, welcome()), 'bad-payload', 1],
    ['of 4 GiB', frame('WELCOME', 0, {}, { length: 0xffff_ffff }), 'frame-too-large', 1],
    ['on a lane', frame('WELCOME', 0, welcome(), { channel: 1 }), 'bad-channel', 1],
    ['that is PING', frame('PING', 0), 'unexpected-frame', 1],
    ['that is an offer', frame('OFFER', 2, offer([{ name: 'x' }])), 'unexpected-frame', 1],
    ['in another protocol', 'HTTP/1.1 200 OK\r\n\r\n', 'not-hexdrop', 4],
    ['of noise', Buffer.alloc(500, 0xa5), 'not-hexdrop', 4],
  ])('%s ends the command', async (_what, bytes, code, exitCode) => {
    const ended = await answered(bytes);
    expect(lastEvent(ended, 'error').code).toBe(code);
    expectExit(ended, exitCode);
  });

  test('in words that mean to steer a terminal is told escaped', async () => {
    const evil = 'evil \u001b[2J\u001b]0;owned\u0007 \u202e';
    const listener = await listen();
    const args = ['send', source(), '--to', listener.address, '--plain'];
    const sender = world.device('sender').start(args, { isForPeople: true });
    const peer = world.keep(await listener.greeted({ alias: evil, app: evil, platform: evil }));
    const { id } = await peer.expect('OFFER');
    peer.send('DECLINE', id, { code: 'declined', message: evil });
    const { stdout, stderr } = await sender.end();
    expect(stderr).toContain('evil');
    for (const character of '\u001b\u0007\u202e') expect(stdout + stderr).not.toContain(character);
  });

  test('with an unknown error code is told as a failure inside of the other side', async () => {
    const ended = await answered(
      frame('ERROR', 0, { code: 'x-new-in-version-9', message: 'Something new.' }),
    );
    expectExit(ended, 1);
    expect(lastEvent(ended, 'error')).toMatchObject({ code: 'internal', message: 'Something new.' });
  });

  test('under another id than its key has is refused', async () => {
    // A key of ours, made by the program itself.
    const device = world.device('impostor');
    await device.run(['partials']);
    const { keyPem, certificatePem } = JSON.parse(
      readFileSync(join(device.home, 'identity.json'), 'utf8'),
    ) as Record<string, string>;
    const server = createTlsServer({
      key: keyPem ?? '',
      cert: certificatePem ?? '',
      minVersion: 'TLSv1.3',
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.on('secureConnection', (socket) => {
      const peer = new RawPeer(socket);
      void peer.expect('HELLO').then(() => peer.send('WELCOME', 0, welcome({ deviceId: 'ab'.repeat(32) })));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    world.keep({ close: () => void server.close() });
    const { port } = server.address() as AddressInfo;
    const ended = await world.device('sender').run(['send', source(), '--to', `127.0.0.1:${port}`]);
    expectExit(ended, 5);
    expect(lastEvent(ended, 'error').code).toBe('identity-mismatch');
  });
});

/** Asks a raw sharer for `things/wanted`, and hands over the session with the GET in it. */
async function asked(
  ...args: readonly string[]
): Promise<{ getter: Program; peer: RawPeer; get: RawFrame; transfer: string; to: string }> {
  const listener = await listen();
  const to = world.folder('around/to');
  makeTree(join(world.path, 'around'), { canary: 'untouched', 'to/mine': 'untouched' });
  const words = ['get', `${listener.address}/things/wanted`, '--dir', to, '--plain', '--retry', '0', ...args];
  const getter = world.device('getter').start(words);
  const peer = world.keep(await listener.greeted());
  const get = await peer.expect('GET');
  return { getter, peer, get, transfer: jsonOf(get)['transfer'] as string, to };
}

const untouched = ['canary', 'to', 'to/mine'];
/** What is there, unfinished files aside. */
const around = (): readonly string[] =>
  [...readTree(join(world.path, 'around')).keys()].filter((path) => !isUnfinished(path));

describe('a sharer', () => {
  const offers: readonly (readonly [string, readonly RawEntry[], string])[] = [
    ['another file than was asked for', [{ name: '.bashrc', size: 1 }], 'unexpected-frame'],
    [
      'another file besides',
      [
        { name: '.bashrc', size: 1 },
        { name: 'wanted', size: 1 },
      ],
      'unexpected-frame',
    ],
    ['a way out', [{ name: '../canary', size: 1 }], 'unsafe-name'],
    [
      'a way out inside of the folder',
      [
        { kind: folder, name: 'wanted' },
        { name: '..', parent: 0, size: 1 },
      ],
      'unsafe-name',
    ],
    [
      'a path for a name',
      [
        { kind: folder, name: 'wanted' },
        { name: '../../canary', parent: 0, size: 1 },
      ],
      'unsafe-name',
    ],
  ];

  test.each(offers)('cannot bring %s', async (_what, entries, code) => {
    const { getter, peer, get, transfer } = await asked();
    peer.send('OFFER', get.id, offer(entries, { transfer }));
    peer.send('MANIFEST', get.id, manifest(entries), { flags: last });
    expect(await peer.sessionError()).toBe(code);
    const ended = await getter.end();
    expectExit(ended, 1);
    expect(lastEvent(ended, 'error').code).toBe(code);
    expect(around()).toEqual(untouched);
  });

  test('cannot replace what is there, other than as the getter chose', async () => {
    const { getter, peer, get, transfer, to } = await asked();
    const entries = [
      { kind: folder, name: 'wanted' },
      { name: 'x', parent: 0, size: 3 },
    ];
    makeTree(join(to, 'wanted'), { x: 'mine' });
    peer.send('OFFER', get.id, offer(entries, { transfer }));
    peer.send('MANIFEST', get.id, manifest(entries), { flags: last });
    await peer.expect('ACCEPT');
    await peer.expect('WANT');
    peer.send('PACK', get.id, pack([{ index: 1, content: Buffer.from('bad') }]));
    peer.send('FINISH', get.id, finish());
    await peer.expect('DONE');
    expectExit(await getter.end(), 0);
    expect(readFileSync(join(to, 'wanted/x'), 'utf8')).toBe('mine');
    expect(readFileSync(join(to, 'wanted/x (1)'), 'utf8')).toBe('bad');
  });

  test('that sends wrong content leaves nothing, and the exit code says integrity', async () => {
    const { getter, peer, get, transfer } = await asked();
    const entries = [{ name: 'wanted', size: chunkBytes + 1 }];
    peer.send('OFFER', get.id, offer(entries, { transfer }));
    peer.send('MANIFEST', get.id, manifest(entries), { flags: last });
    await peer.expect('ACCEPT');
    const content = Buffer.alloc(chunkBytes + 1, 'x');
    peer.send('DATA', get.id, data(0, 0, content.subarray(0, chunkBytes), Buffer.alloc(32)));
    peer.send('DATA', get.id, data(0, chunkBytes, content.subarray(chunkBytes)));
    peer.send('END', get.id, end(0, content.length, chainOf(content)));
    await peer.expect('WANT');
    expect(jsonOf(await peer.expect('FAULT'))).toMatchObject({ code: 'digest-mismatch' });
    peer.send('FINISH', get.id, finish({ files: 0 }));
    await peer.expect('DONE');
    const ended = await getter.end();
    expectExit(ended, 6);
    expect(eventsOf(ended, 'fault')).toMatchObject([
      { path: 'wanted', code: 'digest-mismatch', side: 'here' },
    ]);
    expect(around()).toEqual(untouched);
  });

  test('that answers a GET for another transfer, or not at all in time, does not hang the getter', async () => {
    const { getter, peer, get } = await asked();
    peer.send('OFFER', get.id, offer([{ name: 'wanted', size: 1 }]));
    peer.send('BYE', 0);
    const ended = await getter.end();
    expect(ended.exitCode).not.toBe(0);
    expect(around()).toEqual(untouched);
  });

  test('gets nothing out of the getter: it serves no files', async () => {
    const { getter, peer, transfer } = await asked();
    peer.send('LIST', 2, { path: '' });
    expect(jsonOf(await peer.expect('LISTING'))).toMatchObject({ entries: [] });
    peer.send('GET', 4, { transfer, paths: ['to/mine'] });
    expect(jsonOf(await peer.expect('ERROR'))).toMatchObject({ code: 'no-such-share' });
    peer.send('OFFER', 6, offer([{ name: 'gift', size: 1 }]));
    expect(jsonOf(await peer.expect('DECLINE'))).toMatchObject({ code: 'not-receiving' });
    getter.signal('SIGINT');
    expectExit(await getter.end(), 130);
    expect(around()).toEqual(untouched);
  });
});

describe('a list', () => {
  const listed = async (listing: (path: string) => object, ...args: readonly string[]): Promise<Ended> => {
    const listener = await listen();
    const looker = world.device('looker').start(['ls', ...args, `${listener.address}/things`, '--plain']);
    const peer = world.keep(await listener.greeted());
    const stat = await peer.expect('STAT');
    peer.send('ENTRY', stat.id, { path: 'things', entry: { name: 'things', kind: 'share' } });
    for (let answered = 0; answered < 10_000; answered += 1) {
      const asking = await peer.next();
      if (asking === undefined || asking.name !== 'LIST') break;
      peer.send('LISTING', asking.id, listing(jsonOf(asking)['path'] as string));
    }
    return looker.end();
  };

  test('that promises more and brings nothing new ends with an error', async () => {
    const same = { path: 'things', writable: false, entries: [{ name: 'a', kind: 'file' }], more: true };
    const ended = await listed(() => same);
    expectExit(ended, 1);
    expect(lastEvent(ended, 'error').code).toBe('bad-payload');
    const none = await listed(() => ({ ...same, entries: [] }));
    expectExit(none, 1);
  });

  test('whose pages come round again ends with an error', async () => {
    let page = 0;
    const ended = await listed((path) => {
      page += 1;
      return {
        path,
        writable: false,
        entries: [{ name: page % 2 === 0 ? 'a' : 'b', kind: 'file' }],
        more: true,
      };
    });
    expectExit(ended, 1);
    expect(lastEvent(ended, 'error').code).toBe('bad-payload');
    expect(eventsOf(ended, 'entry').length).toBe(2);
  });

  test('of folders within folders without end comes to an end', async () => {
    const entries = [{ name: 'deeper '.repeat(30).trim(), kind: 'folder' }];
    const ended = await listed((path) => ({ path, writable: false, entries, more: false }), '-R');
    expect(ended.exitCode).not.toBeNull();
    expect(eventsOf(ended, 'entry').length).toBeLessThan(2_000);
  });

  test.each([
    ['a name that is a path', { name: '../../etc', kind: 'file' }],
    ['a name that is empty', { name: '', kind: 'file' }],
    ['a kind that does not exist', { name: 'a', kind: 'device' }],
    ['a size that is no number', { name: 'a', kind: 'file', size: '5' }],
  ])('with %s is refused or harmless', async (_what, entry) => {
    const ended = await listed((path) => ({ path, writable: false, entries: [entry], more: false }));
    expect([0, 1]).toContain(ended.exitCode);
    for (const { path } of eventsOf(ended, 'entry')) expect(path).not.toContain('..');
  });
});

test('a receiver that asks for what was not offered gets nothing', async () => {
  const listener = await listen();
  const from = makeTree(world.folder('from'), { 'tree/a': 'A', secret: 'not offered' });
  const sender = world
    .device('sender')
    .start(['send', join(from, 'tree'), '--to', listener.address, '--plain', '--retry', '0']);
  const peer = world.keep(await listener.greeted());
  const { id } = await peer.expect('OFFER');
  await peer.expect('MANIFEST');
  peer.send('ACCEPT', id, { bulk: 'inline' });
  peer.send('WANT', id, { first: 0, count: 200 });
  expect(await peer.sessionError()).toBe('unexpected-frame');
  expectExit(await sender.end(), 1);
  expect(readTree(from).get('secret')?.size).toBe(11);
});

test('a receiver that goes silent after ACCEPT leaves the sender waiting only as long as somebody waits', async () => {
  const listener = await listen();
  const sender = world
    .device('sender')
    .start(['send', source(), '--to', listener.address, '--plain', '--retry', '0']);
  const peer = world.keep(await listener.greeted());
  const { id } = await peer.expect('OFFER');
  peer.send('ACCEPT', id, { bulk: 'inline' });
  sender.signal('SIGINT');
  expectExit(await sender.end(), 130);
});
