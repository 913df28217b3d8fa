// What comes to an open port: noise, other protocols, TLS clients that are not ours, and those who say nothing.

import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { frame, hello, jsonOf, RawPeer } from './raw-peer.ts';
import type { RawFrame } from './raw-peer.ts';
import { useSiege } from './siege.ts';

const siege = useSiege();

/** Writes bytes, and reads what comes until the close. */
async function answerTo(bytes: Uint8Array | string): Promise<string> {
  const peer = await siege.dial();
  let heard = '';
  peer.socket.on('data', (delivery: Buffer) => (heard += delivery.toString('latin1')));
  peer.write(bytes);
  await peer.gone;
  return heard;
}

const codeIn = (answer: string): string => /"code":"([a-z-]+)"/.exec(answer)?.[1] ?? 'none';

describe('an open port', () => {
  test('answers a web browser in its own words', async () => {
    const answer = await answerTo('GET / HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('Hexdrop');
  });

  test.each([
    ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['SMB', Buffer.from('00000085ff534d4272000000001853c8', 'hex')],
    ['RDP', Buffer.from('030000130ee000000000000100080003000000', 'hex')],
    ['SOCKS', Buffer.from('05010000', 'hex')],
    ['a new line', '\n'],
    ['one NUL', Buffer.alloc(1)],
    ['many NUL', Buffer.alloc(40_000)],
    ['almost the magic', 'HXD2xxxxxxxxxxxxxxxxxxxxx'],
    ['the magic in small letters', 'hxd1xxxxxxxxxxxxxxxxxxxxx'],
  ])('refuses %s with bad-magic', async (_what, bytes) => {
    expect(codeIn(await answerTo(bytes))).toBe('bad-magic');
  });

  test('cuts off who goes on sending after a refusal', async () => {
    const peer = await siege.dial();
    peer.write(Buffer.alloc(4 * 1_048_576));
    await peer.gone;
  });

  test('survives random bytes of any first byte', async () => {
    const random = seededRandom();
    for (let round = 0; round < 120; round += 1) {
      const peer = await siege.dial();
      const bytes = random.bytes(random.integer(1, 3_000));
      // Every third one opens as TLS or as a frame.
      if (round % 3 === 1) bytes[0] = 0x16;
      if (round % 3 === 2) bytes.write('HXD1');
      peer.write(bytes);
      peer.socket.end();
      await peer.gone;
    }
  });

  test('survives random bytes behind a good handshake', async () => {
    const random = seededRandom();
    const codes = new Set<string>();
    for (let round = 0; round < 60; round += 1) {
      const peer = await siege.greet();
      const bytes = random.bytes(random.integer(16, 5_000));
      if (round % 2 === 1) bytes.write('HXD1');
      peer.write(bytes);
      peer.socket.end();
      codes.add(await peer.sessionError());
    }
    for (const code of codes) {
      expect([
        'bad-magic',
        'bad-flags',
        'unknown-type',
        'frame-too-large',
        'truncated-frame',
        'bad-channel',
        'bad-id',
        'bad-payload',
        'unexpected-frame',
      ]).toContain(code);
    }
  });

  test('survives valid frames with random bits flipped', async () => {
    const random = seededRandom();
    const whole = Buffer.concat([
      frame('HELLO', 0, hello()),
      frame('LIST', 1, { path: '' }),
      frame('STAT', 3, { path: 'x' }),
      frame('GET', 5, { transfer: 'ab'.repeat(16), paths: ['x/y'] }),
      frame('PING', 0),
    ]);
    for (let round = 0; round < 120; round += 1) {
      const bytes = Buffer.from(whole);
      for (let flips = random.integer(1, 4); flips > 0; flips -= 1) {
        const at = random.integer(0, bytes.length - 1);
        bytes[at] = (bytes[at] as number) ^ (1 << random.integer(0, 7));
      }
      const peer = await siege.dial();
      peer.write(bytes);
      peer.socket.end();
      await peer.rest();
    }
  });

  test('tells a TLS client without a certificate what is missing, inside of TLS', async () => {
    const socket = connectTls({ port: siege.port, host: '127.0.0.1', rejectUnauthorized: false });
    let heard = '';
    socket.on('error', () => {});
    socket.on('data', (delivery: Buffer) => (heard += delivery.toString('latin1')));
    await once(socket, 'secureConnect');
    socket.write(frame('HELLO', 0, hello()));
    await once(socket, 'close');
    expect(codeIn(heard)).toBe('certificate-required');
  });

  test('takes no older TLS than 1.3', async () => {
    const socket = connectTls({
      port: siege.port,
      host: '127.0.0.1',
      maxVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/PROTOCOL_VERSION|ALERT/);
  });

  test('survives a TLS greeting that stops halfway, and one that goes on as noise', async () => {
    const greeting = Buffer.from('16030100f8010000f40303', 'hex');
    const halfway = await siege.dial();
    halfway.write(greeting);
    halfway.socket.end();
    await halfway.rest();
    const noise = await siege.dial();
    noise.write(Buffer.concat([greeting, seededRandom().bytes(2_000)]));
    await noise.rest();
    expect(noise.isClosed).toBe(true);
  });

  test('survives those who hang up in every way', async () => {
    for (let round = 0; round < 30; round += 1) {
      const peer = await siege.dial();
      if (round % 3 === 0) peer.write('HXD1');
      if (round % 2 === 0) peer.socket.resetAndDestroy();
      else peer.close();
    }
  });
});

const handshakeMs = 10_000;

describe('a handshake that takes too long', { timeout: 30_000 }, () => {
  const endOf = async (peer: RawPeer, dialedAtMs: number): Promise<readonly RawFrame[]> => {
    await peer.gone;
    expect(performance.now() - dialedAtMs).toBeGreaterThanOrEqual(handshakeMs - 1);
    return peer.rest();
  };

  // All at once: each of them takes the ten seconds.
  test('is given up, whether nothing comes, or drop by drop, or half of TLS, or a frame that never ends', async () => {
    const dialedAtMs = performance.now();
    const silent = await siege.dial();
    const tls = await siege.dial();
    tls.write(Buffer.from('16030100f8010000f40303', 'hex'));
    const started = await siege.dial();
    started.write('HXD');
    const announced = await siege.dial();
    announced.write(frame('HELLO', 0, {}, { length: 8_000 }));
    const drops = await siege.dial();
    const slowly = frame('HELLO', 0, hello());
    let at = 0;
    const dropping = setInterval(() => {
      if (at < slowly.length / 2) drops.write(slowly.subarray(at, (at += 1)));
    }, 300);
    try {
      const all = await Promise.all(
        [silent, tls, started, announced, drops].map((peer) => endOf(peer, dialedAtMs)),
      );
      const codes = all.map((frames) => frames.map((each) => jsonOf(each)['code']).join());
      expect(codes[0]).toBe('handshake-timeout');
      expect(codes[2]).toBe('handshake-timeout');
      expect(codes[3]).toBe('handshake-timeout');
      expect(codes[4]).toBe('handshake-timeout');
    } finally {
      clearInterval(dropping);
    }
  });
});

siege.servesAfterwards();
