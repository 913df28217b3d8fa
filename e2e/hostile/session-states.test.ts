// Frames that are right in themselves and come when a session may not hear them: it ends with a typed error, and
// nobody else's does.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { frame, hello, types } from './raw-peer.ts';
import { data, newTransferId, offer } from './raw-transfer.ts';
import { goodPayload } from './raw-payloads.ts';
import { useSiege } from './siege.ts';

const siege = useSiege({ command: 'share', flags: ['--writable'], target: { 'a file': 'content', b: 'B' } });

const into = { target: { path: 'target' } };

describe('before the handshake is complete', () => {
  test.each([
    ['a request', frame('LIST', 1, { path: '' })],
    ['PING', frame('PING', 0)],
    ['WELCOME', frame('WELCOME', 0, hello())],
    ['BYE', frame('BYE', 0)],
    ['LANE on channel 0', frame('LANE', 0, { token: 'ab'.repeat(16) })],
    ['LANE on channel 5', frame('LANE', 0, { token: 'ab'.repeat(16) }, { channel: 5 })],
    ['HELLO on a lane', frame('HELLO', 0, hello(), { channel: 1 })],
    ['DATA', frame('DATA', 1, data(0, 0, Buffer.from('x')))],
  ])('%s is refused', async (_what, bytes) => {
    const peer = await siege.dial();
    peer.write(bytes);
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test('a lane that nobody waits for is refused', async () => {
    const peer = await siege.dial();
    peer.send('LANE', 0, { token: 'ab'.repeat(16) }, { channel: 1 });
    expect(await peer.sessionError()).toBe('transfer-unknown');
  });

  test('two HELLOs are one too many', async () => {
    const peer = await siege.dial();
    peer.send('HELLO', 0, hello());
    peer.send('HELLO', 0, hello());
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test('requests may not follow HELLO before WELCOME, or are answered after it', async () => {
    const peer = await siege.dial();
    peer.write(Buffer.concat([frame('HELLO', 0, hello()), frame('LIST', 1, { path: '' })]));
    await peer.expect('WELCOME');
    const next = await peer.next();
    expect(['LISTING', 'ERROR']).toContain(next?.name);
  });
});

describe('an id', () => {
  test('of the other side is bad-id', async () => {
    const peer = await siege.greet();
    peer.send('LIST', 2, { path: '' });
    expect(await peer.sessionError()).toBe('bad-id');
  });

  test('that was used is not used again', async () => {
    const peer = await siege.greet();
    peer.send('LIST', 5, { path: '' });
    await peer.expect('LISTING');
    peer.send('LIST', 5, { path: '' });
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test('that is lower than the last is not used any more', async () => {
    const peer = await siege.greet();
    peer.send('LIST', 5, { path: '' });
    await peer.expect('LISTING');
    peer.send('LIST', 3, { path: '' });
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test('may be the highest there is', async () => {
    const peer = await siege.greet();
    peer.send('LIST', 0xffff_ffff, { path: '' });
    await peer.expect('LISTING');
  });

  test.each([
    'ACCEPT',
    'WANT',
    'ACK',
    'DONE',
    'TOTALS',
    'MANIFEST',
    'DATA',
    'PACK',
    'END',
    'SAME',
    'FAULT',
    'FINISH',
    'CANCEL',
    'DECLINE',
    'LISTING',
    'ENTRY',
    'UNLOCKED',
  ] as const)('that was never opened is not for %s', async (name) => {
    const peer = await siege.greet();
    peer.send(name, 7, goodPayload[name]);
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });
});

describe('what a session may not hear', () => {
  test.each([
    ['WELCOME', frame('WELCOME', 0, { version: 1, ...hello(), digest: 'sha256' }), 'unexpected-frame'],
    ['LANE', frame('LANE', 0, { token: 'ab'.repeat(16) }), 'unexpected-frame'],
    ['JOINED', frame('JOINED', 0), 'unexpected-frame'],
  ])('%s ends it', async (_what, bytes, code) => {
    const peer = await siege.greet();
    peer.write(bytes);
    expect(await peer.sessionError()).toBe(code);
  });

  test('anything after BYE is not listened to', async () => {
    const peer = await siege.greet();
    peer.send('BYE', 0);
    peer.send('LIST', 1, { path: '' });
    expect((await peer.rest()).map(({ name }) => name)).toEqual([]);
  });

  test('an ERROR is not answered by another', async () => {
    const peer = await siege.greet();
    peer.send('ERROR', 0, { code: 'internal', message: 'something \u001b[2J' });
    expect((await peer.rest()).map(({ name }) => name)).toEqual([]);
  });
});

describe('requests', () => {
  test('may be open 64 at a time, and one more is too many', async () => {
    const peer = await siege.greet();
    for (let request = 0; request < 64; request += 1) {
      peer.send('OFFER', 1 + 2 * request, offer([{ name: `f${request}`, size: 1 }], into));
    }
    for (let request = 0; request < 64; request += 1) await peer.expect('ACCEPT');
    peer.send('LIST', 1_001, { path: '' });
    expect(await peer.sessionError()).toBe('too-many-requests');
  });

  test('that were answered leave their place to others', async () => {
    const peer = await siege.greet();
    for (let request = 0; request < 300; request += 1) {
      peer.send('LIST', 1 + 2 * request, { path: '' });
      if (request % 50 === 49) for (let answers = 0; answers < 50; answers += 1) await peer.expect('LISTING');
    }
  });

  test('of one transfer under one name twice at once end in words', async () => {
    const peer = await siege.greet();
    const transfer = newTransferId();
    peer.send('GET', 1, { transfer, paths: ['target/a file'] });
    peer.send('GET', 3, { transfer, paths: ['target/a file'] });
    const answers = [await peer.next(), await peer.next()];
    expect(answers.every((answer) => answer !== undefined)).toBe(true);
  });
});

test('every type that the document names is known', () => {
  const document = readFileSync(new URL('../../docs/PROTOCOL.md', import.meta.url), 'utf8');
  for (const [name, number] of Object.entries(types)) {
    expect(document).toContain(`| 0x${number.toString(16).padStart(2, '0')} | ${name} |`);
  }
});

siege.servesAfterwards();
